"""A change that is planned for a day to come, with and without the time of its registration."""

import datetime as dt
from pathlib import Path

import openpyxl

from ntanalytics.contract import DATASETS
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.settings import load
from ntanalytics.sources.workbook_template import write_template

MORNING = dt.datetime(2026, 11, 20, 8, tzinfo=dt.timezone(dt.timedelta(hours=8)))
DAY = dt.date(2026, 11, 19)


def test_a_change_without_its_registration_is_rejected_for_that_until_its_plan_has_come(tmp_path: Path) -> None:
    """Read on 20 November at 08:00: a clock may be a day ahead, a plan of the 21st at 18:00 lies beyond."""
    write_template(tmp_path / "desk.xlsx", [DATASETS["desk.changes"]])
    book = openpyxl.load_workbook(tmp_path / "desk.xlsx")
    sheet = book["变更"]
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    planned, noted = dt.datetime(2026, 11, 21, 18), dt.datetime(2026, 11, 19, 9)
    rows = {"noted": (noted, planned), "bare": (None, planned), "due": (None, noted), "mistaken": (planned, None)}
    for place, (number, (registered, plan)) in enumerate(rows.items(), start=2):
        values = {"变更编号": number, "登记时间": registered, "计划时间": plan, "系统": "短信平台", "类型": "计划维护"}
        for head, value in values.items():
            sheet.cell(place, heads[head], value)
    book.save(tmp_path / "desk.xlsx")
    config = tmp_path / "ntanalytics.yml"
    config.write_text("sources:\n  desk: {product: desk_workbook, path: desk.xlsx}\n", encoding="utf-8")
    settings = load(config)
    extractor = Extractor(settings, Ledger(settings.ledger), clock=lambda: MORNING)
    results = [result for result in extractor.extract(["desk.changes"], DAY, DAY) if not result.is_backlog]
    assert [result.rejected for result in results] == [
        {
            (None, "登记时间（noted_at）缺失，计划时间（planned_at）晚于抽取时间"): 1,
            (None, "登记时间（noted_at）晚于抽取时间"): 1,
        }
    ]
    assert [sum(result.source_rows.values()) for result in results] == [2]
