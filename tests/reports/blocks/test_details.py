"""Rows that lead to the block behind them: a link on the page, a link to the sheet in the workbook."""

from __future__ import annotations

import io
from types import ModuleType

import openpyxl
from lxml.html import fromstring as parsed

from ntanalytics.reports import Table
from ntanalytics.reports.exporters.excel import workbook_bytes
from ntanalytics.reports.exporters.html import page_text
from ntanalytics.reports.fragments import fragment
from ntanalytics.reports.record import DETAIL, Field, read_block, read_record
from ntanalytics.reports.verification.html import page_differences

ITEMS = Table(
    "items",
    "事项",
    fields=(
        Field("state", "string", "状态", format="state"),
        Field("item", "string", "事项"),
        Field("due", "string", "时限"),
    ),
    rows=(
        {"state": "critical", "item": "磁盘", "due": "明日", DETAIL: "disks"},
        {"state": "ok", "item": "内存", "due": None},
    ),
)
DISKS = Table("disks", "磁盘容量", fields=(Field("host", "string", "主机"),), rows=({"host": "db-1"},))


def test_the_first_column_that_is_no_status_leads_to_the_block_on_the_page() -> None:
    page = parsed(fragment(read_block(ITEMS._repr_mimebundle_())))
    assert [(link.get("href"), link.text) for link in page.xpath("//tbody//a")] == [("#b-disks", "磁盘")]


def test_the_workbook_leads_to_the_sheet_of_the_block(sample: ModuleType) -> None:
    record = read_record(sample.notebook([sample.blocks()[0], ITEMS, DISKS]))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_bytes(record)))["事项"]
    assert [(cell.coordinate, cell.hyperlink.location) for row in sheet for cell in row if cell.hyperlink] == [
        ("B4", "'磁盘容量'!A1")
    ]
    assert page_differences(record, page_text(record).encode()) == []


def test_a_block_that_the_record_lacks_has_no_sheet_to_lead_to(sample: ModuleType) -> None:
    record = read_record(sample.notebook([sample.blocks()[0], ITEMS]))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_bytes(record)))["事项"]
    assert [cell for row in sheet for cell in row if cell.hyperlink] == []
