"""Models of surveillance: how the sums of a series become scans, for counts and for means of a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.expectation import day_factors, expected_counts
from ntanalytics.detectors.surveillance.improbability import BY_CHANCE, BY_SCHEDULE
from ntanalytics.detectors.surveillance.leaf_table import SeriesGroup
from ntanalytics.detectors.surveillance.scan import RUNS, Scan, scan_counts, scan_means

#: Sums of some series: column → an array of series × days × hours.
Sums = Mapping[str, Floats]

#: Events that the mean of all hours counts like for that of one hour.
_PRIOR_EVENTS = 10.0

#: Hours up to which a run of counts is judged among steady series.
_STEADY_HOURS = 6

#: Least variance of the logarithm of one event: a twentieth is how far a quiet value moves.
_LEAST_VARIANCE = 0.05**2


@dataclass(frozen=True, kw_only=True)
class JudgedSeries:
    """Series with their judged day and what is expected of it.

    Attributes:
        scans: direction → the strongest departures by series and day.
        size: expected count of the judged day by series.
        seen: sums of the judged day, series × hours.
        expected: their expected sums.
        day: events of all series on the judged day, or on a usual one where these are more.
        events: what the sums are divided by for a mean; None for counts.
        runs: the runs of hours, or of ages, that the scans name.
        steady_run: length of the longest run of which a series is judged among the steady ones; days differ as days.
        started: cases that the seen and the expected ones are a part of, series × ages; None for anything else.
    """

    scans: Mapping[int, Scan]
    size: Floats
    seen: Floats
    expected: Floats
    day: float = 1.0
    events: Floats | None = None
    runs: Sequence[tuple[int, int]] = RUNS
    steady_run: int = 0
    started: Floats | None = None

    @property
    def calm(self) -> float:
        """The least scale of series that hardly departed: that cases do not end comes by no schedule."""
        return BY_SCHEDULE if self.started is None else BY_CHANCE

    def values(self, index: int, hours: tuple[int, int]) -> tuple[float, float]:
        """Return the seen and the expected value of a run of hours of a series."""
        run = slice(*hours)
        seen, expected = float(self.seen[index, run].sum()), float(self.expected[index, run].sum())
        if self.events is None:
            return seen, expected
        count = max(float(self.events[index, run].sum()), 1.0)
        return seen / count, expected / count

    def share(self, index: int, hours: tuple[int, int]) -> float:
        """Return what a series lacks, or has too many, as a share of all events; of a value the share that it is of."""
        run = slice(*hours)
        if self.events is not None:
            return float(self.events[index, run].sum()) / self.day
        whole = self.day if self.started is None else max(float(self.started[0, run].sum()), 1.0)
        return abs(float(self.seen[index, run].sum() - self.expected[index, run].sum())) / whole


class SeriesModel(Protocol):
    """A way to hold a day against the days before it."""

    @property
    def columns(self) -> Sequence[str]:
        """The summed columns that it needs, the one that counts events first."""

    def judge(self, sums: Sums) -> JudgedSeries:
        """Return the judgement of some series."""


class CountModel:
    """Counts: more or fewer events than expected.

    Args:
        groups: the series of a dataset, from which the factor of each day is taken.
        usual: the expected range of all events of the judged day.

    Attributes:
        factors: factor of each day against a usual one.
    """

    columns: Sequence[str] = ("events",)

    def __init__(self, groups: Sequence[SeriesGroup], usual: ExpectedRange) -> None:
        self.factors = day_factors(groups, usual)

    def judge(self, sums: Sums) -> JudgedSeries:
        """Return the judgement of the counts."""
        counts = sums["events"]
        expected = expected_counts(counts, self.factors)
        scans = scan_counts(counts, expected)
        return JudgedSeries(
            scans=scans,
            size=expected[:, -1].sum(axis=1),
            seen=counts[:, -1],
            expected=expected[:, -1],
            day=_of_a_day(counts),
            steady_run=_STEADY_HOURS,
        )


class MeanModel:
    """Means of the logarithm of a value: durations, sizes and levels that are larger or smaller than usual.

    Args:
        value: name of the value, which the leaves have centred (``LeafTable.centre``).

    Attributes:
        raw_columns: the columns from which the leaves centre it.
    """

    def __init__(self, value: str) -> None:
        self.columns: Sequence[str] = tuple(f"{value}_{ending}" for ending in ("events", "centred", "centred2", "log"))
        self.raw_columns: Sequence[str] = tuple(f"{value}_{ending}" for ending in ("events", "log", "log2"))

    def judge(self, sums: Sums) -> JudgedSeries:
        """Return the judgement of the means."""
        events, centred, squares, logs = (sums[column] for column in self.columns)
        count, total, square = (array[:, :-1].sum(axis=(1, 2)) for array in (events, centred, squares))
        mean = total / np.maximum(count, 1.0)
        variance = np.maximum(square / np.maximum(count, 1.0) - mean**2, _LEAST_VARIANCE)
        hourly, number = (array[:, :-1].sum(axis=1) for array in (centred, events))
        profile = (hourly + _PRIOR_EVENTS * mean[:, None]) / (number + _PRIOR_EVENTS)
        expected = events * profile[:, None, :]
        spread = np.broadcast_to(variance[:, None], events.shape[:2])
        residuals = centred - expected
        scans = scan_means(residuals, events, spread)
        usual = logs[:, -1] - residuals[:, -1]
        return JudgedSeries(
            scans=scans,
            size=events[:, -1].sum(axis=1),
            seen=logs[:, -1],
            expected=usual,
            day=_of_a_day(events),
            events=events[:, -1],
        )


def _of_a_day(counts: Floats) -> float:
    """Return the events of the first series, that of all, on the last day, or on a usual one where these are more."""
    daily = counts[0].sum(axis=1)
    return max(float(daily[-1]), float(daily[:-1].mean()), 1.0)
