"""Renderings of a record: pure functions of the executed notebook, registered with nbconvert.

They are written beside each other; ``jupyter nbconvert --to ntanalytics_html`` works too.
"""

from __future__ import annotations

from pathlib import Path

from ntanalytics.report_files import DOCUMENT, HTML, OFD, WORKBOOK
from ntanalytics.reports.exporters.excel import workbook_bytes
from ntanalytics.reports.exporters.html import page_text
from ntanalytics.reports.record import Record


def write_page(record: Record, folder: Path) -> Path:
    """Write ``report.html`` of a record into an existing folder, and return its path."""
    (folder / HTML).write_text(page_text(record), encoding="utf-8", newline="\n")
    return folder / HTML


def write_office_files(record: Record, folder: Path) -> list[Path]:
    """Write ``report.xlsx`` of a record and, if it has one, ``report.docx`` into a folder; return the paths."""
    (folder / WORKBOOK).write_bytes(workbook_bytes(record))
    if not record.has_document:
        return [folder / WORKBOOK]
    from ntanalytics.reports.exporters.document import document_bytes  # most reports need no Word

    (folder / DOCUMENT).write_bytes(document_bytes(record))
    return [folder / WORKBOOK, folder / DOCUMENT]


def write_ofd(record: Record, folder: Path) -> Path:
    """Write ``report.ofd`` of a record into a folder, and return its path.

    Raises:
        FontMissing: a font is not installed on this machine.
    """
    from ntanalytics.reports.exporters.ofd.exporter import ofd_bytes  # most reports need no OFD

    (folder / OFD).write_bytes(ofd_bytes(record))
    return folder / OFD
