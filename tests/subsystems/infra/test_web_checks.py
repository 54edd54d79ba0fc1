"""Web services: small cases worked by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.checks.by_detector import BurstSearch, failure_burst, latency_spike
from ntanalytics.findings.finding import Entity, Finding, Window
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.infra.probes import serves
from ntanalytics.subsystems.infra import SUBSYSTEM
from ntanalytics.subsystems.infra.web_checks import CHANCE, is_outage, probed_entity, service_entity, worst_day_findings
from tests.subsystems.infra.given import DAY, RULES, WEEK
from tests.subsystems.made import ON, Row, at, days, judge, statuses

CALENDAR = days(28)


def _hours(today: dict[int, float], usual: float = 500.0, count: int = 200) -> list[Row]:
    """Return a service whose hours take ``usual`` ms on each day, give or take a tenth, and others today."""
    return [
        {
            "day": row["day"],
            "hour": hour,
            "service": "oa",
            "answered": count,
            "answer_p95_ms": today.get(hour, usual) if row["day"] == ON else usual * (1 + 0.1 * (number % 3 - 1)),
        }
        for number, row in enumerate(CALENDAR)
        for hour in range(8, 18)
    ]


def _slow(rows: list[Row], on: dt.date = ON) -> list[Finding]:
    return latency_spike(
        RULES["infra.slow_hours"], rows, CALENDAR, on, measure="answer_p95_ms", count="answered", entity=service_entity
    )


def test_a_morning_that_is_six_times_as_slow_is_found_with_its_hours() -> None:
    [finding] = _slow(_hours({9: 3000.0, 10: 3000.0}))
    assert (finding.entity.identity, finding.status) == ("service/oa", "warning")
    assert finding.value == pytest.approx(6.0)
    assert (finding.since, finding.window) == (ON, Window(ON, 32_400.0, 39_600.0))


@pytest.mark.parametrize(
    ("today", "status"),
    [
        ({9: 1000.0, 10: 1000.0}, "warning"),  # only twice as slow, for two hours
        ({9: 1000.0}, "ok"),  # one hour that is twice as slow may be chance
        ({9: 1900.0}, "warning"),  # one that is nearly four times as slow is none
        (dict.fromkeys(range(8, 18), 700.0), "ok"),  # not half as slow again
        ({9: 6000.0, 10: 6000.0}, "critical"),
    ],
)
def test_hours_are_slow_by_their_ratio_to_what_is_usual(today: dict[int, float], status: str) -> None:
    [finding] = _slow(_hours(today))
    assert finding.status == status


def test_few_requests_and_few_days_say_nothing() -> None:
    assert _slow(_hours({9: 9000.0, 10: 9000.0}, count=49)) == []
    assert _slow(_hours({}), on=CALENDAR[3]["day"]) == []


def _burst(failures: dict[int, int]) -> list[Finding]:
    """Return the bursts of today's failures: of 100 requests in each of 48 slots one fails on each day before."""
    tried = [
        {"day": row["day"], "slot": slot, "service": "portal", "events": 100}
        for row in CALENDAR
        for slot in range(48, 96)
    ]
    failed = [{"day": row["day"], "slot": 50, "service": "portal", "events": 1} for row in CALENDAR[:-1]]
    failed += [{"day": ON, "slot": slot, "service": "portal", "events": count} for slot, count in failures.items()]
    search = BurstSearch(slot_s=600, chance=CHANCE)
    return failure_burst(RULES["infra.error_burst"], failed, tried, CALENDAR, ON, search, entity=service_entity)


@pytest.mark.parametrize(
    ("failures", "status"),
    [({85: 33, 86: 33, 87: 33, 88: 33}, "critical"), ({85: 8, 86: 8}, "warning"), ({85: 2, 90: 1}, "ok"), ({}, "ok")],
)
def test_errors_that_come_together_are_a_burst(failures: dict[int, int], status: str) -> None:
    assert [finding.status for finding in _burst(failures)] == [status]


