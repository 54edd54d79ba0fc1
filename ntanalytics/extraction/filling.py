"""Transfer of a window from its source to a spool, batch by batch: read, checked and written.

There is no reading thread of our own: the drivers read ahead, each in its own way, and connectorx holds the
interpreter's lock while it waits, so that another thread would stand still.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pyarrow as pa

from ntanalytics.extraction.check import check
from ntanalytics.extraction.spool import Spool
from ntanalytics.extraction.work_claims import ExtractionWindow
from ntanalytics.periods import local_window


def fill_spool(
    spool: Spool, window: ExtractionWindow, *, site_zone: ZoneInfo, key: bytes, progress: Callable[[int], None]
) -> tuple[Counter[dt.date], Counter[str]]:
    """Extract the days of a window into a spool, and finish the spool.

    Args:
        spool: an empty spool for the window's dataset.
        window: the days, with their dataset and source.
        site_zone: the zone of the local day.
        key: the site's key for values that are stored as a hash only.
        progress: called after each batch with the number of source rows so far.

    Returns:
        Day → rows or lines of the source that the rows in the spool represent; and column → values in which a telephone
        or identity card number was masked.

    Raises:
        SourceError: the source could not be read.
        LakeError: the disk is full.
    """
    source_rows: Counter[dt.date] = Counter()
    masked: Counter[str] = Counter()
    source, first, last = window.source, window.first, window.last
    mapping = source.mapping(window.contract.name)
    with source.read(mapping, *local_window(first, last, site_zone)) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=site_zone, first=first, last=last, key=key)
            spool.add(checked.rows, checked.rejects)
            source_rows += checked.source_rows
            masked += checked.masked
            progress(source_rows.total())
            pa.default_memory_pool().release_unused()  # before the next batch takes memory of its own
    spool.finish()
    return source_rows, masked
