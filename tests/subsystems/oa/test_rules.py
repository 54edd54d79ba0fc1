"""Rules over the OA: what breaks each, and what must not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from ntanalytics.checks.check import DAY, QUARTER
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Entity, Finding, Window
from ntanalytics.periods import Period
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.oa import SUBSYSTEM
from tests.subsystems.made import (
    ON,
    Data,
    Row,
    at,
    daily,
    days,
    evaluation,
    events,
    hours,
    judge,
    statuses,
    subsystem_finding,
    table_of,
)  # fmt: skip

SUNDAY = ON - dt.timedelta(days=5)
PARTY = {"edition": "party", "module": "documents", "terminal": "pc", "actions": 3}


def _activities(rows: list[Row], **common: Any) -> Data:
    """Return as many activities as the rows count, each of another account."""
    table = events("oa.activities", rows, **{**PARTY, **common})
    accounts = pa.array([str(number) for number in range(len(table))])
    return {"oa.activities": table.set_column(table.schema.get_field_index("account_id"), "account_id", accounts)}


def _by_day(usual: float, today: float, **more: Any) -> list[Row]:
    return [{**row, **more, "events": row["amount"]} for row in daily("amount", usual, today)]


@pytest.mark.parametrize(("today", "status"), [(600, "warning"), (440, "critical"), (700, "ok"), (1040, "ok")])
def test_active_accounts_of_a_day_are_held_against_its_like(today: int, status: str) -> None:
    findings = judge(SUBSYSTEM, ["oa.active_fall"], _activities(_by_day(800, today)))
    editions = [("edition/party", "ok")] if status == "ok" else []  # where all fell, the editions need not be told
    assert sorted(statuses(findings)) == [*editions, ("subsystem/oa", status)]


def test_an_edition_that_few_use_is_hidden_by_the_others_and_subject_columns_itself() -> None:
    rows = [*_by_day(60, 20), *_by_day(400, 400, edition="wecom")]
    assert sorted(statuses(judge(SUBSYSTEM, ["oa.active_fall"], _activities(rows)))) == [
        ("edition/party", "critical"),
        ("edition/wecom", "ok"),
        ("subsystem/oa", "ok"),
    ]


def test_few_accounts_and_days_off_say_nothing_of_a_fall() -> None:
    findings = judge(SUBSYSTEM, ["oa.active_fall"], _activities(_by_day(30, 2)))
    assert {(finding.status, finding.unknown) for finding in findings} == {("unknown", "few_expected")}
    [free] = judge(SUBSYSTEM, ["oa.active_fall"], _activities(_by_day(200, 200)), period=Period.day(SUNDAY))
    assert (free.status, free.is_applicable) == ("ok", False)


@pytest.mark.parametrize(("today", "status"), [(130, "warning"), (300, "critical"), (75, None), (5, None)])
def test_many_more_tasks_past_their_time_are_told(today: int, status: str | None) -> None:
    """Each task is past its time at the end of one day, and done on the next; of today's none is done."""
    rows = []
    for row in daily("late", 60, today, weekend=1.0):
        done = None if row["day"] == ON else at(row["day"], 33)
        rows += [_task(at(row["day"], 9), due_at=at(row["day"], 10), finished_at=done)] * row["late"]
    findings = judge(SUBSYSTEM, ["oa.overdue_rise"], {"oa.tasks": _tasks(rows)})
    assert statuses(findings) == ([("edition/party", status)] if status else [])


def _task(begin: dt.datetime, **more: Any) -> Row:
    return {"started_at": begin, "edition": "party", "module": "documents", "is_cancelled": False, **more}


def _tasks(rows: list[Row]) -> pa.Table:
    timed = [{"changed_at": row["started_at"], "day": at_day(row["started_at"]), **row} for row in rows]
    return table_of("oa.tasks", ({**row, "task_id": str(number)} for number, row in enumerate(timed)))


def at_day(moment: dt.datetime) -> dt.date:
    """Return the local day of a moment."""
    return (moment + dt.timedelta(hours=8)).date()


