import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.demo import Estate
from ntanalytics.demo.incidents.planning import plan_incidents
from ntanalytics.demo.local_time import ZONE
from ntanalytics.demo.population.city import city_of
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.desk_workbook.workbook import write_desk_workbook
from ntanalytics.demo.products.zabbix.machines import SERVERS
from ntanalytics.periods import Calendar, days_between
from ntanalytics.sources.starter import DESK_WORKBOOK_DATASETS
from tests.demo.extracted import Rows, extracted

END = dt.datetime(2026, 11, 23)


@pytest.fixture(scope="module")
def book(estate: Estate) -> openpyxl.Workbook:
    return openpyxl.load_workbook(estate.directory / "sources/运维台账.xlsx")


def records(book: openpyxl.Workbook, sheet: str) -> Iterator[dict[str, object]]:
    head, *rows = book[sheet].iter_rows(values_only=True)
    return (dict(zip(head, row, strict=True)) for row in rows)


def test_the_workbook_opens_and_still_checks_what_is_typed(book: openpyxl.Workbook):
    assert book.sheetnames == ["说明", *(DATASETS[name].label for name in DESK_WORKBOOK_DATASETS)]
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
        "故障处理",
        "短信平台",
        dt.datetime(2026, 11, 18, 12, 57),
    )
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
    incidents = plan_incidents(Calendar(), days[0], until)
    write_desk_workbook(city_of(days, Calendar(), incidents, seed=1, scale=0.001), tmp_path / "book.xlsx", counted)
    bills = list(records(openpyxl.load_workbook(tmp_path / "book.xlsx"), "运营商账单"))
    assert [(row["账期"].date(), row["运营商"], row["账单条数"], row["账单金额"]) for row in bills] == [
        (october, "中国移动", 100_060, 3502.1),
        (october, "中国联通", 50_900, 1832.4),
        (october, "中国电信", 40_024, 1360.82),
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """Every sheet of the seventy days' workbook, through the mappings."""
    folder = tmp_path_factory.mktemp("ledger")
    days = days_between(dt.date(2026, 9, 14), dt.date(2026, 11, 22))
    city = city_of(days, Calendar(), plan_incidents(Calendar(), days[0], days[-1]), seed=20261122, scale=0.001)
    write_desk_workbook(city, folder / "book.xlsx", {})
    return extracted(city, folder, "{product: desk_workbook, path: book.xlsx}", *DESK_WORKBOOK_DATASETS)


def test_every_sheet_has_rows_that_are_taken_without_a_reject(whole: dict[str, Rows]):
    assert {name for name, rows in whole.items() if not rows} == set()


def test_one_crash_took_longer_than_four_hours(whole: dict[str, Rows]):
    crashes = [row for row in whole["desk.incidents"] if row["is_crash"] and row["cause"] == "vendor_software"]
    assert sorted((row["subsystem"], row["down_s"]) for row in crashes) == [
        ("docexchange", 33 * 60),
        ("docexchange", 5 * 3600 + 25 * 60),
        ("identity", 42 * 60),
    ]
    assert {row["cause"] for row in whole["desk.incidents"]} == {
        "vendor_software",
        "hardware",
        "network",
        "attack",
        "carrier",
        "other",
    }


def test_the_team_has_eight_members_each_month_and_one_was_replaced(whole: dict[str, Rows]):
    months: dict[dt.date, set[str]] = {}
    for row in whole["desk.roster"]:
        months.setdefault(row["month_on"], set()).add(row["person"])
    assert [(month.month, len(team)) for month, team in sorted(months.items())] == [(10, 8), (11, 8)]
    assert months[dt.date(2026, 11, 1)] - months[dt.date(2026, 10, 1)] == {"陈思睿"}


def test_one_change_was_made_without_a_confirmation_and_the_others_after_it(whole: dict[str, Rows]):
    changes = [row for row in whole["desk.changes"] if row["finished_at"] is not None]
    bare = [row for row in changes if row["confirmed_at"] is None]
    assert [(row["subsystem"], row["kind"], row["unit"]) for row in bare] == [("oa", "workflow", "市水利局")]
    made = [row for row in changes if row["result"] != "cancelled"]
    assert all(row["confirmed_at"] < row["planned_at"] < row["finished_at"] for row in made if row not in bare)
    assert len(changes) > 8


def test_one_weekly_report_was_not_confirmed(whole: dict[str, Rows]):
    confirmed = sorted(row["period"] for row in whole["desk.signoffs"])
    assert confirmed == [f"2026-W{week}" for week in range(38, 47) if week != 43]
    assert {row["report"] for row in whole["desk.signoffs"]} == {"weekly_service_report"}


def test_one_patch_failed(whole: dict[str, Rows]):
    failed = [row for row in whole["infra.patches"] if row["outcome"] == "failure"]
    assert [(row["host"], row["patched_on"].isoformat()) for row in failed] == [("sms-app-1", "2026-11-04")]
    assert len(whole["infra.patches"]) > 20


def test_hosts_are_patched_in_turn(whole: dict[str, Rows]):
    days: dict[str, list[dt.date]] = {}
    for row in whole["infra.patches"]:
        if row["outcome"] == "success":
            days.setdefault(row["host"], []).append(row["patched_on"])
    assert set(Counter(day for own in days.values() for day in own).values()) == {6}
    # forty working days: eight weeks, and the days of a holiday
    assert all((after - before).days <= 70 for own in days.values() for before, after in pairwise(sorted(own)))
    assert set(days) == {machine.name for machine in SERVERS}


def test_a_unit_that_came_has_its_account_permission_seal_and_training(whole: dict[str, Rows]):
    mine = [
        row
        for row in whole["desk.tickets"]
        if row["unit"] == "崇川区民政局" and row["ticket_no"].startswith("GD202610")
    ]
    steps = {(row["category"], row["subsystem"]) for row in mine if row["closed_at"] is not None}
    assert steps >= {
        ("account", "identity"),
        ("account", "docexchange"),
        ("onboarding", "seal"),
        ("training", "docexchange"),
    }
    assert "崇川区民政局接入培训" in {row["topic"] for row in whole["desk.trainings"]}


def test_three_tickets_are_overdue_at_the_end_and_no_others(whole: dict[str, Rows]):
    late = [
        row for row in whole["desk.tickets"] if row["closed_at"] is None and row["due_at"] < END.replace(tzinfo=ZONE)
    ]
    assert len(late) == 3


def test_units_have_names_of_their_own():
    assert len(UNITS) == len(set(UNITS)) == 330
