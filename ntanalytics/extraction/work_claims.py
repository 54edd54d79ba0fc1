"""Claims of work: windows of days that several processes, on one host or many, share by leases of the ledger.

A stretch is a span of days with the same limits for every process, whatever days it was asked for. A window never
crosses the limit of its stretch, and the lease is on the stretch. So two processes that want overlapping days of a
source meet at one lease, and the second one finds the days that the first one extracted.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ntanalytics.contract import Dataset
from ntanalytics.ledger import CoverageDay, ExtractionResult, Lease
from ntanalytics.periods import days_between
from ntanalytics.sources import Source

#: Seconds between two attempts to get a lease that another process holds.
PAUSE_S = 0.5


#: First day of the window that holds what was open before the first extracted day; no record is older.
BACKLOG_FROM = dt.date(1990, 1, 1)


@dataclass(frozen=True)
class ExtractionWindow:
    """Days of a dataset that are read from a source in one query.

    Attributes:
        contract: the dataset.
        source: the source.
        first: the first local day.
        last: the last local day, included.
    """

    contract: Dataset
    source: Source
    first: dt.date
    last: dt.date

    @property
    def names(self) -> tuple[str, str]:
        """Names of the dataset and the source."""
        return self.contract.name, self.source.name

    @property
    def is_backlog(self) -> bool:
        """True if the window holds only the open cases of all days before the first extracted one."""
        return self.first == BACKLOG_FROM

    @property
    def lease(self) -> str:
        """Name of the lease on the window's stretch."""
        stretch = _stretch(self.first, self.source.chunk_days)
        return f"take {self.contract.name} {stretch} {self.source.name}"[:200]

    def without(self, covered: Collection[CoverageDay]) -> list[ExtractionWindow]:
        """Return windows of the days that are not among some covered days."""
        if self.is_backlog:
            return [self]
        known = {day.day for day in covered}
        days = [day for day in days_between(self.first, self.last) if day not in known]
        return [ExtractionWindow(self.contract, self.source, first, last) for first, last in _runs(days)]


def results_of_others(window: ExtractionWindow, covered: Sequence[CoverageDay]) -> list[ExtractionResult]:
    """Return results for days of a window that other processes extracted; those report their rejects themselves."""
    results = []
    for first, last in _runs(day.day for day in covered):
        days = [day for day in covered if first <= day.day <= last]
        results.append(
            ExtractionResult(
                dataset=window.contract.name,
                source=window.source.name,
                first=first,
                last=last,
                taken_at=min(day.taken_at for day in days),
                seconds=0.0,
                rows=Counter({day.day: day.rows for day in days}),
                absent_days=frozenset(day.day for day in days if not day.is_held),
                source_rows=Counter({day.day: day.source_rows for day in days}),
                is_claimed_elsewhere=True,
            )
        )
    return results


def windows(contract: Dataset, source: Source, days: Iterable[dt.date]) -> list[ExtractionWindow]:
    """Split ascending days into windows of consecutive days, none longer than the source's chunk.

    A stretch of seven days is a week from Monday to Sunday; a source that is read in one pass has a single stretch.
    """
    length = source.chunk_days
    parts = []
    for first, last in _runs(days):
        begin = first
        while begin <= last:
            end = min(last, dt.date.fromordinal((_stretch(begin, length) + 1) * length)) if length else last
            parts.append(ExtractionWindow(contract, source, begin, end))
            begin = end + dt.timedelta(days=1)
    return parts


def _runs(days: Iterable[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Return ascending days as runs of consecutive days: (first, last)."""
    runs: list[tuple[dt.date, dt.date]] = []
    for day in days:
        if runs and day - runs[-1][1] == dt.timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def claim_windows(
    wanted: Iterable[ExtractionWindow],
    lease: Callable[[str], AbstractContextManager[Lease | None]],
    rest: Callable[[ExtractionWindow], None],
) -> Generator[ExtractionWindow]:
    """Yield windows, each while this process holds its lease; those that other processes hold come last.

    Args:
        wanted: the windows.
        lease: takes a lease by name; gives None if another process holds it.
        rest: waits, with a window as argument, when other processes hold all the remaining ones.
    """
    waiting = deque(wanted)
    held_by_others = 0
    while waiting:
        window = waiting.popleft()
        with lease(window.lease) as held:
            if held is not None:
                held_by_others = 0
                yield window
                continue
        waiting.append(window)
        held_by_others += 1
        if held_by_others >= len(waiting):
            rest(window)
            held_by_others = 0


def _stretch(day: dt.date, length: int) -> int:
    """Return the number of the stretch of ``length`` days that has a day; 0 for a single stretch."""
    return (day.toordinal() - 1) // length if length else 0
