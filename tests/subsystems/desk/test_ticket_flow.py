"""Flow of tickets: closed in bulk, answered late, and the same fault again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.subsystems import word
from ntanalytics.subsystems.desk import SUBSYSTEM
from tests.subsystems.made import ON, at, days, judge

BULK, SLOW, AGAIN, OVERDUE = "desk.bulk_closing", "desk.slow_responses", "desk.same_incident", "desk.overdue_tickets"
UNSOLVED = "desk.unsolved_closings"


def _ticket(number: str, opened: dt.datetime, day: dt.date, waited_min: float = 10, **more: Any) -> dict[str, Any]:
    return {
        "ticket_no": number, "opened_at": opened, "category": "fault", "subsystem": "oa", "day": day,
        "responded_at": opened + dt.timedelta(minutes=waited_min), "changed_at": opened, **more,
    }  # fmt: skip


def _usual(closed_hour: float | None = None) -> list[dict[str, Any]]:
    """Return eight weeks of eight tickets a working day, closed after two hours, or all of them at an hour."""
    made = []
    for day in (row["day"] for row in days(56) if row["is_working_day"] and row["day"] != ON):
        for number in range(8):
            opened = at(day, 9 + number / 2)
            closed = at(day, closed_hour) if closed_hour else opened + dt.timedelta(hours=2)
            made.append(_ticket(f"{day}-{number}", opened, day, 5 + 3 * number, closed_at=closed))
    return made


def _piled(count: int, closed: dt.datetime | None) -> list[dict[str, Any]]:
    """Return old tickets that are past their deadline, closed a few seconds after each other."""
    old = ON - dt.timedelta(days=5)
    return [
        _ticket(
            f"old{n}", at(old, 9), old, due_at=at(ON - dt.timedelta(days=2), 9),
            closed_at=closed and closed + dt.timedelta(seconds=20 * n),
        )
        for n in range(count)
    ]  # fmt: skip


def _found(code: str, tickets: list[dict[str, Any]], **more: Any) -> list[Finding]:
    findings = judge(SUBSYSTEM, [code], {"desk.tickets": tickets}, **more)
    return [finding for finding in findings if finding.is_violation]


def test_twenty_tickets_closed_within_minutes_are_told_with_the_time() -> None:
    assert [item.value for item in _found(BULK, [*_usual(), *_piled(6, at(ON, 16))])] == [6]
    [finding] = _found(BULK, [*_usual(), *_piled(20, at(ON, 16))])
    assert (finding.status, finding.value, finding.figures["habit"]) == ("warning", 20, 1)
    assert finding.window == Window(ON, 16 * 3600.0, 16 * 3600.0 + 380)
    assert "集中关闭工单 20 件" in word(finding).sentence


def test_a_desk_that_closes_its_day_in_the_evening_is_known_by_its_habit() -> None:
    assert _found(BULK, [*_usual(closed_hour=17.5), *_piled(14, at(ON, 17.5))]) == []
    assert _found(BULK, [*_usual(), *_piled(5, at(ON, 16))]) == []


def test_closing_in_bulk_closes_no_finding() -> None:
    before = _found(OVERDUE, [*_usual(), *_piled(20, None)])
    after = _found(OVERDUE, [*_usual(), *_piled(20, at(ON, 16))])
    earlier = _found(OVERDUE, [*_usual(), *_piled(20, at(ON - dt.timedelta(days=1), 16))])
    assert [[finding.value for finding in found] for found in (before, after, earlier)] == [[20.0]] * 3


def test_tickets_that_are_closed_one_by_one_are_closed() -> None:
    tickets = [{**row, "closed_at": at(ON, 9 + n / 2)} for n, row in enumerate(_piled(10, at(ON, 9)))]
    assert _found(OVERDUE, [*_usual(), *tickets]) == []


def _today(waited_min: float) -> list[dict[str, Any]]:
    return [_ticket(f"today{n}", at(ON, 9 + n / 2), ON, waited_min) for n in range(8)]


def test_a_day_on_which_nobody_answers_is_told() -> None:
    [finding] = _found(SLOW, [*_usual(), *_today(300)])
    assert (finding.entity.identity, finding.value) == ("tickets/all", 1.0)


def test_the_category_of_most_that_waited_is_told_and_none_of_tickets_of_one_kind() -> None:
    [alike] = _found(SLOW, [*_usual(), *_today(300)])
    assert "narrower" not in alike.details
    asked = [{**row, "ticket_no": f"asked{n}", "category": "consulting"} for n, row in enumerate(_today(300)[:4])]
    [finding] = _found(SLOW, [*_usual(), *_today(10)[:4], *asked])
    assert (finding.value, finding.details["narrower"]) == (0.5, "类别 使用咨询")
    [spread] = _found(SLOW, [*_usual(), *_today(300)[:4], *asked])
    assert "narrower" not in spread.details


@pytest.mark.parametrize("waited_min", [5, 20])
def test_a_day_like_others_is_not_told(waited_min: float) -> None:
    assert _found(SLOW, [*_usual(), *_today(waited_min)]) == []


def _closed(code: str | None, count: int, day: dt.date = ON) -> list[dict[str, Any]]:
    """Return tickets of a day that were closed an hour after their opening, with one result."""
    return [
        _ticket(f"{code}{day}{n}", at(day, 9 + n / 2), day, closed_at=at(day, 10 + n / 2), close_code=code)
        for n in range(count)
    ]


def _solved_before(unsolved: int) -> list[dict[str, Any]]:
    """Return eight weeks of eight tickets a working day, some of them not solved: one a day, from the first on."""
    before = [row["day"] for row in days(56) if row["is_working_day"] and row["day"] != ON]
    return [
        ticket
        for place, day in enumerate(before)
        for code, count in (("unsolved", int(place < unsolved)), ("solved", 8 - int(place < unsolved)))
        for ticket in _closed(code, count, day)
    ]


def test_a_day_whose_tickets_are_closed_without_being_solved_is_told_beside_the_usual_share() -> None:
    [finding] = _found(UNSOLVED, [*_solved_before(9), *_closed("solved", 2), *_closed("cancelled", 4)])
    assert (finding.entity.identity, finding.status, finding.since) == ("tickets/all", "warning", ON)
    assert finding.value == pytest.approx(4 / 6)
    closed = len(_solved_before(9))
    assert finding.figures["usual"] == pytest.approx(10 / (closed + 1))
    assert "未解决即关闭 4 件" in word(finding).sentence


@pytest.mark.parametrize(
    "today",
    [
        [*_closed("workaround", 6)],
        [*_closed("solved", 7), *_closed("unsolved", 1)],
        [*_closed("unsolved", 3)],
        [*_closed(None, 8)],
    ],
)
def test_solved_tickets_a_few_and_those_without_a_result_are_not_told(today: list[dict[str, Any]]) -> None:
    assert _found(UNSOLVED, [*_solved_before(9), *today]) == []


def test_a_desk_that_solves_half_of_its_tickets_does_so_today() -> None:
    habit = [
        ticket
        for row in days(56)
        if row["is_working_day"]
        for code in ("solved", "unsolved")
        for ticket in _closed(code, 4, row["day"])
    ]
    assert _found(UNSOLVED, habit) == []


def _incident(number: str, day: dt.date, cause: str = "vendor_software", subsystem: str = "oa") -> dict[str, Any]:
    return {
        "incident_no": number, "began_at": at(day, 9), "subsystem": subsystem, "cause": cause, "is_crash": True,
        "changed_at": at(day, 12), "day": day,
    }  # fmt: skip


def _again(*incidents: dict[str, Any]) -> list[Finding]:
    findings = judge(SUBSYSTEM, [AGAIN], {"desk.incidents": list(incidents)})
    return [finding for finding in findings if finding.is_violation]


def test_the_same_fault_within_a_month_is_told_with_the_day_before() -> None:
    earlier = ON - dt.timedelta(days=20)
    [finding] = _again(_incident("1", earlier), _incident("2", ON))
    assert (finding.entity.identity, finding.status, finding.value) == ("subsystem/oa", "warning", 2)
    assert finding.details["earlier"] == earlier.isoformat()


@pytest.mark.parametrize(
    "earlier",
    [_incident("1", ON - dt.timedelta(days=40)), _incident("1", ON - dt.timedelta(days=3), cause="hardware"),
     _incident("1", ON - dt.timedelta(days=3), subsystem="im")],
)  # fmt: skip
def test_another_fault_or_one_of_long_ago_is_not_the_same(earlier: dict[str, Any]) -> None:
    assert _again(earlier, _incident("2", ON)) == []