@pytest.mark.parametrize(
    ("worked_days", "count", "status"), [(2, 120, "warning"), (4, 120, "critical"), (1, 120, None), (4, 40, None)]
)
def test_tasks_that_take_twice_as_long_are_told(worked_days: int, count: int, status: str | None) -> None:
    """A task usually takes one working day of eight hours, from ten to ten."""
    worked = [row["day"] for row in days() if row["is_working_day"]]
    rows = []
    for number in range(4, len(worked)):
        is_today = worked[number] == ON
        begin = at(worked[number - (worked_days if is_today else 1)], 10)
        done = at(worked[number], 10)
        task = _task(begin, finished_at=done, handling_s=(done - begin).total_seconds())
        rows += [task] * (count if is_today else 120)
    findings = judge(SUBSYSTEM, ["oa.handling_rise"], {"oa.tasks": _tasks(rows)})
    assert statuses(findings) == ([("subsystem/oa", status)] if status else [])
    if status:
        assert findings[0].value == pytest.approx(worked_days * 28_800)


@pytest.mark.parametrize(
    ("today", "status"), [({14: 0, 15: 0, 16: 20}, "critical"), ({15: 110}, "warning"), ({15: 180}, None)]
)
def test_minutes_without_anybody_are_an_outage(today: Mapping[int, float], status: str | None) -> None:
    findings = judge(SUBSYSTEM, ["oa.lull"], _activities(hours(200, today)))
    assert statuses(findings) == ([("subsystem/oa", status)] if status else [])
    if status == "critical":
        window = findings[0].window
        assert window is not None
        assert window.from_s == 14 * 3600
        assert window.until_s == pytest.approx(17 * 3600, rel=0.01)


def test_an_edition_on_a_terminal_that_stands_still_is_told_where_the_whole_does_not() -> None:
    others = hours(300, edition="wecom", terminal="mobile")
    [finding] = judge(SUBSYSTEM, ["oa.lull"], _activities([*hours(30, {14: 0, 15: 0}), *others]))
    assert (finding.entity.identity, finding.status) == ("edition_terminal/party/pc", "critical")
    assert finding.window == Window(ON, 14 * 3600, 16 * 3600)


@pytest.mark.parametrize("code", ["oa.lull", "oa.module_lull", "oa.active_fall"])
@pytest.mark.parametrize(("own", "expected"), [({}, []), ({14: 0, 15: 0}, ["edition_terminal/wecom/mobile"])])
def test_what_a_source_feeds_that_gave_nothing_is_unknown_and_no_outage(
    code: str, own: Mapping[int, float], expected: list[str]
) -> None:
    silent = hours(300, dict.fromkeys(range(8, 18), 0), source="annex")
    known = hours(50, own, edition="wecom", terminal="mobile")
    findings = judge(SUBSYSTEM, [code], _activities([*silent, *known]), empty={"oa.activities": ["annex"]})
    violations = [finding.entity.identity for finding in findings if finding.is_violation]
    assert violations == (expected if code == "oa.lull" else [])
    assert ("subsystem/oa", "unknown") in statuses(findings)


@pytest.mark.parametrize(
    ("amount", "today", "status"),
    [
        (12, dict.fromkeys(range(8, 18), 0), "warning"),
        (20, {14: 0, 15: 0, 16: 0, 17: 0}, "warning"),
        (12, {10: 0}, None),
        (1, dict.fromkeys(range(8, 18), 0), None),
    ],
)
def test_half_a_day_without_a_module_that_many_use_is_told(
    amount: int, today: Mapping[int, float], status: str | None
) -> None:
    findings = judge(SUBSYSTEM, ["oa.module_lull"], _activities(hours(amount, today)))
    assert statuses(findings) == ([("module/party/documents", status)] if status else [])


def test_a_sunday_is_no_module_that_stopped() -> None:
    assert judge(SUBSYSTEM, ["oa.module_lull"], _activities(hours(50)), period=Period.day(SUNDAY)) == []


