"""Windows of days that several processes, on one host or many, share out among themselves by leases of the ledger.

A window never reaches over the edge of its stretch of days, which is the same for every process whatever it asked for,
and the lease is on the stretch: so two that want overlapping days of a source meet at the same lease, and the second
finds what the first has taken.
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

#: Seconds between two looks at what other processes are at.
PAUSE_S = 0.5


@dataclass(frozen=True)
class Window:
    """Days of a dataset that are taken from a source at once.

    Attributes:
        contract: the dataset.
        source: the source.
        first: the first local day.
        last: the last one, included.
    """

    contract: Dataset
    source: Source
    first: dt.date
    last: dt.date

    @property
    def of(self) -> tuple[str, str]:
        """The names of the dataset and the source."""
        return self.contract.name, self.source.name

    @property
    def lease(self) -> str:
        """The name of the lease on its stretch of days."""
        stretch = _stretch(self.first, self.source.chunk_days)
        return f"take {self.contract.name} {stretch} {self.source.name}"[:200]

    def without(self, there: Collection[CoverageDay]) -> list[Window]:
        """What is left of it without the days that are there, as windows of neighbours."""
        known = {each.day for each in there}
        days = [day for day in days_between(self.first, self.last) if day not in known]
        return [Window(self.contract, self.source, first, last) for first, last in _runs(days)]


def claimed_by_others(window: Window, there: Sequence[CoverageDay]) -> list[ExtractionResult]:
    """What other processes have taken of a window meanwhile; what they set aside stands in their own account."""
    found = []
    for first, last in _runs(each.day for each in there):
        days = [each for each in there if first <= each.day <= last]
        found.append(
            ExtractionResult(
                dataset=window.contract.name,
                source=window.source.name,
                first=first,
                last=last,
                taken_at=min(each.taken_at for each in days),
                seconds=0.0,
                rows=Counter({each.day: each.rows for each in days}),
                absent_days=frozenset(each.day for each in days if not each.is_held),
                source_rows=Counter({each.day: each.source_rows for each in days}),
                is_claimed_elsewhere=True,
            )
        )
    return found


def windows(contract: Dataset, source: Source, days: Iterable[dt.date]) -> list[Window]:
    """Ascending days as windows of neighbours, each as long as the source is asked for at once.

    A stretch of seven days is a week from Monday to Sunday; a source that is read in one pass has one stretch of all.
    """
    found = []
    for first, last in _runs(days):
        while first <= last:
            end = last
            if source.chunk_days:
                length = source.chunk_days
                end = min(last, dt.date.fromordinal((_stretch(first, length) + 1) * length))
            found.append(Window(contract, source, first, end))
            first = end + dt.timedelta(days=1)  # noqa: PLW2901 - what is left of it
    return found


def _runs(days: Iterable[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Ascending days as runs of neighbours."""
    found: list[tuple[dt.date, dt.date]] = []
    for day in days:
        if found and day - found[-1][1] == dt.timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def claim_windows(
    wanted: Iterable[Window],
    lease: Callable[[str], AbstractContextManager[Lease | None]],
    rest: Callable[[Window], None],
) -> Generator[Window]:
    """The windows, each while the lease on it is held; those that other processes are at come when they are done.

    Args:
        wanted: the windows.
        lease: holds a lease by its name; gives None when another process holds it.
        rest: waits, told for which window, when other processes are at all that is left.
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
    """The number of the stretch of ``length`` days in which a day lies; 0 where all days are one."""
    return (day.toordinal() - 1) // length if length else 0
