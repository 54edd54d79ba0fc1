"""Days of which a later reading lacks many rows: what was read of them before stays.

Events do not cease to have happened. A log that was rotated away, a shard that was dropped, a database that is being
restored or that keeps its events for a time only have fewer of them than before (docs/domain.md, Gaps).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from ntanalytics.detectors.snapshot_fall import LEAST_ROWS, LEAST_SHARE
from ntanalytics.ledger import CoverageDay
from ntanalytics.periods import local_window

#: Share of the rows up to which people correct what they wrote, and the fewest rows of which that can be said.
_SHARE_WRITTEN, _FEWEST_WRITTEN = 0.5, 20


def has_lost(rows_before: int, rows: int, *, is_written: bool = False) -> bool:
    """Return whether a source has lost rows of a day: as many as a snapshot that lost a part of its own, or all.

    Args:
        rows_before: rows that were read before.
        rows: rows that it has now.
        is_written: whether people write the source, as a workbook: they correct less than half of twenty rows.
    """
    lost = rows_before - rows
    if is_written:
        return rows_before >= _FEWEST_WRITTEN and lost > _SHARE_WRITTEN * rows_before
    return lost > max(LEAST_SHARE * rows_before, LEAST_ROWS) or lost == rows_before > 0


def kept_days(
    held: Iterable[CoverageDay],
    rows: Mapping[dt.date, int],
    in_lake: Collection[dt.date],
    taken_at: dt.datetime,
    zone: ZoneInfo,
    *,
    is_written: bool = False,
) -> dict[dt.date, CoverageDay]:
    """Return day → what the lake keeps of it, as it was read, of the days of which a reading has lost rows.

    A day that was over when it was read has been read for good; another one stays incomplete.

    Args:
        held: the days as they were read before.
        rows: day → rows of the new reading.
        in_lake: the days of which the lake has rows of the source; what it has no more cannot be kept.
        taken_at: time of the new reading.
        zone: zone of the days.
        is_written: whether people write the source.
    """
    return {
        day.day: replace(day, taken_at=taken_at) if local_window(day.day, day.day, zone)[1] <= day.taken_at else day
        for day in held
        if day.is_held and day.day in in_lake and has_lost(day.rows, rows.get(day.day, 0), is_written=is_written)
    }
