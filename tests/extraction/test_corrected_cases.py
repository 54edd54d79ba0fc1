"""A case of a workbook that could not be read for a while is there again when it is corrected."""

import datetime as dt
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.extraction import Extractor
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.ledger import Ledger
from ntanalytics.settings import Settings, load
from ntanalytics.sources.workbook_template import write_template

CHINA = dt.timezone(dt.timedelta(hours=8))
OCTOBER, NOVEMBER = dt.date(2026, 10, 22), dt.date(2026, 11, 26)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_template(tmp_path / "desk.xlsx", [DATASETS["desk.tickets"]])
    (tmp_path / "ntanalytics.yml").write_text(
        "sources:\n  desk: {product: desk_workbook, path: desk.xlsx}\n", encoding="utf-8"
    )
    settings = load(tmp_path / "ntanalytics.yml")
    write(settings, "GD20261022-001", dt.datetime(2026, 10, 22, 9), dt.datetime(2026, 10, 22, 9, 45))
    write(settings, "GD20261022-002", dt.datetime(2026, 10, 22, 10), dt.datetime(2026, 10, 22, 10, 5))
    return settings


def write(settings: Settings, number: str, opened: dt.datetime, responded: object) -> None:
    """Write a ticket that was closed at six in the evening, or write it anew."""
    path = settings.sources["desk"].path
    assert path is not None
    book = openpyxl.load_workbook(path)
    sheet = book["工单"]
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    row = next((cell.row for cell in sheet["A"] if cell.value in (number, None)), sheet.max_row + 1)
    values = {
        "工单号": number,
        "类别": "故障处理",
        "系统": "协同办公",
        "受理时间": opened,
        "首次响应": responded,
        "关闭时间": opened.replace(hour=18),
    }
    for head, value in values.items():
        sheet.cell(row, heads[head], value)
    book.save(path)


def take(settings: Settings, first: dt.date, last: dt.date, morning: dt.date) -> list[str]:
    """Have some days of tickets, and return the tickets of the lake."""
    clock = dt.datetime.combine(morning, dt.time(6, 10), CHINA)
    extractor = Extractor(settings, Ledger(settings.ledger), clock=lambda: clock)
    assert not any(result.error for result in extractor.ensure_coverage({"desk.tickets": 0}, first, last))
    lake = DeltaLake(settings.lake)
    table = DuckReader(lake).table(DATASETS["desk.tickets"], lake.version("desk.tickets"))
    return sorted(table.ticket_no.to_pyarrow().to_pylist())


def test_a_number_that_is_used_again_takes_the_place_of_no_older_case(settings: Settings):
    both = ["GD20261022-001", "GD20261022-002"]
    assert take(settings, OCTOBER, OCTOBER, NOVEMBER) == both
    path = settings.sources["desk"].path
    assert path is not None
    book = openpyxl.load_workbook(path)
    sheet = book["工单"]
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    opened = dt.datetime(2026, 11, 26, 9)
    again = {"工单号": "GD20261022-001", "类别": "使用咨询", "系统": "短信平台", "受理时间": opened}
    row = max(cell.row for cell in sheet["A"] if cell.value) + 1
    for head, value in again.items():
        sheet.cell(row, heads[head], value)
    book.save(path)

    lake = DeltaLake(settings.lake)
    versions = []
    for days in (1, 2):
        taken = NOVEMBER + dt.timedelta(days=days)
        assert take(settings, NOVEMBER, NOVEMBER, taken) == both
        versions.append(lake.version("desk.tickets"))
    assert versions[0] == versions[1]  # nothing is written anew each morning
    table = DuckReader(lake).table(DATASETS["desk.tickets"], versions[-1]).to_pyarrow()
    assert set(table["category"].to_pylist()) == {"fault"}
    rejects = pa.concat_tables(pq.read_table(file) for file in settings.lake.glob("desk.tickets.rejects/*.parquet"))
    assert [(row["day"], row["source_rows"], "GD20261022-001" in row["record"]) for row in rejects.to_pylist()] == [
        (None, 1, True)
    ]


def test_a_row_that_cannot_be_read_is_counted_once_however_many_windows_meet_it(settings: Settings):
    ledger = Ledger(settings.ledger)
    write(settings, "GD20261022-001", dt.datetime(2026, 10, 22, 9), "9点45")
    extractor = Extractor(settings, ledger, clock=lambda: dt.datetime.combine(NOVEMBER, dt.time(6, 10), CHINA))
    # the window of its closing, and one after it
    for day in (OCTOBER, NOVEMBER):
        extractor.extract(["desk.tickets"], day, day)
        # reports of the day, of another one and of both say the same
        for first, last in ((day, day), (OCTOBER, NOVEMBER), (OCTOBER, OCTOBER)):
            rejected = ledger.coverage.rejected("desk.tickets", first, last)
            assert sum(rows for _, _, rows in rejected) == 1
    # corrected, it is counted no more
    write(settings, "GD20261022-001", dt.datetime(2026, 10, 22, 9), dt.datetime(2026, 10, 22, 9, 45))
    take(settings, OCTOBER, NOVEMBER, NOVEMBER + dt.timedelta(days=2))
    assert ledger.coverage.rejected("desk.tickets", OCTOBER, NOVEMBER) == []


def test_a_corrected_case_is_read_again_whatever_day_is_asked_for(settings: Settings):
    both = ["GD20261022-001", "GD20261022-002"]
    assert take(settings, OCTOBER, OCTOBER, NOVEMBER) == both
    write(settings, "GD20261022-001", dt.datetime(2026, 10, 22, 9), "9点45")
    assert take(settings, NOVEMBER, NOVEMBER, NOVEMBER + dt.timedelta(days=1)) == both[1:]
    write(settings, "GD20261022-001", dt.datetime(2026, 10, 22, 9), dt.datetime(2026, 10, 22, 9, 45))
    # a report of yesterday alone is the first one after the correction
    yesterday = NOVEMBER + dt.timedelta(days=1)
    assert take(settings, yesterday, yesterday, NOVEMBER + dt.timedelta(days=2)) == both
