"""Hours in which a fine-grained series behaved as never before: hints for who looks further, no verdict.

It is no rule of the inspection: what it sees of hosts and is wrong, thresholds see, too, and what they do not see is
mostly a batch that runs with room left (docs/detection.md has the figures).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ntanalytics.detectors.streaming import detect

#: Weeks of its past that a series needs before anything is said of it.
LEARNS_DAYS = 28


@dataclass(frozen=True)
class NovelHours:
    """Some steps of one series in a row that alarmed.

    Attributes:
        subject: which series.
        begins_at: the first of them.
        ends_at: the end of the last one.
        extreme: the value that was farthest from the median of the series.
        usual: that median.
        score: the highest score, one half to 1.
    """

    subject: str
    begins_at: datetime
    ends_at: datetime
    extreme: float
    usual: float
    score: float


def novel_hours(
    series: Mapping[str, Sequence[tuple[datetime, float]]], step: timedelta, *, least: float = 0.0
) -> list[NovelHours]:
    """What ``detect`` alarms of in some series, from their fifth week on.

    Args:
        series: subject → points in order of their moments, each with its value.
        step: how far two points are apart where none is missing.
        least: an alarm of a smaller value says nothing (a single failed request).

    Returns:
        Alarms that are no further apart than two steps are one spell; oldest first.
    """
    found = [spell for subject, points in series.items() for spell in _of(subject, points, step, least)]
    return sorted(found, key=lambda spell: (spell.begins_at, spell.subject))


def _of(subject: str, points: Sequence[tuple[datetime, float]], step: timedelta, least: float) -> list[NovelHours]:
    if not points:
        return []
    moments = np.array([moment.replace(tzinfo=None) for moment, _ in points], dtype="datetime64[ms]")
    values = np.array([value for _, value in points], dtype=float)
    seen, usual = detect(values, moments), float(np.median(values))
    learnt = points[0][0] + timedelta(days=LEARNS_DAYS)
    runs: list[list[int]] = []
    for place in np.flatnonzero(seen.alarms).tolist():
        if points[place][0] < learnt or values[place] < least:
            continue
        if runs and points[place][0] - points[runs[-1][-1]][0] <= 2 * step:
            runs[-1].append(place)
        else:
            runs.append([place])
    return [
        NovelHours(
            subject,
            points[run[0]][0],
            points[run[-1]][0] + step,
            float(values[max(run, key=lambda place: abs(values[place] - usual))]),
            usual,
            float(max(seen.scores[place] for place in run)),
        )
        for run in runs
    ]
