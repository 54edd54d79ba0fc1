"""Novelty: hours in which a fine-grained series behaved as never before (docs/detection.md has the figures)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.streaming import detect

#: Days of its past that a series needs before it is judged.
LEARNING_DAYS = 28

#: Points of a series in the order of their moments, each with its value.
Points = Sequence[tuple[datetime, float]]


@dataclass(frozen=True, kw_only=True)
class NovelHours:
    """Some points of one series in a row that alarmed.

    Attributes:
        subject: name of the series.
        begins_at: moment of the first of them.
        ends_at: end of the last one.
        extreme: the value that was farthest from what was usual at its time of the week.
        usual: that: the median of the same times of the weeks before.
        score: the highest score, 0 to 1.
    """

    subject: str
    begins_at: datetime
    ends_at: datetime
    extreme: float
    usual: float
    score: float


def novel_hours(series: Mapping[str, Points], step: timedelta, *, least: float = 0.0) -> list[NovelHours]:
    """Return the alarms of some series from their fifth week on, oldest first.

    Alarms that are no further apart than two steps are one; it lasts as long as the level is half as far away.

    Args:
        series: name → points.
        step: distance of two points where none is missing.
        least: least value that matters; a single failed request does not.
    """
    novel = [hours for subject, points in series.items() for hours in _novel_hours(subject, points, step, least)]
    return sorted(novel, key=lambda hours: (hours.begins_at, hours.subject))


def _novel_hours(subject: str, points: Points, step: timedelta, least: float) -> list[NovelHours]:
    if not points:
        return []
    moments = np.array([moment.replace(tzinfo=None) for moment, _ in points], dtype="datetime64[ms]")
    values = np.array([value for _, value in points], dtype=float)
    anomalies = detect(values, moments)
    learnt_at = points[0][0] + timedelta(days=LEARNING_DAYS)
    alarms = [
        index
        for index in np.flatnonzero(anomalies.alarms).tolist()
        if points[index][0] >= learnt_at and values[index] >= least
    ]
    departures = _Departures(values, moments)
    runs: list[list[int]] = []
    for index in alarms:
        if runs and index <= runs[-1][-1]:
            continue
        if runs and points[index][0] - points[runs[-1][-1]][0] <= 2 * step:
            runs[-1].append(index)
        else:
            runs.append([index])
        while departures.lasts(runs[-1]):
            runs[-1].append(runs[-1][-1] + 1)
    return [
        NovelHours(
            subject=subject,
            begins_at=points[run[0]][0],
            ends_at=points[run[-1]][0] + step,
            extreme=float(values[extreme]),
            usual=departures.usual(extreme),
            score=float(max(anomalies.scores[index] for index in run)),
        )
        for run, extreme in ((run, departures.extreme(run)) for run in runs)
    ]


class _Departures:
    """Departures of the points of a series from what was usual at their time of the week."""

    def __init__(self, values: Floats, moments: NDArray[np.datetime64]) -> None:
        self._values = values
        self._time_of_week = (moments - moments[0]) % np.timedelta64(7, "D")

    def usual(self, index: int) -> float:
        """Return the median of the same times of the weeks before a point; of all before it where there is none."""
        before = self._values[:index]
        alike = before[self._time_of_week[:index] == self._time_of_week[index]]
        return float(np.nanmedian(alike if np.isfinite(alike).any() else before))

    def extreme(self, run: Sequence[int]) -> int:
        """Return the point of a run that is farthest from what is usual."""
        return max(run, key=lambda index: abs(self._of(index)))

    def lasts(self, run: Sequence[int]) -> bool:
        """Return whether the point after a run is still half as far away as the farthest of it, on the same side."""
        after = run[-1] + 1
        if after >= len(self._values):
            return False
        farthest = self._of(self.extreme(run))
        return farthest != 0 and self._of(after) / farthest >= 0.5

    def _of(self, index: int) -> float:
        return float(self._values[index]) - self.usual(index)
