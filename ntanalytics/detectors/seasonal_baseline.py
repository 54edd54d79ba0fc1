"""Seasonal baseline: the value of a day held against its expected range.

A day departs where its value lies outside of the expected range (:mod:`ntanalytics.detectors.expected_range`) and the
difference is large enough to matter: rare and small is no departure, and neither is large and common.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from ntanalytics.detectors.detection import Detection, KeyOf, Sensitivity, Unjudged
from ntanalytics.detectors.expected_range import ExpectedRange, expected_range
from ntanalytics.metrics.rows import Rows, rows

#: Days back in which the first day of a departure is searched, and for which a new level is told.
LOOKBACK_DAYS = 28

Row = dict[str, Any]


@dataclass(frozen=True)
class BaselineColumns:
    """Columns of a daily table.

    Attributes:
        value: column of the value.
        count: column that counts the events of the value, or empty.
        is_rate: whether the departure is a difference, and not a share of the expected value.
        is_additive: whether the value is a sum: then zeros before the first event are no history.
    """

    value: str
    count: str = ""
    is_rate: bool = False
    is_additive: bool = False


def seasonal_baseline(
    daily: Rows,
    on: date,
    *,
    columns: BaselineColumns,
    key: KeyOf,
    sensitivity: Sensitivity,
    ahead: Sequence[Mapping[str, Any]] = (),
    unusual_only: bool = False,
) -> list[Detection]:
    """Return the value of each series on a day held against its expected range.

    Args:
        daily: the value by day (``day``, ``is_covered``, ``is_working_day``, ``label``: ``metrics.days.fill_days``)
            over ten weeks up to ``on``.
        on: the inspected day.
        columns: the columns that are read.
        key: key of the series of a row.
        sensitivity: the departure from the expected value; events of the day, or the expected value without a column
            that counts events.
        ahead: calendar of the days after ``on`` (``day``, ``is_working_day``, ``label``): before a long holiday, and at
            a month's end, another value is expected.
        unusual_only: whether series that are clearly usual may be left out, which saves time with hundreds of them.

    Returns:
        A detection for each series; figures ``low``, ``high`` and ``expected`` where the range is known, ``departure``
        and ``count``.
    """
    by_key: dict[Hashable, list[Row]] = {}
    for row in rows(daily):
        if row["day"] <= on:
            by_key.setdefault(key(row), []).append({**row, "value": row[columns.value]})
    calendar = [{**row, "value": None, "is_covered": False} for row in ahead]
    detections = []
    for name, days in by_key.items():
        known = _from_first_event(days) if columns.is_additive else days
        baseline = _Baseline([*known, *calendar], columns, sensitivity)
        if not unusual_only or baseline.may_depart(on):
            detections.append(baseline.detect(name, on))
    return detections


def _from_first_event(days: list[Row]) -> list[Row]:
    """Return the days from the first one with an event: before it there was no source."""
    ordered = sorted(days, key=lambda row: row["day"])
    first = next((index for index, row in enumerate(ordered) if row["value"]), len(ordered) - 1)
    return ordered[first:]


class _Baseline:
    """Days of one series, and the limits of a departure."""

    def __init__(self, days: list[Row], columns: BaselineColumns, sensitivity: Sensitivity) -> None:
        self.days = days
        self.columns = columns
        self.sensitivity = sensitivity
        self.by_day = {row["day"]: row for row in days}

    def may_depart(self, on: date) -> bool:
        """Return whether the value is half as far from the median of days like it as a departure would be."""
        today = self.by_day.get(on)
        if today is None or today["value"] is None:
            return False
        alike = [
            row["value"]
            for row in self.days
            if row["day"] < on and row["value"] is not None and row["is_working_day"] == today["is_working_day"]
        ]
        if not alike:
            return False
        departure = self._departure(float(today["value"]), float(median(alike)))
        return departure * (-1 if self.sensitivity.good == "up" else 1) > abs(self.sensitivity.least) / 2

    def detect(self, key: Hashable, on: date) -> Detection:
        """Return the detection of a day."""
        today = self.by_day.get(on)
        usual = expected_range(self.days, on)
        figures: dict[str, float | None] = {}
        if usual.expected is not None:
            figures = {"low": usual.low, "high": usual.high, "expected": usual.expected}
        if today is not None and self.columns.count:
            figures["count"] = float(today.get(self.columns.count) or 0)
        unjudged = self._unjudged(today, usual)
        if unjudged or today is None:
            return Detection(key=key, unjudged=unjudged, figures=figures)
        value = float(today["value"])
        departure = self._departure(value, usual.expected or 0)
        is_unusual = self._is_unusual(value, usual)
        is_new_level = usual.shifted_on is not None and on - usual.shifted_on <= timedelta(days=LOOKBACK_DAYS)
        return Detection(
            key=key,
            value=value,
            departure=departure,
            is_unusual=is_unusual,
            since=self._since(on) if is_unusual else None,
            shifted_on=usual.shifted_on if is_new_level else None,
            figures={**figures, "departure": departure},
        )

    def _unjudged(self, row: Row | None, usual: ExpectedRange) -> Unjudged:
        """Return why a day cannot be judged; empty when it can."""
        if row is None or not row["is_covered"]:
            return "missing"
        if usual.expected is None:
            return usual.reason
        if row["value"] is None:
            return "no_value"
        if self.columns.count:
            return "too_few" if (row.get(self.columns.count) or 0) < self.sensitivity.min_count else ""
        return "few_expected" if usual.expected < self.sensitivity.min_count else ""

    def _departure(self, value: float, expected: float) -> float:
        """Return the difference of a rate from the expected value, else the share of it."""
        if self.columns.is_rate:
            return value - expected
        return value / expected - 1 if expected else float(value > 0)

    def _is_unusual(self, value: float, usual: ExpectedRange) -> bool:
        """Return whether a value lies outside of its range on the wrong side, and far enough."""
        side = "below" if self.sensitivity.good == "up" else "above"
        return usual.place(value) == side and self.sensitivity.is_beyond(self._departure(value, usual.expected or 0))

    def _since(self, on: date) -> date:
        """Return the day since when every day of its kind that can be judged has been unusual."""
        first, day = on, on - timedelta(days=1)
        while day in self.by_day and on - day <= timedelta(days=LOOKBACK_DAYS):
            row = self.by_day[day]
            if not row["is_covered"]:
                break
            usual = expected_range(self.days, day)
            is_alike = row["is_working_day"] == self.by_day[on]["is_working_day"]
            if is_alike and not self._unjudged(row, usual):
                if not self._is_unusual(float(row["value"]), usual):
                    break
                first = day
            day -= timedelta(days=1)
        return first
