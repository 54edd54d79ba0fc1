"""Rows of a dataset by source, day, part and local hour."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np

from ntanalytics.contract import Dataset
from ntanalytics.detectors.detection import Floats
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.slots import local_day
from ntanalytics.workspace.daily_counts import Count, DailyCount, count_by_day

if TYPE_CHECKING:
    from ntanalytics.workspace.site import Workspace

#: Part of a source → rows by local hour; a dataset without parts has one, without a name.
Parts = dict[str, Floats]

#: Source → day → its parts.
BySource = dict[str, dict[dt.date, Parts]]


def utc_offset_s(workspace: Workspace, day: dt.date) -> int:
    """Return the seconds by which local time is ahead of UTC at the beginning of a day."""
    offset = dt.datetime.combine(day, dt.time(), workspace.settings.zone).utcoffset() or dt.timedelta()
    return int(offset.total_seconds())


def count_rows_by_hour(
    workspace: Workspace, dataset: Dataset, first: dt.date, last: dt.date, *, offset_day: dt.date | None = None
) -> BySource:
    """Return source → day → part → rows by local hour, of the days from ``first`` to ``last`` with rows.

    Of cases those count that changed last on their own day, in the hour of that change: one that began in hours of
    which nothing came may have been taken with a later change.

    Args:
        workspace: the site.
        dataset: the dataset.
        first: the first local day.
        last: the last local day, included.
        offset_day: the day whose offset from UTC all hours have; None for the last one.
    """
    offset_s = utc_offset_s(workspace, offset_day or last)

    def by_hour(table: ir.Table) -> list[Count]:
        if dataset.changed:
            table = table.filter(local_day(table[dataset.changed], offset_s // 3600) == table.day)
        local_s = table[dataset.window].epoch_seconds() + offset_s
        part = table[dataset.part] if dataset.part else ibis.literal("")
        hours = table.group_by("source", "day", part=part, hour=local_s // 3600 % 24).aggregate(rows=table.count())
        counts: dict[tuple[str, dt.date, str], list[int]] = {}
        for row in rows(hours):
            counts.setdefault((row["source"], row["day"], str(row["part"])), [0] * 24)[row["hour"]] = row["rows"]
        return [
            {"source": source, "day": day, "part": part, "hours": hours}
            for (source, day, part), hours in counts.items()
        ]

    counted = ("rows by hour", dataset.window, str(dataset.part), str(offset_s))
    by_source: BySource = {}
    for row in count_by_day(workspace, dataset, first, last, DailyCount(counted, by_hour)):
        parts = by_source.setdefault(row["source"], {}).setdefault(row["day"], {})
        parts[row["part"]] = np.array(row["hours"], dtype=np.float64)
    return by_source
