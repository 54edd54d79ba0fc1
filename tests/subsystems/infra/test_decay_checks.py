"""Slow decay: the day on which it matters, and what never gets there."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.threshold import Status
from ntanalytics.subsystems import RULES, SUBSYSTEMS, word
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, at, days, judge

DECAY, LOSS = "infra.slow_decay", "infra.ping_loss"
#: A little up and down, the same in every run.
_TURN = (0.0, 0.004, -0.003, 0.002, -0.004)


def _days(count: int) -> list[tuple[int, dt.date]]:
    """Return the days up to the inspected one with their number."""
    return list(enumerate(row["day"] for row in days(count - 1)))


def _memory(begin: float, per_day: float, metric: str = "memory_rate") -> list[dict[str, Any]]:
    return [
        {
            "hour_at": at(day, 10), "host": "oa-app-1", "metric": metric, "part": "", "samples": 60, "day": day,
            "mean": begin + per_day * number + _TURN[number % 5], "peak": 0.9,
        }
        for number, day in _days(40)
    ]  # fmt: skip


def _found(code: str, **data: list[dict[str, Any]]) -> list[Finding]:
    named = {name.replace("__", "."): rows for name, rows in data.items()}
    return [finding for finding in judge(SUBSYSTEM, [code], named) if finding.is_violation]


def test_memory_that_leaks_is_told_with_the_day_on_which_it_is_full() -> None:
    # 50 % forty days ago, 1 % a day: 89 % today, 97 % in eight days
    [finding] = _found(DECAY, infra__metrics=_memory(0.5, 0.01))
    assert (finding.entity.identity, finding.status) == ("host/oa-app-1", "warning")
    assert finding.value == pytest.approx(8, abs=1)
    assert "内存使用率由" in word(finding).sentence
    assert "11月28日" in word(finding).sentence or "11月29日" in word(finding).sentence


def test_swap_that_fills_is_told() -> None:
    [finding] = _found(DECAY, infra__metrics=_memory(0.3, 0.012, "swap_rate"))
    assert "交换区使用率" in word(finding).sentence


@pytest.mark.parametrize(("begin", "per_day"), [(0.8, 0.0), (0.5, 0.001), (0.9, -0.01)])
def test_memory_that_stays_or_rises_by_years_is_not_told(begin: float, per_day: float) -> None:
    assert _found(DECAY, infra__metrics=_memory(begin, per_day)) == []


def _backups(seconds: float, more_s: float, size: float, more: float) -> list[dict[str, Any]]:
    return [
        {
            "backup_id": str(number), "started_at": at(day, 1), "plan": "oa-db", "level": "full", "medium": "online",
            "ended_at": at(day, 1) + dt.timedelta(seconds=seconds + more_s * number + 10 * (number % 3)),
            "outcome": "success", "size_bytes": round(size + more * number), "day": day,
        }
        for number, day in _days(40)
    ]  # fmt: skip


def test_a_backup_that_takes_longer_each_night_and_one_that_shrinks_are_told() -> None:
    [slow] = _found(DECAY, infra__backups=_backups(1200, 55, 1e9, 0))
    [small] = _found(DECAY, infra__backups=_backups(1200, 0, 1e9, -1e7))
    assert ("备份用时" in word(slow).sentence, "备份数据量" in word(small).sentence) == (True, True)
    assert _found(DECAY, infra__backups=_backups(1200, 1, 1e9, 1e6)) == []


def test_a_trend_that_has_reached_its_limit_is_told_for_two_weeks_and_a_step_is_not() -> None:
    # 1,530 s on the first days, 110 s more each day: thrice that on day 31, eight days ago
    reached = _backups(1200, 110, 1e9, 0)
    [told] = _found(DECAY, infra__backups=reached)
    assert (told.status, told.value, told.details["is_reached"]) == ("critical", 0, True)
    assert "起超过" in word(told).sentence
    assert _found(DECAY, infra__backups=_backups(1200, 400, 1e9, 0)) == []  # on day 15, more than three weeks ago
    step = [
        {**row, "ended_at": row["started_at"] + dt.timedelta(hours=2 if number > 30 else 0, seconds=1200 + number % 3)}
        for number, row in enumerate(_backups(1200, 0, 1e9, 0))
    ]
    assert _found(DECAY, infra__backups=step) == []


def test_one_hour_that_answers_more_slowly_each_day_is_named_by_its_hour() -> None:
    rows = [
        {
            "minute_at": at(day, hour), "service": "oa", "method": "GET", "route": "/", "status": 200, "size_bytes": 1,
            "requests": 200, "duration_bucket": 60 + (number // 2 if hour == 3 else number % 2), "day": day,
        }
        for number, day in _days(34)
        for hour in (3, 9)
    ]  # fmt: skip
    [finding] = _found(DECAY, infra__requests=rows)
    assert (finding.entity.key, "3 时响应时间" in word(finding).sentence) == ("oa", True)


def _pings(lost: int, in_a_row: bool) -> list[dict[str, Any]]:
    """Return five weeks of a ping every half hour; of the last day some get no answer."""
    missing = set(range(10, 10 + lost)) if in_a_row else set(range(2, 2 + 2 * lost, 2))
    return [
        {
            "checked_at": at(day, number / 2), "subsystem": "infra", "target": "core-switch-1", "kind": "ping",
            "is_up": not (day == ON and number in missing), "day": day,
        }
        for _, day in _days(35)
        for number in range(48)
    ]  # fmt: skip


def test_single_pings_that_get_lost_are_told_and_an_outage_is_not() -> None:
    [finding] = _found(LOSS, infra__checks=_pings(15, in_a_row=False))
    assert (finding.entity.key, finding.value, finding.status) == ("core-switch-1", 15, "warning")
    assert _found(LOSS, infra__checks=_pings(15, in_a_row=True)) == []
    assert _found(LOSS, infra__checks=_pings(3, in_a_row=False)) == []


def test_a_disk_that_is_nearly_full_and_fills_is_no_milder_than_an_emptier_one() -> None:
    disk = Entity("disk", "oa-db-1/data", "oa-db-1 /data")
    used, fast = (Finding(rule=RULES[f"infra.{name}"], entity=disk, status=status) for name, status in (
        ("disk_used", "warning"), ("disk_growth", "critical"),
    ))  # fmt: skip
    checks = [check for item in SUBSYSTEMS for check in item.checks]
    assert suppress([used, fast], checks, [])[0] == [used, fast]
    slow = Finding(rule=RULES["infra.disk_growth"], entity=disk, status="warning")
    assert suppress([used, slow], checks, [])[0] == [used]


def test_a_disk_that_began_to_fill_faster_has_no_second_day_on_which_it_is_full() -> None:
    disk = Entity("disk", "oa-db-1/data", "oa-db-1 /data")
    checks = [check for item in SUBSYSTEMS for check in item.checks]

    def told(growth: Status, trend: Status) -> list[str]:
        found = [
            Finding(rule=RULES[code], entity=disk, status=status)
            for code, status in (("infra.disk_growth", growth), ("infra.days_until_full", trend))
        ]
        return [finding.code for finding in suppress(found, checks, [])[0]]

    assert told("critical", "warning") == ["infra.disk_growth"]
    assert told("warning", "warning") == told("warning", "critical") == ["infra.days_until_full"]