@pytest.mark.parametrize(
    ("amount", "today", "status"),
    [
        (5, dict.fromkeys(range(8, 18), 0), "warning"),
        (5, {9: 0, 10: 0}, None),
        (1, dict.fromkeys(range(8, 18), 0), None),
    ],
)
def test_half_a_day_without_an_end_of_a_flow_is_told(
    amount: int, today: Mapping[int, float], status: str | None
) -> None:
    rows = []
    for row in hours(amount, today):
        done = at(row["day"], row["slot"] + 0.5)
        rows += [_task(done - dt.timedelta(minutes=20), finished_at=done)] * int(row["events"])
    data = {"oa.tasks": _tasks(rows), **_activities([])}
    findings = judge(SUBSYSTEM, ["oa.task_lull"], data)
    assert statuses(findings) == ([("module/party/documents", status)] if status else [])
    assert judge(SUBSYSTEM, ["oa.task_lull"], data, gaps=(ON,)) == []


@pytest.mark.parametrize(("actions", "status"), [(300, "ok"), (1500, "ok"), (1501, "warning"), (7000, "critical")])
def test_an_account_that_acts_like_a_program(actions: int, status: str) -> None:
    rows = [{"day": ON, "events": 1, "actions": actions}, {"day": ON, "events": 9}]
    [finding] = judge(SUBSYSTEM, ["oa.busiest"], _activities(rows))
    assert (finding.entity.identity, finding.status, finding.value) == ("account/busiest", status, actions)
    assert judge(SUBSYSTEM, ["oa.busiest"], _activities(rows), gaps=(ON,)) == []


def test_a_module_that_hardly_anybody_uses_in_a_quarter_is_told_and_one_without_a_name_is_not() -> None:
    rows = [
        {"day": ON, "events": 200},
        {"day": ON, "events": 3, "module": "mail"},
        {"day": ON, "events": 5, "module": "cars"},
        {"day": ON, "events": 1, "module": "other"},
    ]
    [finding] = judge(SUBSYSTEM, ["oa.seldom_used"], _activities(rows), spans=(QUARTER,))
    assert (finding.entity.identity, finding.status, finding.value) == ("module/mail", "warning", 3 / 200)
    assert finding.figures["users"] == 3.0


def test_over_a_day_that_the_quarter_lacks_no_module_is_hardly_used() -> None:
    data = _activities([{"day": ON, "events": 200}, {"day": ON, "events": 3, "module": "mail"}])
    lost = ON - dt.timedelta(days=40)  # long before the period
    made = evaluation(SUBSYSTEM, ["oa.seldom_used"], data, spans=(QUARTER,), gaps=(lost,), has_section=True)
    assert [finding.code for finding in made.findings if finding.is_violation] == []
    assert made.unjudged == {"oa.seldom_used"}
    assert ("oa.source", "incomplete", 1) in {
        (finding.code, finding.unknown, finding.details.get("checks")) for finding in made.findings
    }


def _finding(code: str, kind: str, key: str) -> Finding:
    return Finding(rule=RULES[code], entity=Entity(kind, key, key), status="critical")


def test_an_outage_tells_what_stands_still_within_it() -> None:
    whole = subsystem_finding("oa.lull")
    part = _finding("oa.lull", "edition_terminal", "party/mobile")
    module, other = (_finding("oa.module_lull", "module", f"{edition}/documents") for edition in ("party", "wecom"))
    flow = _finding("oa.task_lull", "module", "wecom/documents")
    edition, fall = _finding("oa.active_fall", "edition", "party"), subsystem_finding("oa.active_fall")
    assert suppress([whole, module, other, flow, edition, fall], SUBSYSTEM.checks, [DAY]) == (
        [whole],
        [module, other, flow, edition, fall],
    )
    assert suppress([part, module, other, flow, edition, fall], SUBSYSTEM.checks, [DAY]) == (
        [part, other, fall],
        [module, flow, edition],
    )
