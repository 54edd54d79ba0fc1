"""From a source to a spool, batch by batch: read, checked and written.

No thread of ours reads ahead: the drivers do, each in its own way, and connectorx holds the interpreter while it waits,
so that a thread beside it would stand still.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pyarrow as pa

from ntanalytics.catalog import Mapping
from ntanalytics.extraction.check import check
from ntanalytics.extraction.spool import Spool
from ntanalytics.periods import local_window
from ntanalytics.sources import Source


def fill_spool(
    spool: Spool,
    source: Source,
    mapping: Mapping,
    first: dt.date,
    last: dt.date,
    *,
    site_zone: ZoneInfo,
    key: bytes,
    progress: Callable[[int], None],
) -> tuple[Counter[dt.date], Counter[str]]:
    """Take the days from ``first`` to ``last`` into a spool, and finish it.

    Args:
        spool: an empty one of the mapping's dataset.
        source: what is read.
        mapping: its mapping.
        first: the first local day.
        last: the last local day, included.
        site_zone: the zone of the local day.
        key: the site's key for what is kept as a hash only.
        progress: told, after each batch, how many rows of the source went to the spool so far.

    Returns:
        Day → rows or lines of the source that the rows in the spool stand for; and column → values in which a telephone
        or identity card number was masked.

    Raises:
        SourceError: it could not be read.
        LakeError: the disk is full.
    """
    source_rows: Counter[dt.date] = Counter()
    masked: Counter[str] = Counter()
    since, until = local_window(first, last, site_zone)
    with source.read(mapping, since, until) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=site_zone, first=first, last=last, key=key)
            spool.add(checked.rows, checked.rejects)
            source_rows += checked.source_rows
            masked += checked.masked
            progress(source_rows.total())
            pa.default_memory_pool().release_unused()  # what the batch needed, before the next one needs its own
    spool.finish()
    return source_rows, masked
