"""Renderings of a record in a file, as a run writes them."""

from __future__ import annotations

from pathlib import Path

from ntanalytics.reports.exporters import write_office_files, write_page
from ntanalytics.reports.record import load_record


def render(notebook: Path, folder: Path) -> list[Path]:
    """Write page, workbook and, where the record has one, document into a folder; return the paths, HTML first."""
    record = load_record(notebook)
    return [write_page(record, folder), *write_office_files(record, folder)]
