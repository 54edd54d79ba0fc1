"""Counts of a dataset by day, made once for each file of the lake."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ntanalytics.workspace.code_digest import code_digest

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ntanalytics.contract import Dataset
    from ntanalytics.file_cache import FileCache
    from ntanalytics.lake.backends.reader import Reader


class CountedLake(Protocol):
    """Access to a site (:class:`ntanalytics.workspace.site.Workspace`) whose days are counted."""

    reader: Reader

    @property
    def cached_daily_counts(self) -> FileCache:
        """Counts of the lake's files, as they were made before."""
        ...

    def files_by_day(self, dataset: str, first: dt.date, last: dt.date) -> Mapping[dt.date, Sequence[str]] | None:
        """Return day → names of its files; None where not all rows of a file are known."""

    def table(self, dataset: str, first: dt.date | None = None, last: dt.date | None = None) -> ir.Table:
        """Return the rows of some days."""
        ...


#: What was counted of a day: ``day``, and the columns of the count, words and numbers.
Count = Mapping[str, Any]

_DAY = dt.timedelta(days=1)

#: Days between two days up to which their rows are read at once.
_PAUSE = 4 * _DAY


@dataclass(frozen=True)
class DailyCount:
    """Count of each day, made of its rows.

    Attributes:
        words: what is counted, and from which columns: other words, other counts.
        count: counts some rows of the dataset: mappings of a ``day``, words and numbers.
        made_by: digest of what counts beside the components of ``code_digest``; a day that other code has counted is
            counted again.
        reach: days before a day of whose rows its count is made, too.
        varies: whether the count of a day follows from more than its rows: it is counted each time.
    """

    words: Sequence[str]
    count: Callable[[ir.Table], Iterable[Count]]
    made_by: str = ""
    reach: int = 0
    varies: Callable[[dt.date], bool] = lambda _: False


def count_by_day(
    workspace: CountedLake, dataset: Dataset, first: dt.date, last: dt.date, counting: DailyCount
) -> list[Count]:
    """Return what was counted of each day, each count with its ``day``.

    The files of a day never change, so that what was counted of them is kept beside the lake; a day with another file
    is counted again, in place of what was kept of it.

    Args:
        workspace: the site.
        dataset: the dataset.
        first: the first local day.
        last: the last local day, included.
        counting: what is counted.
    """
    count, reach, varies = counting.count, counting.reach, counting.varies
    begin = first - reach * _DAY
    files = workspace.files_by_day(dataset.name, begin, last)
    if files is None:
        return [row for row in count(workspace.table(dataset.name, begin, last)) if row["day"] >= first]
    made_of = {
        day: _digest(code_digest(), counting.made_by, *names)
        for day, names in _within_reach(files, reach).items()
        if first <= day <= last
    }
    kept = _KeptCounts(workspace.cached_daily_counts, _digest(dataset.name, *counting.words))
    known = {
        day: counts for day, of in made_of.items() if not varies(day) and (counts := kept.get(day, of)) is not None
    }
    missing = sorted(made_of.keys() - known.keys())
    if missing:
        made: dict[dt.date, list[Count]] = {day: [] for day in missing}
        for since, until in _spans(missing):
            for row in count(workspace.table(dataset.name, since - reach * _DAY, until)):
                if since <= row["day"] <= until and row["day"] in made:
                    made[row["day"]].append({name: value for name, value in row.items() if name != "day"})
        known |= made
        kept.put({day: (made_of[day], counts) for day, counts in made.items() if not varies(day)})
    return [{"day": day, **row} for day, counts in known.items() for row in counts]


def _within_reach(files: Mapping[dt.date, Sequence[str]], reach: int) -> dict[dt.date, list[str]]:
    """Return day → the names of the files of which its count is made."""
    if not reach:
        return {day: list(names) for day, names in files.items()}
    days = sorted({day + step * _DAY for day in files for step in range(reach + 1)})
    return {day: [name for step in range(reach + 1) for name in files.get(day - step * _DAY, ())] for day in days}


def _spans(days: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Return the first and the last day of each run of days; a short pause, such as a weekend without rows, is none."""
    spans = [(days[0], days[0])]
    for day in days[1:]:
        since, until = spans[-1]
        if day - until <= _PAUSE:
            spans[-1] = since, day
        else:
            spans.append((day, day))
    return spans


class _KeptCounts:
    """Counts of one kind in the cache, a text for each month: years have a thousand days.

    Of two processes that count other days of a month, the last one is kept; the other days are counted once more.
    """

    def __init__(self, cache: FileCache, what: str) -> None:
        self._cache, self._what = cache, what
        self._months: dict[str, dict[str, tuple[str, list[Count]]]] = {}

    def get(self, day: dt.date, made_of: str) -> list[Count] | None:
        """Return what is kept of a day; None where it was counted of other files, or by another program."""
        text = day.isoformat()
        of, counts = self._month(text).get(text, (None, None))
        return counts if of == made_of else None

    def put(self, made: Mapping[dt.date, tuple[str, list[Count]]]) -> None:
        """Keep the counts of some days in place of those that were kept."""
        days = {day.isoformat(): counts for day, counts in made.items()}
        for day, counts in days.items():
            self._month(day)[day] = counts
        months = {_month_of(day) for day in days}
        self._cache.put({self._key(month): json.dumps(self._months[month], ensure_ascii=False) for month in months})

    def _month(self, day: str) -> dict[str, tuple[str, list[Count]]]:
        month = _month_of(day)
        if month not in self._months:
            text = self._cache.get(self._key(month))
            self._months[month] = json.loads(text) if text is not None else {}
        return self._months[month]

    def _key(self, month: str) -> str:
        return f"{self._what} {month}"


def _month_of(day: str) -> str:
    return day[: len("2026-11")]


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
