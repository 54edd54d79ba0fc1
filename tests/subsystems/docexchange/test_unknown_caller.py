"""A caller of the interfaces that nobody has seen before."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.subsystems import word
from ntanalytics.subsystems.docexchange import SUBSYSTEM
from tests.subsystems.made import ON, at, days, judge

RULE = "docexchange.unknown_caller"


def _call(caller: str, day: dt.date, hour: float = 10, calls: int = 3, interface: str = "查询") -> dict[str, Any]:
    return {
        "minute_at": at(day, hour), "caller": caller, "interface": interface, "outcome": "success",
        "duration_bucket": 20, "calls": calls, "day": day,
    }  # fmt: skip


KNOWN = [_call("协同办公", row["day"]) for row in days(30)]


def _found(*calls: dict[str, Any], past: list[dict[str, Any]] = KNOWN) -> list[Finding]:
    return judge(SUBSYSTEM, [RULE], {"docexchange.interface_calls": [*past, *calls]})


def test_a_caller_that_was_never_seen_is_told_with_its_hours_and_number() -> None:
    [finding] = _found(_call("未知系统", ON, 2, 80), _call("未知系统", ON, 3, 40, "下载"))
    assert (finding.entity.identity, finding.status, finding.value) == ("caller/未知系统", "critical", 120)
    assert finding.window == Window(ON, 2 * 3600.0, 3 * 3600.0 + 60)
    assert "此前从未出现" in word(finding).sentence


def test_it_is_told_for_a_week_since_its_first_day_and_then_known() -> None:
    first = ON - dt.timedelta(days=6)
    [finding] = _found(_call("新系统", first), _call("新系统", ON))
    assert (finding.status, finding.since) == ("warning", first)
    assert _found(_call("新系统", ON - dt.timedelta(days=7)), _call("新系统", ON)) == []


def test_a_caller_that_rests_for_weeks_is_known() -> None:
    assert _found(_call("年报系统", ON - dt.timedelta(days=29)), _call("年报系统", ON)) == []


def test_of_the_first_weeks_of_a_source_nobody_is_unknown() -> None:
    assert _found(_call("未知系统", ON), past=KNOWN[-12:]) == []
