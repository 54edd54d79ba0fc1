"""Counts of a dataset by day, made once for each file of the lake."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ntanalytics.contract import Dataset
    from ntanalytics.file_cache import FileCache


class CountedLake(Protocol):
    """Access to a site (:class:`ntanalytics.workspace.site.Workspace`) whose days are counted."""

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

#: Number of the form in which counts are kept: those of another one are counted again.
_FORM = "3"


def count_by_day(
    workspace: CountedLake,
    dataset: Dataset,
    first: dt.date,
    last: dt.date,
    counted: Iterable[str],
    count: Callable[[ir.Table], Iterable[Count]],
    made_by: str = "",
) -> list[Count]:
    """Return what was counted of each day, each count with its ``day``.

    The files of a day never change, so that what was counted of them is kept beside the lake; a day with another file
    is counted again, in place of what was kept of it.

    Args:
        workspace: the site.
        dataset: the dataset.
        first: the first local day.
        last: the last local day, included.
        counted: words that tell what is counted, and from which columns: other words, other counts.
        count: counts some rows of the dataset: mappings of a ``day``, words and numbers.
        made_by: digest of the code that counts; a day that another one has counted is counted again.
    """
    files = workspace.files_by_day(dataset.name, first, last)
    if files is None:
        return list(count(workspace.table(dataset.name, first, last)))
    made_of = {day: _digest(_FORM, made_by, *names) for day, names in files.items()}
    kept = _KeptCounts(workspace.cached_daily_counts, _digest(dataset.name, *counted))
    known = {day: counts for day, of in made_of.items() if (counts := kept.get(day, of)) is not None}
    missing = made_of.keys() - known.keys()
    if missing:
        made: dict[dt.date, list[Count]] = {day: [] for day in missing}
        for row in count(workspace.table(dataset.name, min(missing), max(missing))):
            if row["day"] in missing:
                made[row["day"]].append({name: value for name, value in row.items() if name != "day"})
        known |= made
        kept.put({day: (made_of[day], counts) for day, counts in made.items()})
    return [{"day": day, **row} for day, counts in known.items() for row in counts]


class _KeptCounts:
    """Counts of one kind in the cache, a text for each month: years have a thousand days.

    Of two processes that count other days of a month, the last one is kept; the other days are counted once more.
    """

    def __init__(self, cache: FileCache, what: str) -> None:
        self._cache, self._what = cache, what
        self._months: dict[str, dict[str, tuple[str, list[Count]]]] = {}

    def get(self, day: dt.date, made_of: str) -> list[Count] | None:
        """Return what is kept of a day; None where it was counted of other files, or by another program."""
        of, counts = self._month(day).get(day.isoformat(), (None, None))
        return counts if of == made_of else None

    def put(self, made: Mapping[dt.date, tuple[str, list[Count]]]) -> None:
        """Keep the counts of some days in place of those that were kept."""
        for day, counts in made.items():
            self._month(day)[day.isoformat()] = counts
        months = {f"{day:%Y-%m}" for day in made}
        self._cache.put({self._key(month): json.dumps(self._months[month], ensure_ascii=False) for month in months})

    def _month(self, day: dt.date) -> dict[str, tuple[str, list[Count]]]:
        month = f"{day:%Y-%m}"
        if month not in self._months:
            text = self._cache.get(self._key(month))
            self._months[month] = json.loads(text) if text is not None else {}
        return self._months[month]

    def _key(self, month: str) -> str:
        return f"{self._what} {month}"


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
