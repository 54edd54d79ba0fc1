"""The workbook: a sheet a table with real types, a contents sheet with links, native charts.

A text is always written as a text: nothing from outside can become a formula. The same record gives the same bytes.
"""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from ntanalytics.reports.exporters.archive import reproducible_archive
from ntanalytics.reports.exporters.sheets import write_sheets
from ntanalytics.reports.formats import local_time
from ntanalytics.reports.notebook_record import name_of, record_of
from ntanalytics.reports.record import Record


class ReportExcelExporter(Exporter):
    """nbconvert exporter ``ntanalytics_excel``: the workbook of an executed notebook, a report or not."""

    export_from_notebook = "ntanalytics Excel"
    output_mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def _file_extension_default(self) -> str:
        return ".xlsx"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the workbook's bytes and nbconvert's resources.

        Raises:
            ReportIncomplete: the notebook is a report, and its record is incomplete.
        """
        node, resources = super().from_notebook_node(nb, resources, **kw)
        return workbook_bytes(record_of(node, name_of(resources))), resources


def workbook_bytes(record: Record) -> bytes:
    """Return the workbook of a record."""
    book = openpyxl.Workbook(write_only=True)
    generated_at = local_time(record.head.body["generated_at"], record.zone)
    book.properties.creator = "ntanalytics"
    book.properties.title = f"{record.head.title} {record.head.body['period']['label']}"
    book.properties.created = generated_at
    write_sheets(book, record)
    raw = io.BytesIO()
    book.save(raw)
    return reproducible_archive(raw.getvalue(), generated_at)
