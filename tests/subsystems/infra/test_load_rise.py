"""The host behind a service that is slow."""

from __future__ import annotations

import pytest

from ntanalytics.findings.correlation import correlate
from ntanalytics.findings.finding import Finding, Window, violations
from ntanalytics.findings.topology import Topology
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, Row, at, days, judge

CODE = "infra.load_rise"


def _city(load: dict[int, float], bucket: dict[int, int], host: str = "oa-db-1") -> dict[str, list[Row]]:
    """Return requests to a service and the load of its hosts by hour, with those of some hours of today."""
    requests, metrics = list[Row](), list[Row]()
    for place, day in enumerate(row["day"] for row in days(40)):
        for hour in range(8, 18):
            today = day == ON
            requests.append({
                "minute_at": at(day, hour), "service": "oa.city.example", "method": "GET", "route": "/", "status": 200,
                "duration_bucket": bucket.get(hour, 50) if today else 50 + (place + hour) % 2, "requests": 60,
                "size_bytes": 60, "day": day,
            })  # fmt: skip
            for name in ("oa-app-1", "oa-db-1", "sms-db-1"):
                usual = 0.3 * (1 + 0.05 * ((place + hour) % 3 - 1))
                mean = load.get(hour, usual) if today and name == host else usual
                metrics.append({
                    "hour_at": at(day, hour), "host": name, "metric": "load", "part": "", "mean": mean, "peak": mean,
                    "samples": 60, "day": day,
                })  # fmt: skip
    checks = [
        {
            "checked_at": at(ON, 9), "subsystem": subsystem, "target": f"https://{subsystem}.city.example/",
            "kind": "http", "is_up": True, "day": ON,
        }
        for subsystem in ("oa", "sms")
    ]  # fmt: skip
    return {"infra.requests": requests, "infra.metrics": metrics, "infra.checks": checks}


def _found(load: dict[int, float], bucket: dict[int, int], host: str = "oa-db-1") -> list[Finding]:
    return [item for item in judge(SUBSYSTEM, [CODE], _city(load, bucket, host)) if item.is_violation]


SLOW = {10: 72, 11: 72}


def test_the_host_whose_load_rose_while_its_service_was_slow_is_told() -> None:
    [finding] = _found({10: 1.2, 11: 1.2}, SLOW)
    assert (finding.entity.key, finding.status, finding.window) == (
        "oa-db-1",
        "warning",
        Window(ON, 36_000.0, 43_200.0),
    )
    assert finding.value == pytest.approx(4.0, abs=0.3)
    assert "每核负载" in word(finding).sentence


@pytest.mark.parametrize(
    ("load", "bucket", "host"),
    [
        ({10: 1.2, 11: 1.2}, {}, "oa-db-1"),  # nobody waits
        ({}, SLOW, "oa-db-1"),
        ({10: 0.36, 11: 0.36}, SLOW, "oa-db-1"),
        ({14: 1.2, 15: 1.2}, SLOW, "oa-db-1"),  # at other hours
        ({10: 1.2, 11: 1.2}, SLOW, "sms-db-1"),  # of another subsystem
    ],
)
def test_a_load_that_explains_nothing_is_not_told(load: dict[int, float], bucket: dict[int, int], host: str) -> None:
    assert _found(load, bucket, host) == []


def test_the_host_is_the_cause_of_what_its_service_shows() -> None:
    found = judge(SUBSYSTEM, [CODE, "infra.slow_hours"], _city({10: 1.2, 11: 1.2}, SLOW))
    groups = correlate(violations(found), Topology(places={"oa": "oa"}))
    assert [(group.root.code, [item.code for item in group.followers]) for group in groups] == [
        (CODE, ["infra.slow_hours"])
    ]
