"""Rows of a dataset by source, day, part and local hour, counted once for each file of the lake."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ibis
import numpy as np

from ntanalytics.contract import Dataset
from ntanalytics.detectors.detection import Floats
from ntanalytics.metrics.slots import local_day

if TYPE_CHECKING:
    from ntanalytics.workspace.site import Workspace

#: Part of a source → rows by local hour; a dataset without parts has one, without a name.
Parts = dict[str, Floats]

#: Source → day → its parts.
BySource = dict[str, dict[dt.date, Parts]]

#: Rows of one day: source, part and the rows of its 24 local hours.
_DayRows = list[tuple[str, str, list[int]]]


def count_rows_by_hour(workspace: Workspace, dataset: Dataset, first: dt.date, last: dt.date) -> BySource:
    """Return source → day → part → rows by local hour, of the days from ``first`` to ``last`` with rows.

    Of cases those count that changed last on their own day, in the hour of that change: one that began in hours of
    which nothing came may have been taken with a later change. The files of a day never change, so that what was
    counted of them is kept beside the lake; a day with another file is counted again.
    """
    offset = dt.datetime.combine(last, dt.time(), workspace.settings.zone).utcoffset() or dt.timedelta()
    offset_s = int(offset.total_seconds())
    files = workspace.files_by_day(dataset.name, first, last)
    if files is None:
        return _by_source(_counted(workspace, dataset, first, last, offset_s))
    cache = workspace.cached_rows_by_hour
    keys = {day: _key(dataset, offset_s, names) for day, names in files.items()}
    days = {day: json.loads(text) for day, key in keys.items() if (text := cache.get(key)) is not None}
    unknown = keys.keys() - days.keys()
    if unknown:
        counted = _counted(workspace, dataset, min(unknown), max(unknown), offset_s)
        days |= {day: counted.get(day, []) for day in unknown}
        cache.put({keys[day]: json.dumps(days[day], ensure_ascii=False) for day in unknown})
    return _by_source(days)


def _key(dataset: Dataset, offset_s: int, files: Sequence[str]) -> str:
    """Return a key of what is counted and of the files that it is counted of."""
    counted = ("1", dataset.name, dataset.window, str(dataset.part), str(offset_s), *files)
    return hashlib.sha256("\n".join(counted).encode()).hexdigest()


def _counted(
    workspace: Workspace, dataset: Dataset, first: dt.date, last: dt.date, offset_s: int
) -> dict[dt.date, _DayRows]:
    table = workspace.table(dataset.name, first, last)
    if dataset.changed:
        table = table.filter(local_day(table[dataset.changed], offset_s // 3600) == table.day)
    local_s = table[dataset.window].epoch_seconds() + offset_s
    part = table[dataset.part] if dataset.part else ibis.literal("")
    hours = table.group_by("source", "day", part=part, hour=local_s // 3600 % 24).aggregate(rows=table.count())
    counts: dict[tuple[dt.date, str, str], list[int]] = {}
    for row in hours.to_pyarrow().to_pylist():
        counts.setdefault((row["day"], row["source"], str(row["part"])), [0] * 24)[row["hour"]] = row["rows"]
    days: dict[dt.date, _DayRows] = {}
    for (day, source, name), rows in counts.items():
        days.setdefault(day, []).append((source, name, rows))
    return days


def _by_source(days: Mapping[dt.date, _DayRows]) -> BySource:
    by_source: BySource = {}
    for day, rows in days.items():
        for source, part, hours in rows:
            by_source.setdefault(source, {}).setdefault(day, {})[part] = np.array(hours, dtype=np.float64)
    return by_source
