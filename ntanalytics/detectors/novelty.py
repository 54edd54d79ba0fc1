"""Novelty: hours in which a fine-grained series behaved as never before; hints for a closer look, no judgement.

It is no rule of the inspection: thresholds find the faults of hosts that it finds, and its other alarms are mostly
batches that run with room left (docs/detection.md has the figures).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

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
        extreme: the value that was farthest from the median of the series.
        usual: that median.
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

    Alarms that are no further apart than two steps are one.

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
    anomalies, usual = detect(values, moments), float(np.median(values))
    learnt_at = points[0][0] + timedelta(days=LEARNING_DAYS)
    alarms = [
        index
        for index in np.flatnonzero(anomalies.alarms).tolist()
        if points[index][0] >= learnt_at and values[index] >= least
    ]
    runs: list[list[int]] = []
    for index in alarms:
        if runs and points[index][0] - points[runs[-1][-1]][0] <= 2 * step:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [
        NovelHours(
            subject=subject,
            begins_at=points[run[0]][0],
            ends_at=points[run[-1]][0] + step,
            extreme=float(values[max(run, key=lambda index: abs(values[index] - usual))]),
            usual=usual,
            score=float(max(anomalies.scores[index] for index in run)),
        )
        for run in runs
    ]
