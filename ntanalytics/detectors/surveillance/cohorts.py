"""Cohorts: cases that began as always and do not end, by the share that is open so many worked days after its begin.

Of the cases begun on one day some are open a worked day later, fewer after two, and so on. Of those of the last days
more are open than usual at the same age where work stands still. The ages are scanned as the hours of a day are, so
that what stopped a week ago shows by all its days together. The days before which nothing that is judged now had begun
say how far that varies.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import MIN_DAYS, smallest_subjects
from ntanalytics.detectors.surveillance.leaf_table import HOURS, LeafTable, SeriesGroup
from ntanalytics.detectors.surveillance.models import JudgedSeries, Sums
from ntanalytics.detectors.surveillance.scan import Scan, times_log

#: Largest age that is judged, in worked days, and most days of which it is known how many were open.
MAX_AGE, _MOST_DAYS = 8, 20

#: Runs of ages: the first, and the one after the last. What goes on standing has begun on all days up to the last.
AGES = tuple(
    (first, first + length)
    for length in range(1, MAX_AGE + 1)
    for first in range(1, MAX_AGE - length + 2)
    if first == 1 or length in (1, 2, 3, 5)
)

#: Ages × runs: 1 where the age belongs to the run.
_BELONGS = np.array([[float(first <= age < after) for first, after in AGES] for age in range(MAX_AGE + 1)])

#: Least mean of the cases that begin on a day, by the number of dimensions.
_LEAST = MappingProxyType({1: 0.5, 2: 1.5})

#: Cases that the share of all cases counts like for that of one series; cases that are expected to be open at least.
_PRIOR_CASES, _LEAST_EXPECTED = 5.0, 0.5


class CohortModel:
    """Cases that are open at an age: more than usual.

    Args:
        all_cases: the cases by begin and age at the end, worked days × ages; the last place is that of the open ones.
    """

    columns: Sequence[str] = ("events",)

    def __init__(self, all_cases: Floats) -> None:
        open_, started = _open_at(all_cases[None])
        self._usual = _shares(open_, started, np.zeros(MAX_AGE + 1))[0]

    def judge(self, sums: Sums) -> JudgedSeries:
        """Return the judgement of the cohorts, on the last day and on those before that are not within its ages."""
        open_, started = _open_at(sums["events"])
        expected = started * _shares(open_, started, self._usual)[:, None, :]
        last = started.shape[1] - 1
        days = [*range(max(MAX_AGE, last - MAX_AGE - _MOST_DAYS), last - MAX_AGE), last]
        seen, usual, cases = (_by_age(array, days) for array in (open_, expected, started))
        scans = {1: _scan(seen, usual, cases)}
        size, last_seen, last_usual = usual[:, -1].sum(axis=1), seen[:, -1], usual[:, -1]
        return JudgedSeries(
            scans=scans,
            size=size,
            seen=last_seen,
            expected=last_usual,
            runs=AGES,
            steady_run=MAX_AGE,
            started=cases[:, -1],
        )


def unended(
    table: pa.Table, worked: Sequence[date], dimensions: Sequence[str], nested: Sequence[str] = ()
) -> list[Departure]:
    """Return the subjects whose cases of the last days are open more than usual, the most telling first.

    Args:
        table: the cases by ``day`` of their begin, ``ended_on`` (null where they are open), dimensions and ``events``.
        worked: the worked days, oldest first; the last is the judged one.
        dimensions: names of the dimensions.
        nested: two dimensions, of which a member of the first has one member of the second.

    Returns:
        None of them where the history is short.
    """
    if len(worked) <= 2 * MAX_AGE + MIN_DAYS:
        return []
    leaves = LeafTable(aged(table, worked), worked, dimensions, ["events"], nested)
    groups: list[SeriesGroup] = list(leaves.groups(["events"], _LEAST))
    counts = groups[0].sums["events"][0]
    return smallest_subjects(leaves, CohortModel(counts), groups) if counts.any() else []


def aged(table: pa.Table, worked: Sequence[date]) -> pa.Table:
    """Return the cases with ``hour``: worked days from begin to end, at most 23, which an open case has, too.

    What begins or ends on a day off, does so on the next worked day.
    """
    days = np.array(worked, dtype="datetime64[D]")
    begin = np.searchsorted(days, table["day"].to_numpy().astype("datetime64[D]"))
    ended = table["ended_on"].to_numpy(zero_copy_only=False).astype("datetime64[D]")
    is_over = ~np.isnat(ended) & (ended <= days[-1])
    end = np.where(is_over, np.searchsorted(days, np.where(is_over, ended, days[0])), len(days) + HOURS)
    kept = begin < len(days)
    age = np.clip(end - begin, 0, HOURS - 1)
    columns = table.drop_columns(["day", "ended_on"]).filter(pa.array(kept))
    columns = columns.append_column("day", pa.array(days[begin[kept]], pa.date32()))
    return columns.append_column("hour", pa.array(age[kept], pa.int64()))


def _open_at(counts: Floats) -> tuple[Floats, Floats]:
    """Return the cases that are open at each age, and those that began, by series, day of the begin and age."""
    later = counts[..., ::-1].cumsum(axis=-1)[..., ::-1]
    # open at an age is what ends at a later one
    return later[..., 1 : MAX_AGE + 2], np.repeat(later[..., :1], MAX_AGE + 1, axis=-1)


def _shares(open_: Floats, started: Floats, usual: Floats) -> Floats:
    """Return the share that is open by age, of the days of which all ages are known, and which are not judged."""
    known = slice(0, max(started.shape[1] - 1 - MAX_AGE, 0))
    total = started[:, known].sum(axis=1)
    shares: Floats = (open_[:, known].sum(axis=1) + _PRIOR_CASES * usual) / (total + _PRIOR_CASES)
    return shares


def _by_age(counts: Floats, days: Sequence[int]) -> Floats:
    """Return what began so many days before each of some days: series × days × ages."""
    begins = np.array(days)[:, None] - np.arange(MAX_AGE + 1)[None, :]
    return np.asarray(counts[:, begins, np.arange(MAX_AGE + 1)[None, :]], dtype=np.float64)


def _scan(seen: Floats, usual: Floats, cases: Floats) -> Scan:
    """Return the strongest run of ages of each day by the likelihood ratio of a share that is larger than usual."""
    open_, started = seen @ _BELONGS, cases @ _BELONGS
    expected = np.minimum(np.maximum(usual @ _BELONGS, _LEAST_EXPECTED), np.maximum(started, _LEAST_EXPECTED))
    left, expected_left = started - open_, np.maximum(started - expected, 1e-9)
    ratio = times_log(open_, expected) + times_log(left, expected_left)
    strength = np.where(open_ > expected, ratio, 0.0)
    run = strength.argmax(axis=-1)
    return Scan(np.take_along_axis(strength, run[..., None], -1)[..., 0], run)
