"""Renderings of a record: pure functions of the executed notebook, registered with nbconvert.

``render`` writes them beside each other; ``jupyter nbconvert --to ntanalytics_html`` works too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ntanalytics.reports.exporters.excel import workbook_bytes
from ntanalytics.reports.exporters.html import page_text
from ntanalytics.reports.record import Record, load_record

#: File names of the renderings in a report's folder.
HTML, EXCEL, DOCUMENT, OFD = "report.html", "report.xlsx", "report.docx", "report.ofd"


def _nothing() -> None:
    """Do nothing."""


def render(notebook: Path, folder: Path, page_written: Callable[[], object] = _nothing) -> list[Path]:
    """Write ``report.html`` and ``report.xlsx`` of an executed notebook, and ``report.docx`` if the record has one.

    Args:
        notebook: the executed notebook, the record.
        folder: an existing folder for the renderings.
        page_written: called as soon as the page is there, before the others are made.

    Returns:
        The paths of the renderings, HTML first.

    Raises:
        ReportIncomplete: the notebook holds no record.
    """
    record = load_record(notebook)
    html, excel = folder / HTML, folder / EXCEL
    html.write_text(page_text(record), encoding="utf-8", newline="\n")
    page_written()
    excel.write_bytes(workbook_bytes(record))
    if not record.has_document:
        return [html, excel]
    from ntanalytics.reports.exporters.document import document_bytes  # most reports need no Word

    (folder / DOCUMENT).write_bytes(document_bytes(record))
    return [html, excel, folder / DOCUMENT]


def write_ofd(record: Record, folder: Path) -> Path:
    """Write ``report.ofd`` of a record into a folder, and return its path.

    Raises:
        FontMissing: a font is not installed on this machine.
    """
    from ntanalytics.reports.exporters.ofd.exporter import ofd_bytes  # most reports need no OFD

    (folder / OFD).write_bytes(ofd_bytes(record))
    return folder / OFD