def _day(rate: float | None, requests: int | None = 1000, on: dt.date = ON, service: str = "oa") -> Row:
    return {"day": on, "is_covered": requests is not None, "service": service, "requests": requests, "error_rate": rate}


def _rates(*rows: Row, is_day: bool = False) -> list[Finding]:
    return worst_day_findings(DAY if is_day else WEEK, RULES["infra.error_rate"], figures(rows))


def test_the_error_rate_of_a_day_is_that_of_the_day() -> None:
    [finding] = _rates(_day(0.03), is_day=True)
    assert (finding.status, finding.value, "day" in finding.details) == ("critical", 0.03, False)
    assert _rates(_day(0.03, requests=150), is_day=True) == []  # a quiet day says nothing


def test_of_a_week_the_worst_day_of_each_service_is_told() -> None:
    before = ON - dt.timedelta(days=1)
    rows = [_day(0.001), _day(0.03, on=before), _day(0.2, 150, on=before), _day(0.0, service="sso")]
    bad, good = _rates(*rows)
    assert (bad.entity.identity, bad.status, bad.value) == ("service/oa", "critical", 0.03)
    assert (bad.details["day"], bad.figures["days_beyond"]) == ("2026-11-19", 1.0)
    assert (good.entity.key, good.status) == ("sso", "ok")


def test_over_a_gap_an_error_rate_is_unknown_unless_it_breaks_a_limit() -> None:
    before = ON - dt.timedelta(days=1)
    gaps = [_day(None, None), _day(None, None, service="sso")]
    bad, gone = _rates(*gaps, _day(0.03, on=before), _day(0.0, on=before, service="sso"))
    assert (bad.status, gone.status, gone.unknown) == ("critical", "unknown", "incomplete")
    assert [finding.status for finding in _rates(_day(None, None), is_day=True)] == ["unknown"]


def test_a_silence_that_the_probes_saw_is_not_told_of() -> None:
    silent = Finding(
        rule=RULES["infra.requests_silent"],
        entity=service_entity({"service": "portal"}),
        status="warning",
        window=Window(ON, 3600.0, 7200.0),
    )
    target = "https://portal.nantong.example/"
    assert is_outage(silent, {target: [Window(ON, 3600.0, 6000.0)]})
    assert not is_outage(silent, {target: [Window(ON, 3600.0, 5000.0)]})
    assert not is_outage(silent, {"https://oa.nantong.example/": [Window(ON, 3600.0, 7200.0)]})


@pytest.mark.parametrize(("away", "found"), [(28, {"oa": "ok", "old": "critical"}), (29, {"oa": "ok"})])
def test_a_service_without_a_request_for_four_weeks_is_out_of_use_and_not_silent(
    away: int, found: dict[str, str]
) -> None:
    """The days without its log are gaps."""
    last = ON - dt.timedelta(days=away)
    rows = [
        {"day": row["day"], "minute_at": at(row["day"], slot / 6), "service": service, "requests": 100}
        for row in days()
        for service in ("oa", "old")
        for slot in range(48, 108)
        if service == "oa" or row["day"] <= last
    ]
    gaps = tuple(last + dt.timedelta(days=place) for place in range(1, away))
    findings = judge(SUBSYSTEM, ["infra.requests_silent"], {"infra.requests": rows}, gaps=gaps)
    assert dict(statuses(findings)) == {f"service/{name}": status for name, status in found.items()}


@pytest.mark.parametrize(
    ("service", "target", "is_served"),
    [
        ("portal", "https://portal.nantong.example/", True),
        ("oa.nantong.example", "https://oa.nantong.example/", True),
        ("oa.nantong.example", "https://wecom.nantong.example/oa/", False),
        ("portal", "tls://portal.nantong.example:443", False),
        ("oa", "oa-app-1", False),
    ],
)
def test_a_service_of_the_logs_is_known_among_the_targets_of_the_probes(
    service: str, target: str, is_served: bool
) -> None:
    assert serves(service, target) is is_served
    entity = Entity("target", target, target)
    assert probed_entity(entity, ["sms", service]).kind == ("service" if is_served else "target")
