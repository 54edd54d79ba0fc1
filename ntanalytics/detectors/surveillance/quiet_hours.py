"""Quiet hours: many events in hours in which next to none come, such as texts that leave by night.

A series that has bursts by day, of mailings, is allowed bursts; one at three in the morning is as large as those of a
day, and no likelihood ratio tells it apart. So the hours in which a dataset rests are held against those of the days
before, and a run of them departs where far more came than in any run of them as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats

#: Share of the events of an average hour up to which an hour is quiet.
_QUIET = 0.25

#: Lengths of runs of hours.
_LENGTHS = (1, 2, 3)

#: Fewest events of a run that departs, and times as many as in any run of the quiet hours of the days before.
_LEAST, _TIMES = 20.0, 3.0


@dataclass(frozen=True)
class QuietBurst:
    """A run of quiet hours in which far more events came than ever.

    Attributes:
        index: the number of its series.
        hours: the first hour, and the hour after the last.
    """

    index: int
    hours: tuple[int, int]


def quiet_bursts(counts: Floats, of_all: Floats) -> Iterator[QuietBurst]:
    """Yield the series with a burst in quiet hours of the last day, each with its longest run in which events came.

    Args:
        counts: series × days × hours.
        of_all: the counts of all events, days × hours; they tell which hours are quiet.
    """
    usual = of_all[:-1].mean(axis=0)
    is_quiet: NDArray[np.bool_] = usual <= _QUIET * usual.mean()
    bursts: dict[int, tuple[float, tuple[int, int]]] = {}
    for length in _LENGTHS:
        runs = [(first, first + length) for first in range(len(is_quiet) - length + 1)]
        runs = [run for run in runs if is_quiet[slice(*run)].all()]
        if not runs:
            break
        sums = np.stack([counts[:, :, slice(*run)].sum(axis=2) for run in runs], axis=2)
        most, before = sums[:, -1].max(axis=1), sums[:, :-1].max(axis=(1, 2))
        for index in map(int, np.flatnonzero((most >= _LEAST) & (most > _TIMES * before))):
            if most[index] > bursts.get(index, (0.0, (0, 0)))[0]:
                bursts[index] = float(most[index]), runs[int(sums[index, -1].argmax())]
    for index, (_, hours) in sorted(bursts.items()):
        yield QuietBurst(index, hours)
