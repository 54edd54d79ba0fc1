"""No table of the contract's domain breaks a detector: empty, single, constant and extreme values, gaps anywhere."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntanalytics.detectors.count_tail import count_tail
from ntanalytics.detectors.detection import Detection, Sensitivity
from ntanalytics.detectors.expected_range import expected_range
from ntanalytics.detectors.failure_burst import BurstSearch, failure_burst
from ntanalytics.detectors.failure_rate_rise import failure_rate_rise
from ntanalytics.detectors.forecast import forecast
from ntanalytics.detectors.forecast_volume import volume
from ntanalytics.detectors.group_drop import group_drop
from ntanalytics.detectors.latency_spike import latency_spike
from ntanalytics.detectors.peer_outlier import peer_outlier
from ntanalytics.detectors.seasonal_baseline import BaselineColumns, seasonal_baseline
from ntanalytics.detectors.share_shift import share_shift
from ntanalytics.detectors.silence import silence
from ntanalytics.detectors.volume_gap import volume_gap
from tests.subsystems.made import ON, days

Row = dict[str, Any]

#: A count of events: none, few, many, and the largest of a 64-bit integer.
COUNTS = st.sampled_from([0, 0, 1, 2, 3, 30, 1000, 10**9, 2**63 - 1])
#: Value of a slot on the days before, and on the day; a pattern of days that have other values.
HISTORIES = st.lists(COUNTS, min_size=1, max_size=5)
#: Days without any row, days that are gaps, number of days of history.
DAYS = st.tuples(st.sets(st.integers(0, 40), max_size=40), st.sets(st.integers(0, 40), max_size=20), st.integers(1, 41))
SENSITIVITIES = st.builds(Sensitivity, st.sampled_from([-0.3, 0.0, 0.02, 900.0]), st.sampled_from([0, 1, 30]))

ANY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _calendar(spans: tuple[set[int], set[int], int]) -> list[Row]:
    _, gaps, length = spans
    return days(length, gaps=tuple(ON - dt.timedelta(days=back) for back in gaps if back < length))


def _table(spans: tuple[set[int], set[int], int], values: list[int], hits: list[int], slots: int) -> list[Row]:
    """Return rows by slot: the values in turn, of which the hits went wrong; nothing on the days without rows."""
    empty, _, length = spans
    table = []
    for back in range(length):
        if back in empty:
            continue
        for slot in range(slots):
            events = values[(back + slot) % len(values)]
            wrong = min(events, hits[(back * 3 + slot) % len(hits)])
            row = {"day": ON - dt.timedelta(days=back), "slot": slot, "hour": slot, "events": events, "hits": wrong}
            table.append({**row, "value": float(events), "carrier": "mobile"})
    return table


def _key(row: Row) -> str:
    return str(row.get("carrier", "all"))


def _hold(detections: Iterable[Detection]) -> None:
    """A detection has numbers that a page, a workbook and JSON can show."""
    for detection in detections:
        numbers = [detection.value, detection.departure, *detection.figures.values()]
        assert all(number is None or math.isfinite(number) for number in numbers), detection


@ANY
@given(DAYS, HISTORIES, HISTORIES, SENSITIVITIES)
def test_detectors_of_slots(
    spans: tuple[set[int], set[int], int], values: list[int], hits: list[int], sensitivity: Sensitivity
):
    calendar, table = _calendar(spans), _table(spans, values, hits, 4)
    slot_s = 21_600
    _hold(volume_gap(table, calendar, ON, slot_s=slot_s, key=_key, sensitivity=sensitivity))
    _hold(silence(table, calendar, ON, slot_s=slot_s, key=_key))
    failures = [{**row, "events": row["hits"]} for row in table]
    _hold(failure_burst(failures, table, calendar, ON, BurstSearch(slot_s=slot_s), key=_key, sensitivity=sensitivity))
    _hold(failure_rate_rise(table, calendar, ON, slot_s=slot_s, key=_key, sensitivity=sensitivity))
    _hold(latency_spike(table, calendar, ON, duration="value", count="events", key=_key, sensitivity=sensitivity))


@ANY
@given(DAYS, HISTORIES, HISTORIES, SENSITIVITIES, st.booleans())
def test_detectors_of_days(
    spans: tuple[set[int], set[int], int], values: list[int], hits: list[int], sensitivity: Sensitivity, is_rate: bool
):
    calendar, table = _calendar(spans), _table(spans, values, hits, 1)
    _hold(group_drop(table, calendar, ON, value="events", key=_key, sensitivity=sensitivity))
    _hold(share_shift(table, ON, key=_key, sensitivity=sensitivity, together=5))
    by_day = {row["day"]: row for row in table}
    daily = [
        {**by_day.get(row["day"], {"events": None, "value": None, "carrier": "mobile"}), **row} for row in calendar
    ]
    columns = BaselineColumns("value", "events", is_rate=is_rate, is_additive=not is_rate)
    _hold(seasonal_baseline(daily, ON, columns=columns, key=_key, sensitivity=sensitivity))
    found = expected_range(daily, ON)
    assert all(number is None or math.isfinite(number) for number in (found.low, found.expected, found.high)), found
    volume(daily, "value", [True, False] * 15)
    peaks = [(row["day"], row["value"]) for row in daily]
    for capacity in (0.0, 1.0, 1e18):
        forecast(peaks, capacity)


@ANY
@given(st.lists(st.tuples(st.one_of(st.none(), COUNTS), COUNTS), max_size=12), st.booleans())
def test_detectors_of_peers(peers: list[tuple[int | None, int]], by_difference: bool):
    table = [{"name": str(place), "value": value, "events": count} for place, (value, count) in enumerate(peers)]
    _hold(
        peer_outlier(
            table, value="value", key=lambda row: row["name"], by_difference=by_difference, count="events", min_count=1
        )
    )


@given(COUNTS, st.floats(0, 1e18), st.floats(0, 1e18))
def test_the_tail_of_any_count_is_a_probability(count: int, expected: float, variance: float):
    assert 0.0 <= count_tail(count, expected, variance) <= 1.0
