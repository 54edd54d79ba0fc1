"""Tickets: what is overdue, what rises, what waits at night, units that are connected."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.checks.check import QUARTER
from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.subsystems.desk import SUBSYSTEM
from tests.subsystems.made import ON, Data, Row, at, daily, evaluation, events, judge, statuses

DAY = dt.timedelta(days=1)
WEEK = Period.week(ON)


def _ticket(opened: dt.datetime, **more: Any) -> Row:
    ticket = {"category": "consulting", "subsystem": "oa", "changed_at": opened, "opened_at": opened}
    return {**ticket, "day": (opened + dt.timedelta(hours=8)).date(), **more}


def _tickets(*rows: Row) -> Data:
    return {"desk.tickets": [{"ticket_no": str(number), **row} for number, row in enumerate(rows)]}


def _open(count: int, overdue: int, due: dt.datetime) -> Data:
    """Return open tickets; some of them are due at a moment, the others in a fortnight."""
    opened = at(ON - 20 * DAY, 9)
    late = [_ticket(opened, due_at=due)] * overdue
    return _tickets(*late, *[_ticket(opened, due_at=at(ON + 14 * DAY, 9))] * (count - overdue))


@pytest.mark.parametrize("period", [Period.day(ON), WEEK])
@pytest.mark.parametrize(
    ("overdue", "status"), [(0, "ok"), (1, "ok"), (2, "warning"), (10, "warning"), (11, "critical")]
)
def test_overdue_tickets_are_judged(overdue: int, status: str, period: Period) -> None:
    data = _open(12, overdue, dt.datetime(2026, 11, 15, 17, tzinfo=dt.UTC))
    [finding] = judge(SUBSYSTEM, ["desk.overdue_tickets"], data, period=period)
    assert (finding.entity.identity, finding.status, finding.value) == ("tickets/all", status, overdue)
    assert finding.figures["open_tickets"] == 12
    # by the local day of the oldest
    assert finding.since == (dt.date(2026, 11, 16) if status != "ok" else None)


@pytest.mark.parametrize(("days", "status"), [(9.0, None), (12.4, "warning"), (31.0, "critical")])
def test_one_ticket_is_told_once_it_was_forgotten(days: float, status: str | None) -> None:
    data = _open(3, 1, at(ON, 24) - dt.timedelta(days=days))
    [few, *oldest] = judge(SUBSYSTEM, ["desk.overdue_tickets", "desk.overdue_oldest"], data)
    assert (few.code, few.status) == ("desk.overdue_tickets", "ok")
    assert statuses(oldest) == ([("tickets/all", status)] if status else [])
    assert [finding.value for finding in oldest] == ([pytest.approx(days)] if status else [])


def test_tickets_that_were_not_extracted_are_unknown_since_the_gap_began() -> None:
    [finding] = judge(SUBSYSTEM, ["desk.overdue_tickets"], _open(3, 3, at(ON, 9)), gaps=(ON - DAY, ON))
    assert (finding.status, finding.unknown, finding.since) == ("unknown", "missing", ON - DAY)


def _by_day(code: str, usual: int, today: int) -> list[Finding]:
    """Return the findings of tickets that are opened on each working day, and closed on the next day."""
    rows = [{**row, "events": row["tickets"]} for row in daily("tickets", usual, today)]
    rows = [{**row, "closed_at": at(row["day"], 34)} for row in rows]
    tickets = events("desk.tickets", rows, category="fault", subsystem="oa", changed_at=at(ON, 9))
    return judge(SUBSYSTEM, [code], {"desk.tickets": tickets})


@pytest.mark.parametrize(("today", "status"), [(11, None), (28, "warning"), (60, "critical")])
@pytest.mark.parametrize("code", ["desk.opened_rise", "desk.backlog_rise"])
def test_twice_as_many_tickets_have_one_cause(code: str, today: int, status: str | None) -> None:
    assert statuses(_by_day(code, 10, today)) == ([("tickets/all", status)] if status else [])


def test_tickets_of_one_system_and_forenoon_are_told_with_both() -> None:
    more = [_ticket(at(ON, 9 + number / 10), category="fault", subsystem="docexchange") for number in range(20)]
    usual = [
        _ticket(at(row["day"], 9 + number), category=("account", "consulting")[number % 2])
        for row in daily("tickets", 8, 8)
        for number in range(row["tickets"])
    ]
    [finding] = judge(SUBSYSTEM, ["desk.opened_rise"], _tickets(*usual, *more))
    assert (finding.value, finding.details["narrower"]) == (28.0, "9时至11时系统 公文交换、类别 故障处理")


@pytest.mark.parametrize(("waiting", "status"), [(0, "ok"), (1, "warning"), (4, "critical")])
def test_a_ticket_of_the_night_that_waits_two_hours_is_told(waiting: int, status: str) -> None:
    night, noon = at(ON, 5), at(ON, 12)
    in_time = _ticket(night, responded_at=night + dt.timedelta(hours=1))
    late = _ticket(night, responded_at=night + dt.timedelta(hours=3))
    data = _tickets(in_time, *[late] * waiting, _ticket(noon))
    [finding] = judge(SUBSYSTEM, ["desk.late_responses"], data)
    assert (finding.status, finding.value) == (status, waiting)
    assert judge(SUBSYSTEM, ["desk.late_responses"], data, gaps=(ON,)) == []


@pytest.mark.parametrize(("code", "status"), [("solved", "unknown"), ("cancelled", "ok"), ("duplicate", "ok")])
def test_a_ticket_that_was_closed_without_a_recorded_response_is_not_late_and_not_in_time(
    code: str, status: str
) -> None:
    night = at(ON, 5)
    closed = _ticket(night, responded_at=None, closed_at=night + dt.timedelta(hours=3), close_code=code)
    [finding] = judge(SUBSYSTEM, ["desk.late_responses"], _tickets(closed))
    assert finding.status == status


STEPS = [
    {"category": "onboarding", "subsystem": "docexchange"},
    {"category": "account", "subsystem": "identity"},
    {"category": "account", "subsystem": "docexchange"},
    {"category": "other", "subsystem": "seal"},
    {"category": "training", "subsystem": "docexchange"},
]


def _connected(unit: str, *missing: int, back: int = 33) -> list[Row]:
    opened = at(ON - back * DAY, 10)
    return [_ticket(opened, unit=unit, **step) for number, step in enumerate(STEPS) if number not in missing]


def test_a_unit_that_was_connected_without_a_step_is_told_with_it() -> None:
    rows = [*_connected("甲局"), *_connected("乙局", 4), *_connected("丙局", 3, 4), *_connected("丁局", 4, back=20)]
    [finding] = judge(SUBSYSTEM, ["desk.onboarding"], _tickets(*rows))
    assert (finding.entity.identity, finding.status, finding.value) == ("unit/乙局", "warning", 1.0)
    assert (finding.details["steps"], finding.since) == (("培训",), ON - 33 * DAY)


@pytest.mark.parametrize("name", ["desk.tickets", "desk.trainings"])
def test_a_row_that_could_not_be_read_may_be_the_step_that_is_missed(name: str) -> None:
    data = {**_tickets(*_connected("乙局", 4)), "desk.trainings": []}
    for day, status in ((None, "unknown"), (ON - 5 * DAY, "unknown"), (ON - 300 * DAY, "warning")):
        [finding] = judge(SUBSYSTEM, ["desk.onboarding"], data, rejected={name: {day: 1}})
        assert (finding.entity.identity, finding.status) == ("unit/乙局", status)


def test_a_training_session_is_the_step_as_a_ticket_is() -> None:
    held = [{"held_on": ON - 30 * DAY, "topic": "公文", "unit": "乙局", "attended": 4}]
    data = {**_tickets(*_connected("乙局", 4)), "desk.trainings": held}
    assert judge(SUBSYSTEM, ["desk.onboarding"], data) == []


def test_the_register_speaks_for_its_units_whatever_the_tickets_show() -> None:
    day = ON - 33 * DAY
    begun = {"subsystem": "docexchange", "noted_at": at(day, 10), "day": day, "changed_at": at(ON - DAY, 10)}
    done = {f"{step}_on": ON - 20 * DAY for step in ("account", "permission", "seal", "training")}
    register = [
        {"unit": "乙局", **begun, **done},
        {"unit": "戊局", **begun, **done, "seal_on": None, "training_on": None},
    ]
    register.append({"unit": "戊局", **begun, **done, "subsystem": "oa", "seal_on": None})
    data = {**_tickets(*_connected("乙局", 4), *_connected("己局", 3)), "desk.onboardings": register}
    findings = judge(SUBSYSTEM, ["desk.onboarding"], data)
    told = {finding.entity.label: (finding.value, finding.details["steps"]) for finding in findings}
    assert told == {"戊局": (2.0, ("印章", "培训")), "己局": (1.0, ("印章",))}


@pytest.mark.parametrize(("back", "is_told"), [(30, False), (31, True), (38, True), (120, True)])
def test_a_registered_unit_is_late_until_its_last_step_is_done(back: int, is_told: bool) -> None:
    day = ON - back * DAY
    steps = {f"{step}_on": day + 5 * DAY for step in ("account", "permission", "training")}
    begun = {"unit": "戊局", "subsystem": "docexchange", "noted_at": at(day, 10), "day": day, "changed_at": at(day, 10)}
    data = {**_tickets(*_connected("己局")), "desk.onboardings": [{**begun, **steps, "seal_on": None}]}
    told = [item.entity.label for item in judge(SUBSYSTEM, ["desk.onboarding"], data)]
    assert told == ["戊局"] * is_told


@pytest.mark.parametrize(("faults", "status"), [(20, None), (45, "warning"), (80, "critical")])
def test_a_category_that_takes_most_of_a_quarter_is_told(faults: int, status: str | None) -> None:
    others = [_ticket(at(ON - 9 * DAY, 9), category=name) for name in ("account", "change", "other")]
    rows = [_ticket(at(ON - DAY, 9), category="fault")] * faults + others * ((100 - faults) // 3)
    findings = judge(SUBSYSTEM, ["desk.concentrated"], _tickets(*rows), spans=(QUARTER,))
    assert statuses(findings) == ([("category/fault", status)] if status else [])
    few = _tickets(*[_ticket(at(ON - DAY, 9), category="fault")] * 49)
    assert judge(SUBSYSTEM, ["desk.concentrated"], few, spans=(QUARTER,)) == []


@pytest.mark.parametrize(
    ("rejected", "certainties"),
    [
        ({}, ["exact"] * 4),
        ({ON: 1}, ["lower_bound", "lower_bound", "unknown", "unknown"]),
        ({None: 1}, ["lower_bound", "lower_bound", "unknown", "unknown"]),
        ({ON + 7 * DAY: 1}, ["exact"] * 4),
    ],
)
def test_a_ticket_that_could_not_be_read_may_be_one_of_those_counted(rejected: Any, certainties: list[str]) -> None:
    names = ("desk.attendance", "desk.changes", "desk.incidents")
    closed = _ticket(at(ON - DAY, 9), closed_at=at(ON - DAY, 11), resolution_s=7200.0)
    data: Data = {**dict.fromkeys(names, ()), **_tickets(_ticket(at(ON, 9)), closed)}
    made = evaluation(SUBSYSTEM, [], data, period=WEEK, has_section=True, rejected={"desk.tickets": rejected})
    total = made.summaries["desk"].total
    measures = ("opened_tickets", "open_tickets", "resolution_p50_s", "opened_tickets_change")
    assert [total.certainty(name) for name in measures] == certainties
    assert [total["opened_tickets"], total["open_tickets"]] == [2, 1]


def test_more_overdue_tickets_than_allowed_are_told_beside_one_that_could_not_be_read() -> None:
    for overdue, status in ((2, "warning"), (1, "unknown")):
        data = _open(12, overdue, at(ON - 3 * DAY, 17))
        [finding] = judge(SUBSYSTEM, ["desk.overdue_tickets"], data, rejected={"desk.tickets": {None: 1}})
        assert finding.status == status
