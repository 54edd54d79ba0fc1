"""Transfer of a window from its source to a spool, batch by batch: read, checked and written.

There is no reading thread of our own: the drivers read ahead, each in its own way, and connectorx holds the
interpreter's lock while it waits, so that another thread would stand still.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.contract import Dataset, Kind
from ntanalytics.extraction.check import MISTAKEN, check
from ntanalytics.extraction.spool import Spool
from ntanalytics.extraction.unknown_values import WordCounts
from ntanalytics.extraction.work_claims import ExtractionWindow
from ntanalytics.periods import local_window

#: Later than any year that somebody may have mistyped.
_END_OF_TIMES = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)

#: Last moment for which MySQL's FROM_UNIXTIME has a value on every version.
_LAST_OF_MYSQL = dt.datetime(2038, 1, 19, tzinfo=dt.UTC)


@dataclass(frozen=True)
class TransferCounts:
    """Counts of a transfer from a source to a spool.

    Attributes:
        source_rows: day → rows or lines of the source that the rows in the spool represent.
        masked: column → values in which a telephone or identity card number was masked.
        unknown_values: (day, column, word) → rows or lines of the source whose word of an enumeration was replaced.
        withdrawn: reason → withdrawn cases.
    """

    source_rows: Counter[dt.date] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    unknown_values: WordCounts = field(default_factory=Counter)
    withdrawn: Counter[str] = field(default_factory=Counter)


def fill_spool(
    spool: Spool,
    window: ExtractionWindow,
    *,
    site_zone: ZoneInfo,
    key: bytes,
    taken_at: dt.datetime,
    progress: Callable[[int], None],
) -> TransferCounts:
    """Extract the days of a window into a spool, and finish the spool.

    Args:
        spool: an empty spool for the window's dataset.
        window: the days, with their dataset and source.
        site_zone: the zone of the local day.
        key: the site's key for values that are stored as a hash only.
        taken_at: the start of the extraction.
        progress: called after each batch with the number of source rows so far.

    Raises:
        SourceError: the source could not be read.
        LakeError: the disk is full.
    """
    counts = TransferCounts()
    source, first, last = window.source, window.first, window.last
    mapping = source.mapping(window.contract.name)
    since, until = local_window(first, last, site_zone)
    if window.contract.kind is Kind.CASE and until > taken_at:
        until = _END_OF_TIMES if source.is_read_whole else _with_mistaken_years(until)
    with source.read(mapping, since, until) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=site_zone, days=(first, last), key=key, taken_at=taken_at)
            rows = _open_cases(checked.rows, window.contract) if window.is_backlog else checked.rows
            spool.add(rows, checked.rejects)
            spool.mark_outdated(checked.outdated)
            counts.source_rows.update(checked.source_rows)
            counts.masked.update(checked.masked)
            counts.unknown_values.update(checked.unknown_values)
            counts.withdrawn.update(checked.withdrawn)
            progress(counts.source_rows.total())
            del batch, checked, rows  # they take memory while the next batch is read
    spool.finish()
    return counts


def _with_mistaken_years(until: dt.datetime) -> dt.datetime:
    """Return the end of a window that reaches today, moved on by two years.

    No case changed then: one that says so has a wrong year, and no window would ever meet it. It is rejected by the
    check, and its former version does not hold.
    """
    return min(until + MISTAKEN, max(until, _LAST_OF_MYSQL))


def _open_cases(rows: pa.Table, dataset: Dataset) -> pa.Table:
    """Return the cases without a moment of their end."""
    return rows.filter(reduce(pc.and_, (pc.is_null(rows[name]) for name in dataset.ended)))
