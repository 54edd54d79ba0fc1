"""Contract years with planted shortfalls: each is found with its row, and nothing else; over a gap nothing is met."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import ibis
import pytest

from ntanalytics import contract
from ntanalytics.metrics.desk.compliance import undelivered_reports
from ntanalytics.metrics.desk.duties import Result
from ntanalytics.periods import Period, days_between
from ntanalytics.report_content.duties.duty import DutyRecord, Fact, judge, judge_all
from ntanalytics.report_content.duties.listing import DUTIES, obligation_records
from ntanalytics.report_content.duties.opening import days_of_year
from ntanalytics.report_content.report_plan import plan_table
from tests.report_content.duties.contract_year import DAY, FIRST, LAST, MONDAYS, MONTHS, WORKING, YEAR, Year, faultless
from tests.subsystems.made import at, table_of

#: A planted shortfall: changes the year, and returns the duties and the subjects by which it must be told.
Plant = Callable[[Year, random.Random], set[tuple[str, str]]]

#: Duty → the obligation whose verdict it breaks.
BREAKS = {
    "inspections": "O12", "emergency_drills": "O15", "confirmed_changes": "O7", "recovery": "O15",
    "reported_incidents": "O15", "team": "O1", "attendance": "O2", "weekly_reports": "O12", "trainings": "O18",
    "online_backups": "O13", "off_hours": "O3", "onboarding": "O6", "patches": "O17", "signoffs": "O12",
    "training_plan": "O18",
}  # fmt: skip


def _no_inspection(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    day = rng.choice(WORKING[20:])
    year.drop("desk.checks", lambda row: row["day"] == day)
    return {("inspections", day.isoformat())}


def _no_drill(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    number = rng.choice(["YJ0", "YJ1"])
    year.drop("desk.drills", lambda row: row["plan_no"] == number)
    return {("emergency_drills", number)}


def _no_confirmation(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    number = f"BG{rng.choice(MONTHS[1:]):%m}"
    year.change("desk.changes", lambda row: row["change_no"] == number, confirmed_at=None)
    return {("confirmed_changes", number)}


def _late_recovery(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    began = at(dt.date(2025, 6, 10), 9)
    late = began + dt.timedelta(hours=4, minutes=rng.randint(1, 200))
    year.change("desk.incidents", lambda row: row["incident_no"] == "SJ1", restored_at=late)
    return {("recovery", "SJ1")}


def _unreported(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    level = rng.choice(["larger", "major"])
    year.change("desk.incidents", lambda row: row["incident_no"] == "SJ2", level=level)
    return {("reported_incidents", "SJ2")}


def _small_team(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    month = rng.choice(MONTHS[1:])
    year.drop("desk.roster", lambda row: row["day"] == month and row["person"] in ("5", "6"))
    return {("team", f"{month:%Y-%m}")}


def _absent(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    day = rng.choice(WORKING[20:])
    year.change("desk.attendance", lambda row: row["day"] == day, is_present=False)
    return {("attendance", day.isoformat())}


def _no_report(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    week = Period.week(rng.choice(MONDAYS[3:])).previous().text
    year.lose("weekly_service_report", week)
    return {("weekly_reports", f"服务周报 {week}"), ("all_reports", f"服务周报 {week}")}


def _not_signed(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    week = Period.week(rng.choice(MONDAYS[3:-2])).previous().text
    year.drop("desk.signoffs", lambda row: row["period"] == week)
    return {("signoffs", f"服务周报 {week}")}


def _no_training(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    number = f"PX{rng.randint(1, 5)}"
    year.drop("desk.trainings", lambda row: row["plan_no"] == number)
    return {("trainings", number)}


def _no_backup(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    begin = rng.choice(WORKING[40:-40])
    year.drop("infra.backups", lambda row: row["medium"] == "online" and begin <= row["day"] < begin + 4 * DAY)
    return {("online_backups", "oa-online")}


def _late_answer(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    number = f"GD{rng.randint(10, 50):02d}-0"
    opened = next(row["opened_at"] for row in year.data["desk.tickets"] if row["ticket_no"] == number)
    answered = opened + dt.timedelta(hours=2, minutes=30)
    year.change("desk.tickets", lambda row: row["ticket_no"] == number, responded_at=answered)
    return {("off_hours", number), ("first_response", number)}


def _missing_step(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    year.change("desk.onboardings", lambda row: True, **{rng.choice(["seal_on", "training_on"]): None})
    return {("onboarding", "市水利局（公文交换）")}


def _failed_patch(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    month = rng.choice(MONTHS[1:])
    year.change("infra.patches", lambda row: row["patch"] == f"K{month:%m}", outcome="failure")
    return {("patches", f"K{month:%m}")}


def _plan_not_confirmed(year: Year, rng: random.Random) -> set[tuple[str, str]]:
    number = f"PX{rng.randint(1, 5)}"
    year.change("desk.plans", lambda row: row["plan_no"] == number, confirmed_on=None)
    return {("training_plan", number)}


NAMED: list[Plant] = [_no_inspection, _no_drill, _no_confirmation, _late_recovery, _unreported, _small_team]
OTHERS: list[Plant] = [
    _absent, _no_report, _not_signed, _no_training, _no_backup, _late_answer, _missing_step, _failed_patch,
    _plan_not_confirmed,
]  # fmt: skip


def _found(records: Mapping[str, DutyRecord]) -> set[tuple[str, str]]:
    return {(name, fact.subject) for name, record in records.items() for fact in record.shortfalls}


@pytest.mark.parametrize(
    ("seed", "plants"), [(1, NAMED), (2, OTHERS), (3, [*NAMED[::2], *OTHERS[::2]])], ids=["named", "others", "mixed"]
)
def test_every_planted_shortfall_is_found_with_its_row_and_nothing_else(seed: int, plants: list[Plant]) -> None:
    year, rng = faultless(), random.Random(seed)
    planted = set.union(*(plant(year, rng) for plant in plants))
    records = judge_all(DUTIES.values(), year.span())
    assert _found(records) == planted
    verdicts = {record.obligation.id: record.verdict for record in obligation_records(records)}
    broken = {BREAKS[duty] for duty, _ in planted if duty in BREAKS}
    # no check measured the availability of this year, which is said and not taken for kept
    assert verdicts == {
        **dict.fromkeys(verdicts, "met"), **dict.fromkeys(broken, "not_met"), "O14": "not_shown"
    }  # fmt: skip


#: A day without data, in the middle of the year.
def test_persons_of_a_month_whose_roster_lacks_data_are_not_none() -> None:
    year, month = faultless(), dt.date(2025, 6, 1)
    year.drop("desk.roster", lambda row: row["month_on"] == month and row["person"] > "2")
    year.gaps = {"desk.roster": [dt.date(2025, 6, 10)]}
    facts = {fact.on: fact for fact in judge(DUTIES["team"], year.span()).facts}
    assert (facts[month].result, facts[month].description) == ("unproven", "团队≥3人")
    year.drop("desk.roster", lambda row: row["month_on"] == month)
    facts = {fact.on: fact for fact in judge(DUTIES["team"], year.span()).facts}
    assert (facts[month].result, facts[month].description) == ("unproven", "团队人数未知")


HOLE = dt.date(2025, 8, 13)


def _with_a_hole() -> Year:
    year = faultless()
    year.gaps = {name: [HOLE] for name in year.data}
    return year


def test_over_a_gap_every_verdict_is_that_it_cannot_be_shown() -> None:
    year, day = _with_a_hole(), HOLE
    year.log = type(year.log)(gaps=("运行台账没有报告记录。",))
    records = judge_all(DUTIES.values(), year.span())
    assert {record.verdict for record in records.values()} == {"not_shown"}
    assert all(record.needed for record in records.values())
    [missing] = [fact for fact in records["attendance"].facts if fact.result != "met"]
    assert (missing.on, missing.result) == (day, "unproven")
    assert all(record.row.quantity("duty_rate").text == "未知" for record in records.values())


@pytest.mark.parametrize(
    ("plant", "duty"),
    [
        (_no_inspection, "inspections"), (_late_recovery, "recovery"), (_small_team, "team"), (_absent, "attendance"),
        (_late_answer, "off_hours"), (_no_backup, "online_backups"), (_not_signed, "signoffs"),
    ],
)  # fmt: skip
def test_a_breach_that_is_proven_is_not_met_whatever_other_days_lack(plant: Plant, duty: str) -> None:
    year = _with_a_hole()
    [subject] = [subject for name, subject in plant(year, random.Random(4)) if name == duty]
    record = judge(DUTIES[duty], year.span())
    assert [fact.subject for fact in record.shortfalls] == [subject]
    assert (record.verdict, len(record.gaps)) == ("not_met", 1)
    assert record.row.quantity("duty_short").text == "≥ 1 项"


@pytest.mark.parametrize(
    ("dataset", "duty", "is_meant", "undone"),
    [
        ("desk.tickets", "identity_tickets", {"ticket_no": "GD20-0"}, {"closed_at": None}),
        ("desk.tickets", "off_hours", {"ticket_no": "GD20-0"}, {"responded_at": None, "closed_at": None}),
        ("desk.incidents", "recovery", {"incident_no": "SJ1"}, {"restored_at": None}),
        ("desk.incidents", "reported_incidents", {"incident_no": "SJ1"}, {"level": "major"}),
        ("desk.changes", "confirmed_changes", {"change_no": "BG05"}, {"confirmed_at": None}),
        ("desk.onboardings", "onboarding", {"unit": "市水利局"}, {"seal_on": None}),
        ("desk.report_plan", "delivered_reports", {"period": "2025-W20"}, {"delivered_on": None}),
        ("desk.plans", "training_plan", {"plan_no": "PX1"}, {"confirmed_on": None}),
        ("desk.access_grants", "access_grants", {"grant_no": "QX1"}, {"approved_at": None}),
        ("infra.patches", "patches", {"patch": "K05"}, {"outcome": "failure"}),
    ],
)  # fmt: skip
def test_what_only_lacks_a_record_is_unproven_where_a_missing_day_may_hold_it(
    dataset: str, duty: str, is_meant: dict[str, str], undone: dict[str, object]
) -> None:
    whole, holed = faultless(), _with_a_hole()
    for year in (whole, holed):
        year.change(dataset, lambda row: is_meant.items() <= row.items(), **undone)
    known, unknown = (judge(DUTIES[duty], year.span()) for year in (whole, holed))
    assert (known.verdict, [fact.result for fact in known.shortfalls]) == ("not_met", ["short"])
    assert (unknown.verdict, unknown.shortfalls) == ("not_shown", ())
    [fact] = [fact for fact in unknown.facts if fact.result == "unproven"]
    assert fact.subject == known.shortfalls[0].subject


def test_without_the_end_of_crashes_nobody_knows_whether_they_were_restored_in_time() -> None:
    year = faultless()
    for row in year.data["desk.incidents"]:
        row["restored_at"] = None
    year.absent = {"desk.incidents": {"restored_at"}}
    record = judge(DUTIES["recovery"], year.span())
    assert (record.verdict, [fact.result for fact in record.facts]) == ("not_shown", ["unproven", "unproven"])


@pytest.mark.parametrize(("hours", "result"), [(3, "open"), (5, "short")])
def test_a_crash_that_lasts_is_judged_as_of_the_last_extraction(hours: int, result: Result) -> None:
    year = faultless()
    year.change("desk.incidents", lambda row: row["incident_no"] == "SJ1", restored_at=None)
    began = next(row["began_at"] for row in year.data["desk.incidents"] if row["incident_no"] == "SJ1")
    year.known_end = began + dt.timedelta(hours=hours)
    span = year.span(Period.contract(FIRST, dt.date(2025, 6, 30)))
    [fact] = [fact for fact in judge(DUTIES["recovery"], span).facts if fact.subject == "SJ1"]
    assert fact.result == result


def test_a_patch_that_failed_before_the_month_and_waits_is_short_in_it_as_the_inspection_tells() -> None:
    year = faultless()
    year.change("infra.patches", lambda row: row["patch"] == "K05", outcome="failure")
    june = judge(DUTIES["patches"], year.span(Period.month(dt.date(2025, 6, 1))))
    assert [(fact.subject, fact.result) for fact in june.facts] == [("K05", "short"), ("K06", "met")]
    year.gaps = {"infra.patches": [dt.date(2025, 5, 20)]}
    june = judge(DUTIES["patches"], year.span(Period.month(dt.date(2025, 6, 1))))
    assert [(fact.subject, fact.result) for fact in june.facts] == [("K05", "unproven"), ("K06", "met")]
    year.gaps = {}
    year.data["infra.patches"].append(
        {
            "patched_on": dt.date(2025, 5, 30),
            "host": "oa-db-1",
            "patch": "K05",
            "outcome": "success",
            "day": dt.date(2025, 5, 30),
        }
    )
    june = judge(DUTIES["patches"], year.span(Period.month(dt.date(2025, 6, 1))))
    assert [(fact.subject, fact.result) for fact in june.facts] == [("K06", "met")]


@pytest.mark.parametrize(("days", "result"), [(-4, "short"), (0, "unproven")])
def test_a_change_is_judged_alike_by_its_month_and_by_its_year(days: int, result: Result) -> None:
    """It was registered three days before it was made: a day that is missing before that hides no confirmation."""
    year = faultless()
    year.change("desk.changes", lambda row: row["change_no"] == "BG05", confirmed_at=None)
    made = next(row["finished_at"] for row in year.data["desk.changes"] if row["change_no"] == "BG05").date()
    year.gaps = {"desk.changes": [made + days * DAY]}
    for period in (YEAR, Period.month(made)):
        record = judge(DUTIES["confirmed_changes"], year.span(period))
        assert [fact.result for fact in record.facts if fact.subject == "BG05"] == [result]


@pytest.mark.parametrize(("known", "days"), [((2025, 3, 1), 0), ((2025, 3, 31), 30), ((2026, 3, 1), 365), (None, 365)])
def test_of_a_contract_year_the_days_have_passed_that_are_over(known: tuple[int, int, int] | None, days: int) -> None:
    year = faultless()
    year.log = replace(year.log, known_until=at(dt.date(*known), 9) if known else None)
    assert days_of_year(year.span()) == (days, 365)


def test_a_cancelled_change_was_not_made_and_needs_no_confirmation() -> None:
    year = faultless()
    year.change("desk.changes", lambda row: row["change_no"] == "BG05", result="cancelled", confirmed_at=None)
    record = judge(DUTIES["confirmed_changes"], year.span())
    assert [(fact.subject, fact.result) for fact in record.facts if fact.result != "met"] == [("BG05", "none")]
    assert record.row["duty_kept"] == 11  # of the twelve months


@pytest.mark.parametrize(("day", "facts"), [(10, []), (11, ["short"])])
def test_a_roster_is_late_from_the_day_after_the_tenth(day: int, facts: list[Result]) -> None:
    year, month = faultless(), dt.date(2025, 6, 1)
    year.drop("desk.roster", lambda row: row["month_on"] == month)
    record = judge(DUTIES["team"], year.span(Period.contract(FIRST, month.replace(day=day))))
    assert [fact.result for fact in record.facts if fact.on == month] == facts


@pytest.mark.parametrize(("day", "result"), [(22, "met"), (23, "short")])
def test_a_confirmation_is_kept_within_three_working_days_and_broken_after_them(day: int, result: Result) -> None:
    """The report of week 20 of 2025 is issued on Monday, May 19: Tuesday, Wednesday, Thursday the 22nd."""
    year = faultless()
    year.change("desk.signoffs", lambda row: row["period"] == "2025-W20", signed_on=dt.date(2025, 5, day))
    [fact] = [fact for fact in judge(DUTIES["signoffs"], year.span()).facts if fact.subject == "服务周报 2025-W20"]
    assert fact.result == result


def test_a_plan_with_nothing_due_is_not_kept_and_not_short_of_a_plan() -> None:
    year, until = faultless(), min(plan["planned_on"] for plan in faultless().data["desk.plans"]) - DAY
    names = ("training_plan", "trainings", "restore_drills", "emergency_drills")
    records = judge_all([DUTIES[name] for name in names], year.span(Period.contract(FIRST, until)))
    counts = {
        name: [record.row[f"duty_{each}"] for each in ("facts", "kept", "rate")] for name, record in records.items()
    }
    assert counts == {name: [0, 0, None] for name in names}
    assert {(record.verdict, record.verdict_words, record.needed) for record in records.values()} == {
        ("met", "无应办事项", ())
    }


def test_what_is_due_on_the_last_day_or_was_cancelled_is_neither_kept_nor_a_missing_plan() -> None:
    year, first = faultless(), "PX0"
    [due] = [plan["planned_on"] for plan in year.data["desk.plans"] if plan["plan_no"] == first]
    year.drop("desk.trainings", lambda row: row["plan_no"] == first)
    waiting = judge(DUTIES["trainings"], year.span(Period.contract(FIRST, due)))
    assert (waiting.verdict_words, waiting.row["duty_kept"]) == ("无应办事项", 0)
    year.change("desk.plans", lambda row: row["plan_no"] == first, cancelled_on=due, confirmed_on=None)
    names = ("training_plan", "trainings")
    records = judge_all([DUTIES[name] for name in names], year.span(Period.contract(FIRST, due + DAY)))
    told = {name: [fact.result for fact in record.facts] for name, record in records.items()}
    assert told == {name: ["idle", "none"] for name in names}


def test_of_what_is_not_due_yet_it_is_not_said_that_there_was_none() -> None:
    waiting = Fact(FIRST, "1", "3月1日申请，未制作，未测试", "open")
    record = DutyRecord(duty=DUTIES["seals"], facts=(waiting,), gaps=())
    assert (record.verdict, record.needed) == ("not_shown", ("期内没有到期的事项",))


def test_a_plan_of_another_contract_year_proves_nothing_of_this_one() -> None:
    year = faultless()
    for plan in year.data["desk.plans"]:
        plan["planned_on"] -= 400 * DAY
    record = judge(DUTIES["trainings"], year.span())
    assert (record.verdict, record.facts) == ("not_shown", ())


@pytest.mark.parametrize(("days", "late"), [(0, 0), (1, 1)])
def test_a_report_is_late_from_the_day_after_its_last_one_for_duty_and_inspection_alike(days: int, late: int) -> None:
    year = faultless()
    year.change("desk.report_plan", lambda row: row["period"] == "2025-W20", delivered_on=None)
    [row] = [row for row in year.data["desk.report_plan"] if row["period"] == "2025-W20"]
    last = row["due_on"] + days * DAY
    assert len(judge(DUTIES["delivered_reports"], year.span(Period.contract(FIRST, last))).shortfalls) == late
    plan = ibis.memtable(table_of("desk.report_plan", year.data["desk.report_plan"]))
    assert undelivered_reports(plan, last).count().execute() == late


def test_a_failed_drill_is_not_met_and_one_without_a_record_is_unproven_over_a_gap() -> None:
    failed, unrecorded = _with_a_hole(), _with_a_hole()
    failed.change("desk.drills", lambda row: row["plan_no"] == "YJ0", result="failure")
    unrecorded.drop("desk.drills", lambda row: row["plan_no"] == "YJ0")
    verdicts = [judge(DUTIES["emergency_drills"], year.span()).verdict for year in (failed, unrecorded)]
    assert verdicts == ["not_met", "not_shown"]


@pytest.mark.parametrize(
    ("results", "gaps", "done"),
    [
        (("met", "met", "short"), (), "2 项"),
        (("short", "short"), (), "0 项"),  # known to be undone
        (("met", "unproven", "short"), (), "≥ 1 项"),
        (("unproven", "unproven"), (), "未知"),  # and not 0 of 2
        (("met",), ("缺1天",), "≥ 1 项"),
        ((), ("缺1天",), "未知"),
    ],
)
def test_what_is_done_is_unknown_where_nothing_is_proven(
    results: tuple[Result, ...], gaps: tuple[str, ...], done: str
) -> None:
    facts = tuple(Fact(FIRST, str(number), "", result) for number, result in enumerate(results))
    assert DutyRecord(duty=DUTIES["trainings"], facts=facts, gaps=gaps).done.text == done


def test_a_late_ticket_is_short_in_each_duty_that_judges_it() -> None:
    year = faultless()
    due = next(row["due_at"] for row in year.data["desk.tickets"] if row["ticket_no"] == "GD20-2")
    late = due + dt.timedelta(minutes=1)
    year.change("desk.tickets", lambda row: row["ticket_no"] == "GD20-2", closed_at=late)
    year.change("desk.tickets", lambda row: row["ticket_no"] == "GD21-2", close_code="unsolved")
    work, deadlines = (judge(DUTIES[name], year.span()) for name in ("exchange_tickets", "deadlines"))
    assert [fact.subject for fact in work.shortfalls] == ["GD20-2", "GD21-2"]
    assert [fact.subject for fact in deadlines.shortfalls] == ["GD20-2"]
    assert work.shortfalls[0].reason == deadlines.shortfalls[0].reason


@pytest.mark.parametrize(("waited", "result"), [(22, "open"), (90.5, "open"), (91, "short")])
def test_a_seal_is_overdue_by_the_whole_days_that_the_weekly_report_tells(waited: float, result: str) -> None:
    year = faultless()
    made = at(LAST + DAY, 0) - dt.timedelta(days=waited)
    year.data["seal.seals"].append(
        {"seal_id": "YZ2", "state": "made", "requested_at": made - DAY, "made_at": made, "day": LAST}
    )
    facts = {fact.subject: fact for fact in judge(DUTIES["seals"], year.span()).facts}
    assert facts["YZ2"].result == result


def test_a_dataset_without_a_source_proves_nothing() -> None:
    year = faultless()
    del year.data["desk.drills"]
    record = judge(DUTIES["emergency_drills"], year.span())
    assert (record.verdict, record.facts, len(record.needed)) == ("not_shown", (), 1)


def test_reports_due_before_the_ledger_began_are_without_proof_and_later_ones_are_broken() -> None:
    year = faultless()
    began = at(dt.date(2025, 6, 2), 0)
    kept = tuple(item for item in year.log.issued if item.at >= began and item.report != "sms_volume")
    year.log = type(year.log)(issued=kept, due=year.log.due, began_at=began)
    weekly, sms = (judge(DUTIES[name], year.span()) for name in ("weekly_reports", "sms_reports"))
    early = [monday for monday in MONDAYS if monday < dt.date(2025, 6, 2)]
    assert weekly.verdict == "not_shown"
    assert [fact.on for fact in weekly.facts if fact.result == "unproven"] == early
    assert sms.verdict == "not_met"
    assert [sms.results.count(result) for result in ("unproven", "short")] == [3, 9]  # March to May; June to February


def test_a_report_that_came_late_by_a_later_ledger_is_late_neither_for_the_duty_nor_in_the_plan() -> None:
    year, began = faultless(), at(dt.date(2025, 6, 2), 0)
    issued = tuple(replace(item, at=max(item.at, began)) for item in year.log.issued)
    year.log = type(year.log)(issued=issued, due=year.log.due, began_at=began)
    span = year.span()
    facts = {fact.subject: fact.result for fact in judge(DUTIES["weekly_reports"], span).facts}
    plan = {f"{row['report']} {row['period']}": row["state"] for row in plan_table(span).rows}
    early = sum(monday < dt.date(2025, 6, 2) for monday in MONDAYS)
    told = Counter((result, plan[subject]) for subject, result in facts.items())
    assert told == {("unproven", "台账之前，未知"): early, ("met", "按时"): len(MONDAYS) - early}


def test_no_row_after_the_span_changes_what_is_said_of_it() -> None:
    whole, cut, last = faultless(), faultless(), dt.date(2025, 9, 30)
    period = Period.contract(FIRST, last)
    _late_recovery(whole, random.Random(5))
    _late_recovery(cut, random.Random(5))
    until = at(last + DAY, 0)
    for rows in cut.data.values():
        rows[:] = [_without_later(row, until, last) for row in rows if row["day"] <= last]
    issued = tuple(item for item in cut.log.issued if item.at < until)
    cut.log = type(cut.log)(issued=issued, due=cut.log.due, began_at=cut.log.began_at)
    names = [name for name in DUTIES if name not in ("certificates", "seals", "availability")]  # of states
    first, second = ({name: judge(DUTIES[name], year.span(period)) for name in names} for year in (whole, cut))
    assert {name: record.facts for name, record in first.items()} == {
        name: record.facts for name, record in second.items()
    }
    assert last < LAST


def _without_later(row: dict[str, object], until: dt.datetime, last: dt.date) -> dict[str, object]:
    def is_later(value: object) -> bool:
        return value >= until if isinstance(value, dt.datetime) else isinstance(value, dt.date) and value > last

    plan = {"planned_on", "due_at", "due_on", "planned_at"}
    return {name: None if is_later(value) and name not in plan else value for name, value in row.items()}


def test_days_that_nobody_knows_yet_break_no_duty() -> None:
    year = faultless()
    unknown = WORKING[-8:]
    year.gaps = {name: days_between(unknown[0], LAST) for name in year.data}
    year.log = replace(year.log, known_until=at(unknown[0], 0))
    span = year.span()
    records = [judge(DUTIES[name], span) for name in DUTIES if name != "availability"]
    assert _found({record.duty.id: record for record in records}) == set()
    assert {record.verdict for record in records if record.duty.reads} == {"not_shown"}


def test_a_confirmation_that_is_missing_over_a_gap_of_the_sign_offs_lacks_proof() -> None:
    year = faultless()
    first, second = MONDAYS[3], MONDAYS[9]
    weeks = [Period.week(day).previous().text for day in (first, second)]
    year.drop("desk.signoffs", lambda row: row["period"] in weeks)
    year.gaps = {"desk.signoffs": days_between(first, first + dt.timedelta(days=1))}
    results = {fact.subject: fact.result for fact in judge(DUTIES["signoffs"], year.span()).facts}
    assert [results[f"服务周报 {week}"] for week in weeks] == ["unproven", "short"]


def test_a_rejected_row_may_be_the_record_that_a_duty_lacks() -> None:
    day, other = WORKING[30], WORKING[40]
    year = faultless()
    year.drop("desk.attendance", lambda row: row["day"] in (day, other))
    year.drop("desk.checks", lambda row: row["day"] == day)
    year.drop("desk.trainings", lambda row: row["plan_no"] == "PX1")
    year.rejected = {"desk.attendance": {day: 1}, "desk.checks": {None: 1}, "desk.trainings": {None: 2}}
    records = judge_all([DUTIES[name] for name in ("attendance", "inspections", "trainings")], year.span())
    told = {
        (name, fact.subject): (fact.result, fact.reason)
        for name, record in records.items()
        for fact in record.facts
        if fact.result != "met"
    }
    assert told == {
        ("attendance", day.isoformat()): ("unproven", "驻场考勤有 1 行未能读取"),
        ("attendance", other.isoformat()): ("short", "工作日无人在岗的记录"),
        ("inspections", day.isoformat()): ("unproven", "人工检查有 1 行未能读取"),
        ("trainings", "PX1"): ("unproven", "培训有 2 行未能读取"),
    }
    assert records["trainings"].verdict == "not_shown"
    assert records["attendance"].verdict == "not_met"  # the other day has no rejected row


def test_a_plan_that_could_not_be_read_may_be_due() -> None:
    year = faultless()
    [later, *_] = [row for row in year.data["desk.plans"] if row["kind"] == "training"]
    year.drop("desk.plans", lambda row: row["kind"] == "training")
    month = Period.month(LAST)
    year.data["desk.plans"].append({**later, "planned_on": month.first - 30 * DAY})
    year.drop("desk.trainings", lambda row: True)
    for rejected, result, verdict in (({}, "idle", "met"), ({None: 1}, "unproven", "not_shown")):
        year.rejected = {"desk.plans": rejected}
        record = judge(DUTIES["trainings"], year.span(month))
        assert [fact.result for fact in record.facts if fact.subject == "年度计划"] == [result]
        assert record.verdict == verdict


def test_a_training_may_have_been_held_before_the_contract_year_began() -> None:
    year = faultless()
    year.drop("desk.trainings", lambda row: row["plan_no"] == "PX1")
    for day, result in ((FIRST - 62 * DAY, "unproven"), (FIRST - 63 * DAY, "short")):
        year.rejected = {"desk.trainings": {day: 1}}
        [fact] = [fact for fact in judge(DUTIES["trainings"], year.span()).facts if fact.subject == "PX1"]
        assert fact.result == result


def test_a_backup_that_could_not_be_read_may_be_the_one_that_is_missed() -> None:
    year = faultless()
    [(name, plan)] = _no_backup(year, random.Random(5))
    [short] = [fact for fact in judge(DUTIES[name], year.span()).facts if fact.result == "short"]
    assert short.subject == plan
    year.rejected = {"infra.backups": {short.on - DAY: 1}}
    assert judge(DUTIES[name], year.span()).verdict == "not_met"
    year.rejected = {"infra.backups": {short.on + DAY: 1}}
    [hidden] = [fact for fact in judge(DUTIES[name], year.span()).facts if fact.subject == plan]
    assert (hidden.result, hidden.reason) == ("unproven", "备份有 1 行未能读取")


def test_where_a_case_could_not_be_read_nobody_knows_that_all_were_kept() -> None:
    year = faultless()
    year.rejected = {"desk.incidents": {None: 1}, "desk.attendance": {None: 1}}
    recovery, attendance = (judge(DUTIES[name], year.span()) for name in ("recovery", "attendance"))
    assert (recovery.verdict, recovery.gaps) == ("not_shown", ("事件有 1 行未能读取；需更正后重新采集",))
    assert attendance.verdict == "met"  # each day has its record
    _late_recovery(year, random.Random(5))
    assert judge(DUTIES["recovery"], year.span()).verdict == "not_met"


@pytest.mark.parametrize("name", ["off_hours", "oa_tickets", "deadlines", "first_response"])
def test_a_ticket_that_could_not_be_read_may_be_one_that_broke_its_duty(name: str) -> None:
    year = faultless()
    assert judge(DUTIES[name], year.span()).verdict == "met"
    year.rejected = {"desk.tickets": {None: 1}}
    record = judge(DUTIES[name], year.span())
    assert (record.verdict, len(record.gaps)) == ("not_shown", 1)
    year.rejected = {"desk.tickets": {LAST + DAY: 1}}
    assert judge(DUTIES[name], year.span()).verdict == "met"


@pytest.mark.parametrize(
    ("signed_on", "september", "october"),
    [
        (dt.date(2025, 9, 30), ["met"], []),
        (dt.date(2025, 10, 9), [], ["met"]),
        (dt.date(2025, 10, 13), [], ["short"]),
        (None, [], ["short"]),
    ],
)
def test_a_confirmation_that_is_due_after_its_month_is_judged_once(
    signed_on: dt.date | None, september: list[Result], october: list[Result]
) -> None:
    """The report of week 39 of 2025 is issued on Monday, September 29: the 30th, October 9 and 10 after the holiday."""
    year, name = faultless(), "2025-W39"
    if signed_on is None:
        year.drop("desk.signoffs", lambda row: row["period"] == name)
    else:
        year.change("desk.signoffs", lambda row: row["period"] == name, signed_on=signed_on, day=signed_on)
    for month, results in ((9, september), (10, october)):
        record = judge(DUTIES["signoffs"], year.span(Period.month(dt.date(2025, month, 1))))
        assert [fact.result for fact in record.facts if fact.subject == f"服务周报 {name}"] == results


@pytest.mark.parametrize(("day", "result"), [(11, "met"), (13, "short")])
def test_a_report_that_is_issued_on_a_holiday_is_confirmed_within_three_working_days_as_well(
    day: int, result: Result
) -> None:
    """The report of week 40 of 2025 is issued on Monday, October 6: the 9th, the 10th and Saturday the 11th."""
    year, name = faultless(), "2025-W40"
    year.change("desk.signoffs", lambda row: row["period"] == name, signed_on=dt.date(2025, 10, day))
    [fact] = [fact for fact in judge(DUTIES["signoffs"], year.span()).facts if fact.subject == f"服务周报 {name}"]
    assert fact.result == result


def test_a_confirmation_may_stand_in_a_gap_of_the_month_before() -> None:
    year, name = faultless(), "2025-W39"
    year.drop("desk.signoffs", lambda row: row["period"] == name)
    year.gaps = {"desk.signoffs": [dt.date(2025, 9, 30)]}
    record = judge(DUTIES["signoffs"], year.span(Period.month(dt.date(2025, 10, 1))))
    assert [fact.result for fact in record.facts if fact.subject == f"服务周报 {name}"] == ["unproven"]


def test_what_was_due_on_the_last_day_of_a_month_is_judged_in_the_next() -> None:
    year, last = faultless(), dt.date(2025, 6, 30)
    year.change("desk.report_plan", lambda row: row["due_on"] == last, delivered_on=last + DAY)
    year.change("desk.plans", lambda row: row["plan_no"] == "PX0", planned_on=last)
    year.drop("desk.trainings", lambda row: row["plan_no"] == "PX0")
    for name in ("delivered_reports", "trainings"):
        of_months = [
            [fact.result for fact in judge(DUTIES[name], year.span(Period.month(day))).facts if fact.on == last]
            for day in (last, last + DAY)
        ]
        assert of_months == [[], ["short"]]
    of_next_year = Period.contract(last + DAY, LAST)
    assert not judge(DUTIES["delivered_reports"], year.span(of_next_year)).shortfalls


def test_what_was_kept_on_the_last_day_of_a_month_is_counted_there_alone() -> None:
    year, last = faultless(), dt.date(2025, 6, 30)
    year.change("desk.plans", lambda row: row["plan_no"] == "PX0", planned_on=last)
    year.change("desk.trainings", lambda row: row["plan_no"] == "PX0", held_on=last, confirmed_on=last, day=last)
    for name in ("delivered_reports", "trainings"):
        of_months = [
            [fact.result for fact in judge(DUTIES[name], year.span(Period.month(day))).facts if fact.on == last]
            for day in (last, last + DAY)
        ]
        assert of_months == [["met"], []]


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, duty in DUTIES.items() for path in duty.rests_on])
def test_a_column_that_the_source_does_not_have_neither_breaks_a_duty_nor_proves_it(name: str, path: str) -> None:
    year, (dataset, column) = faultless(), path.rsplit(".", 1)
    for row in year.data[dataset]:
        row[column] = None
    year.absent[dataset] = {column}
    record = judge(DUTIES[name], year.span())
    assert (record.verdict, record.shortfalls) == ("not_shown", ())
    assert any(f"的数据源没有{contract.dataset(dataset).column(column).label}" in words for words in record.needed)
    assert not any(record.row.quantity(measure).is_none for measure in ("duty_facts", "duty_kept", "duty_short"))


def test_each_column_without_which_a_fact_would_break_its_duty_is_declared() -> None:
    undeclared = set()
    for name, duty in DUTIES.items():
        for dataset in duty.reads:
            for column in contract.dataset(dataset).mapped:
                year = faultless()
                if not column.nullable or f"{dataset}.{column.name}" in duty.rests_on or dataset not in year.data:
                    continue
                for row in year.data[dataset]:
                    row[column.name] = None
                year.absent[dataset] = {column.name}
                if judge(duty, year.span()).verdict == "not_met":
                    undeclared.add((name, f"{dataset}.{column.name}"))
    assert undeclared == set()


def test_what_some_facts_lack_proof_of_may_be_kept_or_broken() -> None:
    facts = (Fact(FIRST, "1", "", "met"), Fact(FIRST, "2", "", "unproven"))
    row = DutyRecord(duty=DUTIES["online_backups"], facts=facts, gaps=()).row
    texts = {name: row.quantity(f"duty_{name}").text for name in ("facts", "kept", "short", "unproven")}
    assert texts == {"facts": "2 项", "kept": "≥ 1 项", "short": "未知", "unproven": "1 项"}
