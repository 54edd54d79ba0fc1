"""Renderings of a record: pure functions of the executed notebook, registered with nbconvert.

``render`` writes both beside each other; ``jupyter nbconvert --to ntanalytics-html`` works too.
"""

from __future__ import annotations

from pathlib import Path

from ntanalytics.reports.exporters.excel import workbook_bytes
from ntanalytics.reports.exporters.html import page_text
from ntanalytics.reports.record import load_record

#: The names of the two renderings in a report's folder.
HTML, EXCEL = "report.html", "report.xlsx"


def render(notebook: Path, folder: Path) -> list[Path]:
    """Write ``report.html`` and ``report.xlsx`` of an executed notebook into a folder.

    Args:
        notebook: the executed notebook, the record.
        folder: it exists.

    Returns:
        The two paths, HTML first.

    Raises:
        ReportIncomplete: the notebook holds no record.
    """
    record = load_record(notebook)
    html, excel = folder / HTML, folder / EXCEL
    html.write_text(page_text(record), encoding="utf-8", newline="\n")
    excel.write_bytes(workbook_bytes(record))
    return [html, excel]
