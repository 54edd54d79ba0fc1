"""The workbook: a sheet a table with real types, a contents sheet with links, native charts.

A text is always written as a text: nothing from outside can become a formula. The same record gives the same bytes.
"""

from __future__ import annotations

import io
from zipfile import ZipFile

import openpyxl
from openpyxl.writer.excel import ExcelWriter

from ntanalytics.reports.exporters.archive import reproducible_archive
from ntanalytics.reports.exporters.sheets import write_sheets
from ntanalytics.reports.formats import local_time
from ntanalytics.reports.record import Record


def workbook_bytes(record: Record) -> bytes:
    """Return the workbook of a record."""
    book = openpyxl.Workbook(write_only=True)
    generated_at = local_time(record.head.body["generated_at"], record.zone)
    book.properties.creator = "ntanalytics"
    book.properties.title = f"{record.head.title} {record.head.body['period']['label']}"
    book.properties.created = generated_at
    write_sheets(book, record)
    raw = io.BytesIO()
    ExcelWriter(book, ZipFile(raw, "w")).save()  # not compressed: the final archive is
    return reproducible_archive(raw.getvalue(), generated_at)
