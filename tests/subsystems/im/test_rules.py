"""Each rule over instant messaging; clients of older versions are in test_client_versions."""

from __future__ import annotations

from typing import Any

import pytest

from ntanalytics.periods import Period
from ntanalytics.subsystems import RULES, subsystem
from ntanalytics.subsystems.im import SUBSYSTEM
from tests.subsystems.made import ON, Data, Row, daily, events, hours, judge, statuses

ACCOUNT = {"account_id": "a", "reach": "single", "kind": "text"}


def _sent(rows: list[Row], **common: Any) -> Data:
    """Return the messages of some hours: those of an hour in one row."""
    single = [{**row, "messages": row["events"], "events": min(row["events"], 1)} for row in rows]
    sessions = events("im.sessions", [{"day": ON, "events": 1, "account_id": "a", "client": "Spark 3.0.1"}])
    return {"im.messages": events("im.messages", single, **{**ACCOUNT, **common}), "im.sessions": sessions}


def _by_day(usual: float, today: float, **common: Any) -> Data:
    return _sent([{**row, "events": row["amount"]} for row in daily("amount", usual, today)], **common)


@pytest.mark.parametrize(
    ("kind", "today", "is_told"),
    [
        ("text", 2500, True), ("text", 5000, True), ("text", 14_000, True), ("text", 9000, False),
        ("file", 18_000, True), ("file", 8200, False),
    ],
)  # fmt: skip
def test_surveillance_tells_the_days_that_had_rules_of_their_own(kind: str, today: float, is_told: bool) -> None:
    findings = judge(subsystem("im"), ["im.surveillance"], _by_day(8000, today, kind=kind))
    assert any(finding.is_violation and finding.figures["seen"] == today for finding in findings) is is_told


@pytest.mark.parametrize("code", ["im.lull", "im.busiest"])
def test_a_day_that_was_not_extracted_is_not_judged(code: str) -> None:
    assert judge(SUBSYSTEM, [code], _by_day(8000, 100), gaps=(ON,)) == []


@pytest.mark.parametrize(
    ("today", "status"), [({15: 0, 16: 300}, "critical"), ({15: 700}, "warning"), ({15: 850}, None), ({}, None)]
)
def test_messages_that_stop(today: dict[int, float], status: str | None) -> None:
    findings = judge(SUBSYSTEM, ["im.lull"], _sent(hours(900, today)))
    assert statuses(findings) == ([("subsystem/im", status)] if status else [])
    assert all(finding.window is not None and finding.window.from_s >= 15 * 3600 for finding in findings)


@pytest.mark.parametrize(("messages", "status"), [(90, "ok"), (600, "ok"), (601, "warning"), (4000, "critical")])
def test_an_account_that_writes_like_a_program(messages: int, status: str) -> None:
    [finding] = judge(SUBSYSTEM, ["im.busiest"], _sent([{"day": ON, "slot": 9, "events": messages}]))
    assert (finding.entity.identity, finding.status, finding.value) == ("account/busiest", status, float(messages))


def test_without_a_message_there_is_no_busiest_account() -> None:
    assert judge(SUBSYSTEM, ["im.busiest"], _sent([])) == []


@pytest.mark.parametrize(("messages", "status"), [(0, "warning"), (1, "ok")])
def test_a_week_of_work_without_a_message(messages: int, status: str) -> None:
    week = Period.week(ON)
    findings = judge(SUBSYSTEM, ["im.im_messages"], _sent([{"day": ON, "events": messages}]), period=week)
    assert statuses(findings) == [("subsystem/im", status)]
    assert findings[0].rule == RULES["im.im_messages"]


@pytest.mark.parametrize(("messages", "status"), [(0, "unknown"), (1, "ok")])
def test_over_a_gap_no_message_is_unknown_and_one_is_enough(messages: int, status: str) -> None:
    data = _sent([{"day": ON, "events": messages}])
    gaps = (Period.week(ON).first,)
    [finding] = judge(SUBSYSTEM, ["im.im_messages"], data, period=Period.week(ON), gaps=gaps)
    assert (finding.status, finding.unknown) == (status, "incomplete" if status == "unknown" else "")
