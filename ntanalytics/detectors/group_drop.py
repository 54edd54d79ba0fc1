"""Group drop: series of a group that fell far below what the whole group lets expect, such as units without users.

The city's calendar moves all units alike, so it is taken out by the sum of the group. The rest is nearly as regular as
the presence of persons, so that a few days tell of a small unit, too.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from ntanalytics.detectors.count_tail import count_tail
from ntanalytics.detectors.detection import Detection, Floats, KeyOf, Sensitivity
from ntanalytics.detectors.slot_matrix import DAY_S, slot_matrix
from ntanalytics.metrics.rows import Rows, rows

#: Working days that are needed before the judged ones.
MIN_DAYS = 10

#: Number of days up to the inspected one that are judged together.
MIN_TOGETHER, MAX_TOGETHER = 2, 5

#: Share of the least drop that each of those days must have fallen by: one poor day is a training.
SHARE_ON_EACH_DAY = 0.6

#: Drop that is told on its first day.
AT_ONCE = 0.85

#: Probability below which chance does not explain a drop in ten weeks of 330 units.
CHANCE = 1e-7


def group_drop(
    daily: Rows, days: Rows, on: date, *, value: str, key: KeyOf, sensitivity: Sensitivity
) -> list[Detection]:
    """Return the series that have fallen far below what the whole group lets expect of them.

    Args:
        daily: the value by day and series; nothing where there is no row.
        days: the days (``metrics.days``) up to ``on``; on a day off the last working day is judged.
        on: the inspected day.
        value: column of the value, a count.
        key: key of the series of a row.
        sensitivity: the departure as a share of the expected value (-0.3: three tenths fewer); usual value of a day.

    Returns:
        Detections with the departure as value; figures ``expected`` and ``seen`` (means of a day) and ``days`` (number
        of days together). None where the history is short.
    """
    calendar = {row["day"]: row for row in rows(days) if row["day"] <= on}
    values = rows(daily)
    # before the first row of all there was no source
    first = min((row["day"] for row in values), default=on)
    worked = [
        day for day, row in sorted(calendar.items()) if day >= first and row["is_covered"] and row["is_working_day"]
    ]
    if not _is_known(calendar, worked, on) or len(worked) < MIN_DAYS + MAX_TOGETHER:
        return []
    matrix = slot_matrix(values, worked, slot_s=DAY_S, columns=[value], key=key)
    keys = list(matrix)
    table = np.concatenate([matrix[name][value].T for name in keys])
    usual, expected, dispersion = _expected(table)
    detections = []
    for index in np.flatnonzero(usual >= max(sensitivity.min_count, 1)):
        drop = _Drop(table[index], expected[index], float(dispersion[index]), abs(sensitivity.least))
        detection = drop.detect(keys[index], worked)
        if detection is not None:
            detections.append(detection)
    return detections


def _is_known(calendar: Mapping[date, Mapping[str, Any]], worked: Sequence[date], on: date) -> bool:
    """Return whether the day is known, or the last working day before a day off."""
    if on not in calendar or not worked:
        return False
    return worked[-1] == on or not calendar[on]["is_working_day"]


def _expected(table: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the usual value of each series, its expected values by day, and its dispersion.

    Args:
        table: series × days.
    """
    total = table.sum(axis=0)
    city = total / max(float(np.median(total)), 1e-9)
    usual = np.median(table / np.maximum(city, 1e-9), axis=1)
    expected = usual[:, None] * city[None, :]
    kept_errors = np.sort((table - expected) ** 2, axis=1)[:, : max(1, int(0.9 * table.shape[1]))]
    dispersion = (kept_errors.mean(axis=1) * 1.5 / np.maximum(usual, 1e-9)).clip(0.2, None)
    return usual, expected, dispersion


class _Drop:
    """Values of one series by day beside the expected ones."""

    def __init__(self, seen: Floats, expected: Floats, dispersion: float, least: float) -> None:
        self.seen = seen
        self.expected = expected
        self.dispersion = dispersion
        self.least = least
        self.drop = 1 - seen / np.maximum(expected, 1e-9)

    def detect(self, key: Hashable, days: Sequence[date]) -> Detection | None:
        """Return the detection; None where there is no drop."""
        together = self._together()
        if not together:
            return None
        judged = slice(len(days) - together, None)
        begin = len(days) - together
        while begin > 0 and self.drop[begin - 1] >= SHARE_ON_EACH_DAY * self.least:
            begin -= 1
        seen, expected = self.seen[judged], self.expected[judged]
        departure = float(seen.sum() / expected.sum() - 1)
        return Detection(
            key=key,
            value=departure,
            departure=departure,
            since=days[begin],
            figures={"expected": float(expected.mean()), "seen": float(seen.mean()), "days": float(together)},
        )

    def _together(self) -> int:
        """Return the largest number of last days that are a drop together; 0 without one."""
        together = 1 if self.drop[-1] >= AT_ONCE and self._is_beyond_chance(1) else 0
        for days in range(MIN_TOGETHER, MAX_TOGETHER + 1):
            if (self.drop[-days:] < SHARE_ON_EACH_DAY * self.least).any():
                break
            # chance first: where nothing is expected, it explains everything, and there is no share
            if self._is_beyond_chance(days):
                drop = 1 - self.seen[-days:].sum() / self.expected[-days:].sum()
                together = days if drop > self.least else together
        return together

    def _is_beyond_chance(self, days: int) -> bool:
        """Return whether chance does not explain the sum of the last days."""
        seen, expected = float(self.seen[-days:].sum()), float(self.expected[-days:].sum())
        return count_tail(seen, expected, expected * self.dispersion + (0.05 * expected) ** 2) < CHANCE
