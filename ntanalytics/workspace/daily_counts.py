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
_FORM = "2"


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
    cache = workspace.cached_daily_counts
    what = _digest(dataset.name, *counted)
    made_of = {day: _digest(_FORM, made_by, *names) for day, names in files.items()}
    known = {day: counts for day, of in made_of.items() if (counts := _kept(cache, f"{what} {day}", of)) is not None}
    missing = made_of.keys() - known.keys()
    if missing:
        made: dict[dt.date, list[Count]] = {day: [] for day in missing}
        for row in count(workspace.table(dataset.name, min(missing), max(missing))):
            if row["day"] in missing:
                made[row["day"]].append({name: value for name, value in row.items() if name != "day"})
        known |= made
        cache.put({f"{what} {day}": json.dumps([made_of[day], made[day]], ensure_ascii=False) for day in missing})
    return [{"day": day, **row} for day, counts in known.items() for row in counts]


def _kept(cache: FileCache, key: str, made_of: str) -> list[Count] | None:
    """Return what is kept of a day; None where it was counted of other files, or by another program."""
    text = cache.get(key)
    of, counts = json.loads(text) if text is not None else (None, None)
    return counts if of == made_of else None


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
