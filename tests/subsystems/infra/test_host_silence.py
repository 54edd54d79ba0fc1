"""Hosts of which too little was measured: unknown, never 正常; small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.subsystems import subsystem, word
from tests.subsystems.made import ON, Row, at, judge

LOADS = ("infra.cpu", "infra.cpu_by_day", "infra.cpu_by_night", "infra.memory", "infra.disk_used")
CODES = ("infra.reachable", *LOADS)
#: The week before that of the Friday.
MONDAY = ON - dt.timedelta(days=11)
WEEK = Period.week(MONDAY)


def host(name: str, **more: Any) -> Row:
    return {"host": name, "is_monitored": True, "is_available": True, **more}


def checks(target: str, day: dt.date, until: float = 24.0) -> list[Row]:
    """A good check every five minutes of a day, up to an hour."""
    moments = [at(day, minute / 60) for minute in range(0, round(until * 60), 5)]
    return [
        {"day": day, "checked_at": moment, "subsystem": "infra", "target": target, "kind": "agent", "is_up": True}
        for moment in moments
    ]


def metric(name: str, of: str, day: dt.date, hours: range, level: float = 0.3, part: str = "") -> list[Row]:
    """A level in some hours of a day."""
    return [
        {"day": day, "hour_at": at(day, hour), "host": of, "metric": name, "part": part, "mean": level, "peak": level,
         "samples": 60}
        for hour in hours
    ]  # fmt: skip


def days_before(count: int) -> list[dt.date]:
    return [ON - dt.timedelta(days=back) for back in range(1, count + 1)]


def told(findings: list[Finding], code: str) -> dict[str, str]:
    return {finding.entity.key: finding.status for finding in findings if finding.code == code}


def friday(*, hours_of_b: float, hosts: list[Row] | None = None) -> list[Finding]:
    """Judge the Friday: a was measured all day, b up to an hour, and both on the two days before."""
    spoken = [row for name in "ab" for day in days_before(2) for row in checks(name, day)]
    heard, hours = [*checks("a", ON), *checks("b", ON, hours_of_b)], range(int(hours_of_b))
    full = [row for day in days_before(2) for name in "ab" for row in _all_metrics(name, day, range(24))]
    today = [*_all_metrics("a", ON, range(24)), *_all_metrics("b", ON, hours)]
    data = {
        "infra.hosts": hosts or [host("a"), host("b")],
        "infra.checks": [*spoken, *heard],
        "infra.metrics": [*full, *today],
    }
    return judge(subsystem("infra"), CODES, data)


def _all_metrics(name: str, day: dt.date, hours: range) -> list[Row]:
    return [
        *metric("cpu_rate", name, day, hours),
        *metric("memory_rate", name, day, hours),
        *metric("disk_rate", name, day, hours, 0.475, "/"),
    ]


def test_a_host_without_a_single_check_is_no_host_that_answered_all_day() -> None:
    findings = friday(hours_of_b=0)
    for code in CODES[2:-1]:
        assert told(findings, code) == {"a": "ok", "b": "unknown"}, code
    assert told(findings, "infra.disk_used") == {"a/": "ok", "b/": "unknown"}
    assert told(findings, "infra.reachable") == {"a": "ok", "b": "unknown"}
    [of_b] = [item for item in findings if item.code == "infra.reachable" and item.entity.key == "b"]
    assert of_b.value is None
    assert of_b.figures["heard_s"] == 0.0  # the metric of the hour before midnight ends at midnight
    assert "11月20日0时后没有检查与指标" in word(of_b).evidence


@pytest.mark.parametrize(("hours", "status"), [(12, "unknown"), (22, "unknown"), (23, "ok"), (24, "ok")])
def test_a_host_is_reachable_where_95_percent_of_the_day_were_measured(hours: int, status: str) -> None:
    assert told(friday(hours_of_b=hours), "infra.reachable")["b"] == status


@pytest.mark.parametrize(
    ("hours", "by_day", "memory", "disk"),
    # of the hours from 7 to 20 one may be missing, since the level of two hours is no more than the highest of the rest
    [(10, "unknown", "unknown", "unknown"), (19, "ok", "unknown", "unknown"), (23, "ok", "ok", "ok")],
)
def test_a_figure_over_a_part_of_the_hours_is_not_well(hours: int, by_day: str, memory: str, disk: str) -> None:
    findings = friday(hours_of_b=hours)
    assert told(findings, "infra.cpu_by_day")["b"] == by_day
    assert told(findings, "infra.memory")["b"] == memory
    assert told(findings, "infra.disk_used")["b/"] == disk


@pytest.mark.parametrize("gone", [[host("b", is_monitored=False, is_available=None)], []], ids=["disabled", "deleted"])
def test_a_host_that_is_no_longer_watched_is_out_of_use_and_not_well(gone: list[Row]) -> None:
    findings = friday(hours_of_b=12, hosts=[host("a"), *gone])
    assert {finding.entity.key for finding in findings} == {"a", "a/"}


def test_a_full_disk_of_a_host_that_went_out_of_use_stays() -> None:
    full = [row for day in (*days_before(20), ON) for row in metric("disk_rate", "b", day, range(24), 0.97, "/")]
    for hosts in ([host("a"), host("b", is_monitored=False)], [host("a")]):
        findings = judge(subsystem("infra"), ("infra.disk_used",), {"infra.hosts": hosts, "infra.metrics": full})
        assert told(findings, "infra.disk_used") == {"b/": "critical"}


def test_a_host_of_a_source_that_lists_no_hosts_is_not_known_to_be_out_of_use() -> None:
    lost = [row for day in days_before(2) for row in metric("memory_rate", "b", day, range(24))]
    of_a = metric("memory_rate", "a", ON, range(24))
    for source, told_of_b in (("test", {}), ("elsewhere", {"b": "unknown"})):
        measured = [*of_a, *({**row, "source": source} for row in lost)]
        findings = judge(subsystem("infra"), LOADS, {"infra.hosts": [host("a")], "infra.metrics": measured})
        assert told(findings, "infra.memory") == {"a": "ok", **told_of_b}, source


def test_what_was_wrong_in_a_part_of_the_hours_stays() -> None:
    rows = metric("cpu_rate", "a", ON, range(12), 0.99)
    findings = judge(subsystem("infra"), ("infra.cpu_by_day",), {"infra.metrics": rows})
    assert told(findings, "infra.cpu_by_day") == {"a": "critical"}


def test_a_nearly_full_disk_is_told_though_its_day_was_cut() -> None:
    rows = metric("disk_rate", "a", ON, range(12), 0.97, "/")
    [finding] = judge(subsystem("infra"), ("infra.disk_used",), {"infra.metrics": rows})
    assert (finding.status, finding.value, finding.certainty) == ("critical", 0.97, "lower_bound")


def test_a_metric_that_a_host_had_before_and_has_no_more_is_unknown() -> None:
    rows = [
        row
        for day in (*days_before(3), ON)
        for row in (*metric("memory_rate", "a", day, range(24)), *metric("cpu_rate", "b", day, range(24)))
    ]
    rows += [row for day in days_before(3) for row in metric("cpu_rate", "a", day, range(24))]
    findings = judge(subsystem("infra"), LOADS, {"infra.metrics": rows})
    for code in ("infra.cpu_by_day", "infra.cpu_by_night"):
        assert told(findings, code) == {"a": "unknown", "b": "ok"}
    assert told(findings, "infra.memory") == {"a": "ok"}


@pytest.mark.parametrize(("level", "peaks"), [(0.35, "unknown"), (0.99, "critical")])
def test_what_stands_still_is_not_measured_and_its_peak_is_told_where_it_is_wrong(level: float, peaks: str) -> None:
    def of(name: str, day: dt.date, still: float | None = None) -> list[Row]:
        return [
            row
            for metric_name, part in (("cpu_rate", ""), ("memory_rate", ""), ("disk_rate", "/"))
            for hour in range(24)
            for row in metric(metric_name, name, day, range(hour, hour + 1), still or 0.3 + hour / 100, part)
        ]

    before = [row for day in days_before(9) for name in "ab" for row in of(name, day)]
    findings = judge(subsystem("infra"), LOADS, {"infra.metrics": [*before, *of("a", ON), *of("b", ON, still=level)]})
    for code in ("infra.cpu_by_day", "infra.cpu_by_night"):
        assert told(findings, code) == {"a": "ok", "b": peaks}, code
    assert told(findings, "infra.memory") == {"a": "ok", "b": "unknown"}
    assert told(findings, "infra.disk_used") == {"a/": "ok", "b/": peaks}


def week(*, hosts: list[Row]) -> list[Finding]:
    """Judge the week: a was measured on all days, b until Wednesday noon."""
    days = [MONDAY + dt.timedelta(days=number) for number in range(7)]
    until = dict(zip(days, (24, 24, 12, 0, 0, 0, 0), strict=True))
    heard = [row for day in days for row in (*checks("a", day), *checks("b", day, until[day]))]
    measured = [
        row for day in days for row in (*_all_metrics("a", day, range(24)), *_all_metrics("b", day, range(until[day])))
    ]
    data = {"infra.hosts": hosts, "infra.checks": heard, "infra.metrics": measured}
    return judge(subsystem("infra"), CODES, data, period=WEEK)


def test_a_week_tells_the_host_that_went_silent_and_calls_nothing_of_it_well() -> None:
    findings = week(hosts=[host("a"), host("b")])
    assert told(findings, "infra.reachable") == {"b": "unknown"}
    assert told(findings, "infra.cpu") == {"a": "ok", "b": "unknown"}
    assert told(findings, "infra.disk_used") == {"a/": "ok", "b/": "unknown"}
    [of_b] = [item for item in findings if item.code == "infra.reachable"]
    assert of_b.figures["heard_s"] == 2.5 * 86_400
    assert "11月11日12时后没有检查与指标" in word(of_b).evidence


@pytest.mark.parametrize("gone", [[host("b", is_monitored=False)], []], ids=["disabled", "deleted"])
def test_a_host_that_went_out_of_use_within_the_week_is_not_well(gone: list[Row]) -> None:
    findings = week(hosts=[host("a"), *gone])
    assert {finding.entity.key for finding in findings} == {"a", "a/"}
