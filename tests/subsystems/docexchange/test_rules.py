"""Rules over document exchange: what breaks each, and what must not."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import pytest

from ntanalytics.checks.check import DAY
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Entity, Finding, Window
from ntanalytics.periods import Period
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.docexchange import SUBSYSTEM
from tests.subsystems.made import (
    ON,
    Data,
    Row,
    at,
    daily,
    days,
    evaluation,
    events,
    failing,
    hours,
    judge,
    statuses,
    table_of,
)  # fmt: skip

WEEK = Period.week(ON)
MONDAY = WEEK.first


def _documents(rows: list[Row]) -> Data:
    return {
        "docexchange.documents": events("docexchange.documents", [{**row, "events": row["amount"]} for row in rows])
    }


def _calls(row: Row, calls: float, **more: Any) -> Row:
    minute = at(row["day"], row.get("slot", 10) + row.get("minute", 0) / 60)
    return {
        "day": row["day"],
        "minute_at": minute,
        "caller": "政务服务网",
        "interface": "send",
        "outcome": "success",
        "calls": round(calls),
        **more,
    }


@pytest.mark.parametrize(
    ("today", "calls", "status"),
    [(1200, 1000, "warning"), (3000, 1000, "critical"), (520, 1000, None), (3000, 50, None)],
)
def test_calls_that_take_longer(today: float, calls: int, status: str | None) -> None:
    rows = [
        _calls(row, row["amount"], duration_bucket=math.ceil(math.log(today if row["day"] == ON else 500, 1.1)))
        for row in daily("amount", 1000, calls, weekend=1.0)
    ]
    data = {"docexchange.interface_calls": rows}
    findings = judge(SUBSYSTEM, ["docexchange.calls_slow"], data)
    assert statuses(findings) == ([("interface/all", status)] if status else [])
    assert [finding.value for finding in findings] == ([pytest.approx(today, rel=0.05)] if status else [])


def _by_half_hour(rows: list[Row], caller: str = "政务服务网") -> list[Row]:
    """Return the calls of some hours, in both halves of each, with those that failed."""
    halves = [{**row, "minute": minute, "caller": caller} for row in rows for minute in (5, 35)]
    split = [(row, row["events"] / 2, row.get("hits", 0) / 2) for row in halves]
    granted = [_calls(row, count - failed, caller=caller) for row, count, failed in split if round(count - failed)]
    return granted + [_calls(row, hit, caller=caller, outcome="failure") for row, _, hit in split if round(hit)]


@pytest.mark.parametrize(
    ("today", "status"),
    [
        ({10: 0.5, 11: 0.5, 12: 0.5}, "critical"),
        (dict.fromkeys((9, 11, 13, 15), 0.4), "critical"),
        (dict.fromkeys(range(9, 12), 0.1), "warning"),
        ({10: 0.03}, None),
        ({}, None),
    ],
)
def test_a_caller_whose_calls_fail(today: Mapping[int, float], status: str | None) -> None:
    rows = _by_half_hour(failing(60, 0.005, today))
    data = {"docexchange.interface_calls": [*rows, *_by_half_hour(hours(60), "电子档案系统")]}
    findings = judge(SUBSYSTEM, ["docexchange.calls_failing"], data)
    assert statuses(findings) == ([("caller/政务服务网", status)] if status else [])
    assert judge(SUBSYSTEM, ["docexchange.calls_failing"], data, gaps=(ON,)) == []


@pytest.mark.parametrize(
    ("amount", "today", "status"),
    [(40, {13: 0, 14: 0, 15: 0}, "warning"), (40, {13: 0}, None), (1, {13: 0, 14: 0, 15: 0}, None)],
)
def test_a_caller_that_is_silent(amount: int, today: Mapping[int, float], status: str | None) -> None:
    rows = _by_half_hour(hours(2 * amount, today), "电子档案系统")
    data = {"docexchange.interface_calls": [*rows, *_by_half_hour(hours(600))]}
    findings = judge(SUBSYSTEM, ["docexchange.caller_lull"], data)
    assert statuses(findings) == ([("caller/电子档案系统", status)] if status else [])
    assert [finding.window for finding in findings] == ([Window(ON, 13 * 3600, 16 * 3600)] if status else [])


def test_callers_that_are_silent_together_are_one_finding() -> None:
    silent = {13: 0, 14: 0, 15: 0}
    rows = [row for caller in ("甲系统", "乙系统") for row in _by_half_hour(hours(80, silent), caller)]
    findings = judge(SUBSYSTEM, ["docexchange.caller_lull"], {"docexchange.interface_calls": rows})
    assert statuses(findings) == [("subsystem/docexchange", "warning")]


@pytest.mark.parametrize("period", [Period.week(ON), Period.month(ON)])
@pytest.mark.parametrize(("failed", "status"), [(10, "ok"), (50, "warning"), (200, "critical")])
def test_the_failure_rate_of_a_longer_period_is_told_with_its_callers(failed: int, status: str, period: Period) -> None:
    row = {"day": ON}
    rows = [
        _calls(row, 1000 - failed),
        _calls(row, failed, outcome="failure"),
        _calls(row, 9, caller="甲系统", outcome="failure"),  # too few to be told
    ]
    findings = judge(SUBSYSTEM, ["docexchange.call_failure_rate"], {"docexchange.interface_calls": rows}, period=period)
    by_caller = [("caller/政务服务网", status)] if status != "ok" else []
    assert sorted(statuses(findings)) == [*by_caller, ("interface/all", status)]


def _delivery(sent: dt.datetime, **more: Any) -> Row:
    day = (sent + dt.timedelta(hours=8)).date()
    return {"sent_at": sent, "changed_at": sent, "day": day, "state": "sent", "receiver_unit": "甲局", **more}


def _deliveries(rows: list[Row]) -> Data:
    named = ({"delivery_id": str(number), "document_id": str(number), **row} for number, row in enumerate(rows))
    return {"docexchange.deliveries": table_of("docexchange.deliveries", named)}


@pytest.mark.parametrize(("late", "status"), [(20, "warning"), (67, "critical"), (1, None)])
def test_what_has_not_arrived_after_a_day(late: int, status: str | None) -> None:
    """Of 500 deliveries of a day all arrive within an hour, and of those of yesterday some never."""
    rows = []
    for row in days():
        sent = at(row["day"], 9)
        is_yesterday = row["day"] == ON - dt.timedelta(days=1)
        missing = late if is_yesterday else 0
        rows += [_delivery(sent, delivered_at=sent + dt.timedelta(hours=1))] * (500 - missing)
        rows += [_delivery(sent)] * missing
    findings = judge(SUBSYSTEM, ["docexchange.undelivered"], _deliveries(rows))
    assert statuses(findings) == ([("subsystem/docexchange", status)] if status else [])
    assert judge(SUBSYSTEM, ["docexchange.undelivered"], _deliveries(rows), gaps=(ON,)) == []


def _signed(day: dt.date, hours_later: float | None, unit: str = "甲局", **more: Any) -> Row:
    sent = at(day, 9)
    due = sent + dt.timedelta(days=1)
    signed = None if hours_later is None else sent + dt.timedelta(hours=hours_later)
    return _delivery(sent, due_at=due, signed_at=signed, receiver_unit=unit, **more)


@pytest.mark.parametrize(("late", "day", "week"), [(2, None, None), (5, None, "warning"), (20, "critical", "critical")])
def test_overdue_deliveries_of_an_ordinary_unit_are_named_by_the_day_where_they_are_many(
    late: int, day: str | None, week: str | None
) -> None:
    """A unit that always has some is told by the week; by the day only where they are very many."""
    rows = [_signed(ON - dt.timedelta(days=back), 2) for back in range(2, 60)] * 10 + [_signed(MONDAY, None)] * late
    data = {**_deliveries(rows), "docexchange.documents": []}
    for period, status in ((Period.day(ON), day), (WEEK, week)):
        findings = judge(SUBSYSTEM, ["docexchange.overdue_deliveries"], data, period=period)
        assert statuses(findings) == ([("unit/甲局", status)] if status else [])
        for finding in findings:
            assert (finding.value, finding.since) == (late, MONDAY + dt.timedelta(days=1))


def test_a_unit_that_leaves_off_signing_is_told_once() -> None:
    """A unit that signs within two hours has left six deliveries lying for days."""
    before = [_signed(row["day"], 2) for row in days() if row["is_working_day"] and row["day"] < MONDAY] * 15
    lying = [_signed(MONDAY + dt.timedelta(days=back), None) for back in (0, 1, 2)] * 2
    data = _deliveries(before + lying)
    [unsigned] = judge(SUBSYSTEM, ["docexchange.unsigned"], data)
    assert (unsigned.entity.identity, unsigned.is_violation) == ("unit/甲局", True)
    both = judge(SUBSYSTEM, ["docexchange.unsigned", "docexchange.overdue_deliveries"], data)
    assert [(finding.code, finding.status) for finding in both] == [("docexchange.overdue_deliveries", "warning")]
    assert judge(SUBSYSTEM, ["docexchange.unsigned", "docexchange.overdue_deliveries"], data, gaps=(ON,)) == []


@pytest.mark.parametrize(("back", "is_doubtful"), [(1, True), (7, True), (8, False)])
def test_what_is_unsigned_after_a_lost_day_may_have_been_signed_on_it(back: int, is_doubtful: bool) -> None:
    """A day is lost before the inspected one; how many are overdue is unknown, be the day lost eight days before."""
    before = [_signed(row["day"], 2) for row in days() if row["is_working_day"] and row["day"] < MONDAY] * 15
    lying = [_signed(MONDAY + dt.timedelta(days=step), None) for step in (0, 1, 2)] * 2
    data, codes = _deliveries(before + lying), ["docexchange.unsigned", "docexchange.overdue_deliveries"]
    found = judge(SUBSYSTEM, codes, data, gaps=(ON - dt.timedelta(days=back),))
    [unsigned] = [finding for finding in found if finding.code == "docexchange.unsigned"]
    assert unsigned.is_violation
    assert bool(unsigned.details.get("is_doubtful")) is is_doubtful
    assert not any(finding.is_violation for finding in found if finding.code == "docexchange.overdue_deliveries")


@pytest.mark.parametrize("period", [Period.day(ON), WEEK])
def test_where_nobody_wrote_down_who_signed_no_unit_is_told(period: Period) -> None:
    """Since Monday no delivery has a time of its receipt; a unit owes thirty signatures of the week before, too."""
    signed = [_signed(row["day"], 2) for row in days() if row["is_working_day"] and row["day"] < MONDAY] * 15
    lying = [
        _signed(MONDAY + dt.timedelta(days=back), None, unit) for back in (0, 1, 2) for unit in ("甲局", "乙局")
    ] * 20
    old = [_signed(MONDAY - dt.timedelta(days=7), None, "丙局")] * 30
    codes = ["docexchange.unsigned", "docexchange.overdue_deliveries", "docexchange.signed_in_time_rate"]
    data = _deliveries(signed + lying + old)
    assert {finding.entity.label for finding in judge(SUBSYSTEM, codes, data, period=period)} >= {
        "甲局",
        "乙局",
        "丙局",
    }
    seen = judge(SUBSYSTEM, codes, data, period=period, unfilled={"docexchange.deliveries": ["signed_at"]})
    assert [finding for finding in seen if finding.is_violation] == []
    assert {finding.status for finding in seen} == {"unknown"}


@pytest.mark.parametrize(("late", "status"), [(5, "ok"), (15, "warning"), (30, "critical")])
@pytest.mark.parametrize("period", [Period.day(ON), WEEK])
def test_the_share_that_is_signed_in_time_is_judged_over_any_period(late: int, status: str, period: Period) -> None:
    rows = [_signed(MONDAY, 30)] * late + [_signed(MONDAY, 3)] * (100 - late)
    data = {**_deliveries(rows), "docexchange.documents": []}
    [finding] = judge(SUBSYSTEM, ["docexchange.signed_in_time_rate"], data, period=period)
    assert (finding.entity.identity, finding.status) == ("subsystem/docexchange", status)
    assert finding.value == pytest.approx(1 - late / 100)
    assert finding.figures.get("days") == (7.0 if period is not WEEK else None)
    for missing in (ON, MONDAY):
        [gap] = judge(SUBSYSTEM, ["docexchange.signed_in_time_rate"], data, period=period, gaps=(missing,))
        assert (gap.status, gap.unknown) == ("unknown", "incomplete")


def _sent_and_returned(returned: Mapping[dt.date, int]) -> Data:
    """Return fifteen documents of a unit on each working day, and of them those that came back."""
    rows, sent = [], []
    for row in days():
        if not row["is_working_day"]:
            continue
        for number in range(15):
            name = f"{row['day']}/{number}"
            is_back = number < returned.get(row["day"], 0)
            more = {"state": "returned", "returned_at": at(row["day"], 11)} if is_back else {"state": "signed"}
            rows.append(_signed(row["day"], 1, document_id=name, **more))
            sent.append({"document_id": name, "sent_at": at(row["day"], 9), "day": row["day"], "sender_unit": "乙局"})
    return {**_deliveries(rows), "docexchange.documents": sent}


def test_documents_that_come_back_are_named_by_the_days_and_by_the_period() -> None:
    yesterday = ON - dt.timedelta(days=1)
    data = _sent_and_returned({yesterday: 4, ON: 5})
    [rise] = judge(SUBSYSTEM, ["docexchange.returns_rise"], data)
    assert (rise.entity.identity, rise.is_violation) == ("unit/乙局", True)
    [share] = judge(SUBSYSTEM, ["docexchange.returned_share"], data, period=WEEK)
    assert (share.entity.identity, share.status, share.value) == ("unit/乙局", "warning", 9 / 75)
    few = _sent_and_returned({ON: 1})
    assert judge(SUBSYSTEM, ["docexchange.returns_rise"], few) == []
    assert judge(SUBSYSTEM, ["docexchange.returned_share"], few, period=WEEK) == []
    assert judge(SUBSYSTEM, ["docexchange.returns_rise"], data, gaps=(ON,)) == []
    nameless = {"docexchange.documents": ["sender_unit"]}
    [share] = judge(SUBSYSTEM, ["docexchange.returned_share"], data, period=WEEK, unfilled=nameless)
    assert share.status == "unknown"


def test_overdue_deliveries_tell_the_share_of_their_unit_alone() -> None:
    def of(code: str, unit: str) -> Finding:
        return Finding(rule=RULES[code], entity=Entity("unit", unit, unit), status="critical")

    overdue = of("docexchange.overdue_deliveries", "甲局")
    same, other = of("docexchange.unsigned", "甲局"), of("docexchange.unsigned", "乙局")
    assert suppress([overdue, same, other], SUBSYSTEM.checks, [DAY]) == ([overdue, other], [same])


@pytest.mark.parametrize(
    ("more", "certainties"),
    [
        ({}, ["exact"]),
        ({"rejected": {"docexchange.deliveries": {None: 1}}}, ["lower_bound"]),
        ({"unfilled": {"docexchange.deliveries": ["due_at"]}}, ["lower_bound"]),
        ({"gaps": (ON,)}, []),
        ({"unfilled": {"docexchange.deliveries": ["signed_at"]}}, []),
    ],
)
def test_a_unit_owes_at_least_what_could_be_read(more: Mapping[str, Any], certainties: list[str]) -> None:
    sent = at(ON - dt.timedelta(days=3), 9)
    data = _deliveries([_delivery(sent, due_at=at(ON, 9)), _delivery(sent, signed_at=sent)])
    data = {"docexchange.documents": [], "docexchange.interface_calls": [], **data}
    overdue = evaluation(SUBSYSTEM, [], data, has_section=True, **more).summaries["docexchange"].tables["overdue"]
    assert [row.certainty("overdue_deliveries") for row in overdue] == certainties
    assert [row["overdue_deliveries"] for row in overdue] == [1 for _ in certainties]
