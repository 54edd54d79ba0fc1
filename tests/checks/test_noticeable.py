"""What departs and is told of nobody: few causes, a batch by night, a return to what it was before."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import ibis
import pyarrow as pa
import pytest

from ntanalytics.checks.noticeable import is_mean_of_few
from ntanalytics.contract import dataset
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.findings.subjects import members_of
from ntanalytics.periods import Period
from ntanalytics.subsystems import subsystem
from tests.subsystems.made import ON, Row, at, context_of, days, evaluation, events, hours, table_of

UNITS = ("海安市教育局", "海安市财政局", "如皋市教育局", "如皋市财政局")


def _subjects(system: str, data: dict[str, Any]) -> list[dict[str, str]]:
    made = evaluation(subsystem(system), {f"{system}.surveillance"}, data)
    return [dict(members_of(finding)) for finding in made.findings if finding.is_violation]


def _texts(minutes: int) -> dict[str, Any]:
    """Return weeks of messages of four units; today the two of one county send 90 more each, in so many minutes."""
    rows = []
    for unit in UNITS:
        for row in hours(6, unit=unit):
            rows += [{**row, "slot": row["slot"] * 60 + minute, "events": 1} for minute in range(int(row["events"]))]
    step, each = 120 // minutes, 180 // minutes // 2
    for number in range(minutes):
        rows += [{"day": ON, "unit": unit, "slot": 480 + step * number, "events": each} for unit in UNITS[:2]]
    units: list[Row] = [{"unit_id": county, "unit": county, "is_enabled": True} for county in ("海安市", "如皋市")]
    units += [{"unit_id": unit, "unit": unit, "parent_id": unit[:3], "is_enabled": True} for unit in UNITS]
    sent = events("sms.messages", rows, slot_s=60, application="oa", carrier="mobile", outcome="delivered")
    return {"sms.messages": sent, "identity.units": units}


def test_a_county_that_sends_in_a_minute_or_two_is_no_surge() -> None:
    assert _subjects("sms", _texts(minutes=60)) == [{"parent": "海安市"}]
    assert _subjects("sms", _texts(minutes=2)) == []


def _waiting(minutes: int) -> dict[str, Any]:
    """Return weeks of messages that take about 4 s; today 40 of one unit take ten times as long, of some minutes."""
    draw, rows = random.Random(7), list[Row]()
    for row in (row for row in days() if row["is_working_day"]):
        for unit in UNITS:
            for number in range(40):
                is_late = row["day"] == ON and unit == UNITS[0]
                begin = at(row["day"], 9) + dt.timedelta(minutes=number * minutes // 40 * 2)
                took = (40.0 if is_late else 4.0) * draw.uniform(0.7, 1.4)
                rows.append({
                    "day": row["day"], "unit": unit, "message_id": f"{row['day']}-{unit}-{number}",
                    "submitted_at": begin, "reported_at": begin + dt.timedelta(seconds=took),
                    "receipt_latency_s": took, "carrier": "mobile", "application": "oa", "outcome": "delivered",
                })  # fmt: skip
    return {"sms.messages": table_of("sms.messages", rows)}


def test_a_mean_of_few_moments_tells_nothing() -> None:
    assert {"unit": UNITS[0]} in _subjects("sms", _waiting(minutes=8))
    assert _subjects("sms", _waiting(minutes=7)) == []


@pytest.mark.parametrize(("drifting", "is_few"), [(7, True), (8, False)])
def test_a_drift_is_of_the_causes_of_its_comparable_days(drifting: int, *, is_few: bool) -> None:
    """One text a working day: eight of them are twelve days, with two weekends between."""
    worked = [row["day"] for row in reversed(days()) if row["is_working_day"]]
    rows = [
        {"day": day, "unit": UNITS[0], "submitted_at": at(day, 9), "receipt_latency_s": 40.0}
        for day in worked
        for _ in range(5)
    ]
    drift = Departure(
        members=(("unit", UNITS[0]),), value="receipt_latency_s", direction=1, strength=50.0, improbable=50.0,
        hours=(0, 24), seen=3.7, expected=1.6, share=0.1, days=drifting,
    )  # fmt: skip
    asked = (context_of(Period.day(ON)), dataset("sms.messages"), ibis.memtable(table_of("sms.messages", rows)), drift)
    assert is_mean_of_few(*asked, time="submitted_at", before=worked[1:]) is is_few


def _levels(hours_of_day: range, host: str = "h2") -> dict[str, pa.Table]:
    """Return the processors of six hosts by hour over six weeks, one four times as busy in some hours of today."""
    draw, rows = random.Random(7), list[Row]()
    for row in days(42):
        for name in (f"h{number}" for number in range(6)):
            for hour in range(24):
                is_busy = row["day"] == ON and hour in hours_of_day and host in (name, "")
                mean = (0.8 if is_busy else 0.2) * (1 + draw.uniform(-0.05, 0.05))
                rows.append({
                    "hour_at": at(row["day"], hour), "host": name, "metric": "cpu_rate", "part": "", "mean": mean,
                    "peak": mean, "samples": 60, "day": row["day"],
                })  # fmt: skip
    return {"infra.metrics": table_of("infra.metrics", rows)}


@pytest.mark.parametrize(
    ("hours_of_day", "host", "is_told"),
    [
        (range(1, 4), "h2", False),
        (range(20, 23), "h2", False),
        (range(5, 8), "h2", True),  # seven o'clock is worked
        (range(1, 4), "", True),  # all hosts at once are no batch
    ],
)
def test_a_processor_that_a_batch_raises_by_night_is_left_to_its_rule(
    hours_of_day: range, host: str, *, is_told: bool
) -> None:
    assert bool(_subjects("infra", _levels(hours_of_day, host))) is is_told


def _returning(before: float) -> dict[str, pa.Table]:
    """Return accesses to four applications, one of which has 50 an hour for five weeks and 100 in the last one."""
    rows = []
    for app in ("portal", "oa", "im", "seal"):
        for row in hours(100, app_id=app, outcome="success"):
            age = (ON - row["day"]).days
            share = 1.0 if app != "im" or age < 7 else 0.5 if age < 35 else before
            rows.append({**row, "events": round(row["events"] * share)})
    return {"sso.accesses": events("sso.accesses", rows)}


def test_what_drifts_back_up_to_where_it_was_is_not_told() -> None:
    assert _subjects("sso", _returning(before=0.5)) == [{"app_id": "im"}]
    assert _subjects("sso", _returning(before=1.0)) == []
