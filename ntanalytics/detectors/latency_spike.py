"""Latency spike: hours of a day in which a service answered far slower than at the same hour of comparable days.

A quantile of the day hides a slow morning. So each hour is held against the same hour of comparable days, by the ratio
and by its spread from day to day: that of the days in the middle, or of the slower ones, whichever is larger. By night
a quantile of a few answers is now and then twice the usual.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np

from ntanalytics.detectors.comparable_days import comparable_days, is_covered
from ntanalytics.detectors.detection import Detection, KeyOf, Sensitivity
from ntanalytics.metrics.rows import Rows, rows

#: Comparable days that are needed, and values of an hour on them.
MIN_DAYS = 5

#: Ratio to what is usual, and number of spreads, from which on an hour is slow.
SLOW_RATIO, SLOW_SIGMAS = 1.5, 3.0

#: Spreads by which all slow hours of a day depart together; by chance they do so once in some millions of days.
TOGETHER_SIGMAS = 6.0

#: Smallest spread of a logarithm: buckets of a histogram blur five percent.
_MIN_SPREAD = 0.05

#: Standard deviations of a normal distribution in a median absolute deviation, and up to its quantile of nine tenths.
_SIGMA, _SLOWER, _SIGMAS_TO_SLOWER = 1.4826, 0.9, 1.2816

HOUR_S = 3600.0


@dataclass(frozen=True)
class _Hour:
    """One hour of the inspected day.

    Attributes:
        value: the duration in ms.
        usual: logarithm of the usual duration.
        spread: spread of the logarithm on comparable days.
    """

    value: float
    usual: float
    spread: float

    @property
    def departure(self) -> float:
        """Logarithm of the ratio to the usual duration."""
        return math.log(self.value) - self.usual


def latency_spike(
    hours: Rows, days: Rows, on: date, *, duration: str, count: str, key: KeyOf, sensitivity: Sensitivity
) -> list[Detection]:
    """Return how much slower than usual each series was in its slow hours of a day.

    Args:
        hours: ``day``, ``hour``, the duration, the count and the columns of the key, of some weeks up to ``on``.
        days: the days of those weeks (``metrics.days``).
        on: the inspected day.
        duration: column of the duration in ms.
        count: column that counts the events of an hour.
        key: key of the series of a row.
        sensitivity: the ratio to what is usual over the slow hours together; events of an hour. A single slow hour is
            unusual from twice that ratio on.

    Returns:
        A detection for each series that was measured on ``on`` and has a history: value and departure are the ratio,
        on an ordinary day the median one of all hours; spans are the slow hours; figures ``slow_hours``, ``slowest``,
        ``slowest_usual`` (in ms) and ``slowest_from_s``.
    """
    calendar = rows(days)
    history = comparable_days(calendar, on)
    if not is_covered(calendar, on) or len(history) < MIN_DAYS:
        return []
    values: dict[Hashable, dict[date, dict[int, float]]] = {}
    for row in rows(hours):
        if (row[count] or 0) >= sensitivity.min_count and row[duration]:
            values.setdefault(key(row), {}).setdefault(row["day"], {})[row["hour"]] = float(row[duration])
    detections = []
    for name, by_day in values.items():
        judged = _judged_hours(by_day, history, by_day.get(on, {}))
        if judged:
            detections.append(_detect(name, judged, on, sensitivity))
    return detections


def _judged_hours(
    by_day: Mapping[date, Mapping[int, float]], history: list[date], today: Mapping[int, float]
) -> dict[int, _Hour]:
    """Return the hours of the day that have a history."""
    logs: dict[int, list[float]] = {}
    for day in history:
        for hour, value in by_day.get(day, {}).items():
            logs.setdefault(hour, []).append(math.log(value))
    judged = {}
    for hour, value in today.items():
        if len(logs.get(hour, ())) >= MIN_DAYS:
            usual = median(logs[hour])
            judged[hour] = _Hour(value, usual, _spread(logs[hour], usual))
    return judged


def _spread(logs: Sequence[float], usual: float) -> float:
    """Return the spread of logarithms about their median, which a tenth of the days, incidents, leave as it is."""
    slower = (float(np.quantile(logs, _SLOWER)) - usual) / _SIGMAS_TO_SLOWER
    return max(_SIGMA * median(abs(log - usual) for log in logs), slower)


def _detect(key: Hashable, hours: Mapping[int, _Hour], on: date, sensitivity: Sensitivity) -> Detection:
    slow = _slow_hours(hours)
    ratio = math.exp(sum(hours[hour].departure for hour in slow) / max(len(slow), 1))
    is_unusual = len(slow) > 1 or ratio > 2 * sensitivity.least
    if not slow or not is_unusual or not sensitivity.is_beyond(ratio):
        # an hour by itself, which may be chance, is not how slow the day was
        ratio = math.exp(median(hour.departure for hour in hours.values()))
        return Detection(key=key, value=ratio, departure=ratio, is_unusual=False)
    slowest = max(slow, key=lambda hour: hours[hour].departure)
    return Detection(
        key=key,
        value=ratio,
        departure=ratio,
        window=(slow[0] * HOUR_S, (slow[-1] + 1) * HOUR_S),
        spans=_spans(slow),
        since=on,
        figures={
            "slow_hours": float(len(slow)),
            "slowest": hours[slowest].value,
            "slowest_usual": math.exp(hours[slowest].usual),
            "slowest_from_s": slowest * HOUR_S,
        },
    )


def _slow_hours(hours: Mapping[int, _Hour]) -> list[int]:
    """Return the slow hours in their order; none where chance explains all of them together."""
    common = max(median(hour.spread for hour in hours.values()), _MIN_SPREAD)
    sigmas = {name: hour.departure / max(hour.spread, common) for name, hour in hours.items()}
    slow = [
        name
        for name, hour in sorted(hours.items())
        if hour.departure > math.log(SLOW_RATIO) and sigmas[name] > SLOW_SIGMAS
    ]
    return slow if sum(sigmas[name] for name in slow) >= TOGETHER_SIGMAS * math.sqrt(len(slow)) else []


def _spans(hours: list[int]) -> tuple[tuple[float, float], ...]:
    """Return spans of hours that follow one another, in seconds after midnight."""
    spans: list[tuple[float, float]] = []
    for hour in hours:
        begin, end = hour * HOUR_S, (hour + 1) * HOUR_S
        if spans and spans[-1][1] == begin:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((begin, end))
    return tuple(spans)
