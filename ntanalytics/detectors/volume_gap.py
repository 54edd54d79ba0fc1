"""Volume gap: the time of a day in which much less came in than usual, also where only counts by hour are known.

An outage of twenty minutes leaves an hour's count at two thirds; one of a module with twenty users leaves an empty
morning. So every run of slots of the day is held against the same run of comparable days by a model of counts, whose
variance those days show. The departure is the length of an outage that explains what is missing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from ntanalytics.detectors.comparable_days import comparable_days, may_be_older
from ntanalytics.detectors.count_tail import count_tail
from ntanalytics.detectors.day_types import DayTypes
from ntanalytics.detectors.detection import Detection, Floats, KeyOf, Sensitivity
from ntanalytics.detectors.slot_matrix import run_sums, runs, slot_matrix
from ntanalytics.metrics.rows import Rows, arrow_table, rows

#: Comparable days that are needed, and the largest number of them that is read.
MIN_DAYS, MAX_DAYS = 8, 40

#: Events that are usual in a run; fewer may be missing by chance.
MIN_EXPECTED = 15.0

#: Largest share of what is usual that an outage leaves, unless the caller asks for less.
MAX_SHARE_LEFT = 0.86

#: Share of the day outside of a run below which nothing tells whether the whole day was quiet; the run must then be
#: nearly empty.
MIN_OUTSIDE, MAX_SHARE_LEFT_OF_DAY = 0.35, 0.12

#: Share of what is usual above which a slot at the end of a run does not belong to it.
FULL_SHARE = 0.75

#: Smallest factor by which the rest of a quiet day lowers what is expected of a run.
MIN_LEVEL = 0.4

#: Probability below which chance does not explain a run; some hundred series are judged a day.
CHANCE = 1e-7


@dataclass(frozen=True)
class _Search:
    """Limits of the search.

    Attributes:
        slot_s: seconds of a slot.
        max_left: largest share of what is usual that an outage leaves.
        min_expected: events that are usual in a run.
        least_s: shortest outage that matters.
    """

    slot_s: int
    max_left: float
    min_expected: float
    least_s: float


def volume_gap(
    slots: Rows,
    days: Rows,
    on: date,
    *,
    slot_s: int,
    key: KeyOf,
    sensitivity: Sensitivity,
    max_left: float = MAX_SHARE_LEFT,
) -> list[Detection]:
    """Return the longest time of a day in which events of a series were missing.

    Args:
        slots: events by slot (``metrics.slots.by_slot``) of some weeks up to ``on``.
        days: the days of those weeks (``metrics.days``); a slot without a row is empty on a covered day.
        on: the inspected day.
        slot_s: seconds of a slot.
        key: key of the series of a row.
        sensitivity: seconds of the outage that explains what is missing; events that are usual in it, where more than
            ``MIN_EXPECTED``.
        max_left: largest share of what is usual that an outage leaves; what comes in batches is silent only where
            nearly nothing came.

    Returns:
        Detections with the seconds of the outage as value and departure, and its estimated begin and end as window;
        figures ``expected``, ``seen``, ``run_from_s`` and ``run_until_s`` (the slots with their events), and
        ``events_after`` (those of the day after it); it may have begun before where the day before is a gap and nothing
        came on this day before it. None where the day is a gap or its history is short.
    """
    calendar = {row["day"]: row for row in rows(days)}
    if on not in calendar or not calendar[on]["is_covered"]:
        return []
    counted = arrow_table(slots)
    # before the first row of all there was no source
    first = pc.min(counted["day"]).as_py() if counted.num_rows else on
    history = [day for day in _history(calendar, on) if day >= first]
    if len(history) < MIN_DAYS:
        return []
    search = _Search(slot_s, max_left, max(float(sensitivity.min_count), MIN_EXPECTED), abs(sensitivity.least))
    matrix = slot_matrix(counted, [*history, on], slot_s=slot_s, columns=["events"], key=key)
    detections = []
    for name, counts in matrix.items():
        detection = _detect(name, counts["events"], search)
        if detection is not None and sensitivity.is_beyond(detection.departure or 0.0):
            begin = int((detection.figures["run_from_s"] or 0.0) // slot_s)
            is_older = may_be_older(calendar.values(), on, float(counts["events"][-1, :begin].sum()))
            detections.append(replace(detection, since=on, since_is_bound=is_older))
    return detections


def _history(calendar: Mapping[date, Mapping[str, Any]], on: date) -> list[date]:
    """Return the comparable days, oldest first; a weekend has twice the events of a holiday and is not like it."""
    day_types = DayTypes(calendar)
    is_holiday = day_types.kind(on) == "holiday"
    alike = [
        day
        for day in comparable_days(calendar.values(), on, len(calendar))
        if (day_types.kind(day) == "holiday") == is_holiday
    ]
    return alike[:MAX_DAYS][::-1]


def _detect(key: Hashable, counts: Floats, search: _Search) -> Detection | None:
    """Return the detection of one series.

    Args:
        key: key of the series.
        counts: days × slots, the inspected day last.
        search: limits of the search.
    """
    profile = _trimmed_mean(counts[:-1])
    if profile.sum() < search.min_expected:
        return None
    seen, usual = run_sums(counts), run_sums(profile)
    expected = usual * _levels(counts, profile, seen, usual)
    first, after = runs(counts.shape[1])
    lost_s = (1 - seen / np.maximum(expected, 1e-9)) * (after - first) * search.slot_s
    is_run = _is_run(profile, seen, expected, search) & (lost_s >= search.least_s)
    best = _most_unlikely(seen, expected, usual, is_run)
    if best is None:
        return None
    best = _whole(counts[-1], expected[-1] / np.maximum(usual, 1e-9), profile, best)
    length_s = float(lost_s[-1, best])
    begin, end = int(first[best]), int(after[best])
    return Detection(
        key=key,
        value=length_s,
        departure=length_s,
        window=_edges(counts[-1], profile, begin, end, search.slot_s),
        figures={
            "expected": float(expected[-1, best]),
            "seen": float(seen[-1, best]),
            "run_from_s": float(begin * search.slot_s),
            "run_until_s": float(end * search.slot_s),
            "events_after": float(counts[-1, end:].sum()),
        },
    )


def _trimmed_mean(counts: Floats) -> Floats:
    """Return the mean of each slot over the days without a tenth of them at either end."""
    cut = len(counts) // 10
    inner = np.sort(counts, axis=0)[cut : len(counts) - cut]
    return np.asarray(inner.mean(axis=0), dtype=np.float64)


def _levels(counts: Floats, profile: Floats, seen: Floats, usual: Floats) -> Floats:
    """Return for each day and run how busy the rest of the day was against usual: ``MIN_LEVEL`` to 1.

    A day that is quiet altogether is no outage, and one that is busy elsewhere has no more to lose.
    """
    total = profile.sum()
    outside = (counts.sum(axis=1, keepdims=True) - seen + 0.1 * total) / (total - usual + 0.1 * total)
    return np.asarray(outside.clip(MIN_LEVEL, 1.0), dtype=np.float64)


def _is_run(profile: Floats, seen: Floats, expected: Floats, search: _Search) -> NDArray[np.bool_]:
    """Return for each day and run whether it begins and ends where events are usual, and lacks enough of them."""
    first, after = runs(len(profile))
    total, usual = profile.sum(), run_sums(profile)
    max_left = np.where((total - usual) / total < MIN_OUTSIDE, MAX_SHARE_LEFT_OF_DAY, search.max_left)
    least = 0.05 * profile.max()
    has_edges = (profile[first] >= least) & (profile[after - 1] >= least)
    return np.asarray(has_edges & (expected >= search.min_expected) & (seen <= max_left * expected), dtype=np.bool_)


def _most_unlikely(seen: Floats, expected: Floats, usual: Floats, is_run: NDArray[np.bool_]) -> int | None:
    """Return the run of the last day that departs most; None where chance or other days explain it."""
    missing = expected - seen
    history = missing[:-1]
    spread = 1.4826 * np.median(np.abs(history - np.median(history, axis=0)), axis=0)
    spread = np.maximum(spread, np.sqrt(usual)) * (1 + 3 / len(history))
    departures = np.where(is_run, missing / np.maximum(spread, 1e-9), 0.0)
    best = int(np.argmax(departures[-1]))
    usual_worst = float(np.quantile(departures[:-1].max(axis=1), 0.85))
    if not is_run[-1, best] or departures[-1, best] < 1.2 * usual_worst:
        return None
    chance = count_tail(float(seen[-1, best]), float(expected[-1, best]), float(spread[best]) ** 2)
    return best if chance <= CHANCE else None


def _whole(counts: Floats, level: Floats, profile: Floats, best: int) -> int:
    """Return a run without the slots at its ends that are nearly full, and with those beside it that are half empty.

    Args:
        counts: the slots of the day.
        level: for each run how busy the day is against usual.
        profile: what is usual in each slot.
        best: index of the run.
    """
    first, after = runs(len(counts))
    begin, end = int(first[best]), int(after[best])
    usual = profile * float(level[best])
    while begin < end - 1 and counts[begin] > FULL_SHARE * usual[begin]:
        begin += 1
    while begin < end - 1 and counts[end - 1] > FULL_SHARE * usual[end - 1]:
        end -= 1
    while begin > 0 and usual[begin - 1] >= 1 and counts[begin - 1] <= usual[begin - 1] / 2:
        begin -= 1
    while end < len(counts) and usual[end] >= 1 and counts[end] <= usual[end] / 2:
        end += 1
    return int(np.flatnonzero((first == begin) & (after == end))[0])


def _edges(counts: Floats, profile: Floats, begin: int, end: int, slot_s: int) -> tuple[float, float]:
    """Return begin and end in seconds after midnight, estimated from the events of the outermost slots."""
    left = [min(1.0, float(counts[slot] / max(profile[slot], 1e-9))) for slot in (begin, end - 1)]
    if end - begin == 1:
        left = [left[0] / 2, left[1] / 2]
    return (begin + left[0]) * slot_s, (end - left[1]) * slot_s
