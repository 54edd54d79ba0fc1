import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from ntanalytics.demo import Estate
from ntanalytics.demo.desk import write_ledger
from ntanalytics.demo.incidents import plan
from ntanalytics.demo.rhythm import Rhythm
from ntanalytics.demo.units import UNITS
from ntanalytics.periods import Calendar, days_between

END = dt.datetime(2026, 11, 23)


@pytest.fixture(scope="module")
def book(estate: Estate) -> openpyxl.Workbook:
    return openpyxl.load_workbook(estate.directory / "sources/运维台账.xlsx")


def records(book: openpyxl.Workbook, sheet: str) -> Iterator[dict[str, object]]:
    head, *rows = book[sheet].iter_rows(values_only=True)
    return (dict(zip(head, row, strict=True)) for row in rows)


def test_the_workbook_opens_and_still_checks_what_is_typed(book: openpyxl.Workbook):
    sheets = ["工单", "事件", "驻场考勤", "人工检查", "培训", "变更", "团队名册", "用户确认", "安全补丁", "运营商账单"]
    assert book.sheetnames == ["说明", *sheets]
    assert all(sheet.data_validations.dataValidation for sheet in book if sheet.title != "说明")


def test_three_tickets_are_open_past_their_time_on_the_last_working_day(book: openpyxl.Workbook):
    late = [row for row in records(book, "工单") if row["关闭时间"] is None and row["应完成时间"] < END]
    assert [(row["受理时间"].date().isoformat(), row["类别"], row["系统"]) for row in late] == [
        ("2026-11-13", "故障处理", "协同办公"),
        ("2026-11-17", "账号权限", "统一身份认证"),
    ]  # the third was opened before this estate begins


def test_an_outage_has_its_ticket_and_its_note(book: openpyxl.Workbook):
    ticket = next(row for row in records(book, "工单") if row["受理时间"] == dt.datetime(2026, 11, 18, 9, 20))
    assert (ticket["类别"], ticket["系统"], ticket["关闭时间"]) == (
        "故障处理", "短信平台", dt.datetime(2026, 11, 18, 12, 57),
    )  # fmt: skip
    note = next(row for row in records(book, "人工检查") if row["结果"] == "异常")
    assert (note["日期"].date(), note["系统"]) == (dt.date(2026, 11, 18), "短信平台")
    assert "联通" in str(note["说明"])


def test_times_of_a_ticket_follow_each_other_and_its_number_is_its_own(book: openpyxl.Workbook):
    tickets = list(records(book, "工单"))
    for row in tickets:
        times = [row[name] for name in ("受理时间", "首次响应", "关闭时间") if row[name] is not None]
        assert times == sorted(times)
        assert max(times) < END
    assert len({row["工单号"] for row in tickets}) == len(tickets)


def test_one_working_day_has_nobody_on_site(book: openpyxl.Workbook):
    present: dict[dt.date, bool] = {}
    for row in records(book, "驻场考勤"):
        day = row["日期"].date()
        present[day] = present.get(day, False) or row["在岗"] == "是"
    assert [day.isoformat() for day, is_present in present.items() if not is_present] == ["2026-11-13"]
    assert sorted(present) == Calendar().working_days(dt.date(2026, 11, 11), dt.date(2026, 11, 22))


def test_every_working_day_has_all_checks(book: openpyxl.Workbook):
    days = [row["日期"].date() for row in records(book, "人工检查")]
    assert {day: days.count(day) for day in days} == dict.fromkeys(
        Calendar().working_days(dt.date(2026, 11, 11), dt.date(2026, 11, 22)), 10
    )


def test_one_carriers_bill_differs_by_more_than_half_a_percent(tmp_path: Path):
    until = dt.date(2026, 11, 4)
    days = days_between(dt.date(2026, 10, 1), until)
    october = dt.date(2026, 10, 1)
    counted = {(october, "mobile"): 100_000, (october, "unicom"): 50_000, (october, "telecom"): 40_000}
    incidents = plan(Calendar(), days[0], until)
    write_ledger(tmp_path / "book.xlsx", days, Rhythm(Calendar(), until), incidents, counted, seed=1)
    bills = list(records(openpyxl.load_workbook(tmp_path / "book.xlsx"), "运营商账单"))
    assert [(row["账期"].date(), row["运营商"], row["账单条数"], row["账单金额"]) for row in bills] == [
        (october, "中国移动", 100_060, 3502.1),
        (october, "中国联通", 50_900, 1832.4),
        (october, "中国电信", 40_024, 1360.82),
    ]


def test_units_have_names_of_their_own():
    assert len(UNITS) == len(set(UNITS)) == 330
