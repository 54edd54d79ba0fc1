"""Days of which no case has the moment of its end, though cases keep coming and many end on each such day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ntanalytics.contract import Dataset
from ntanalytics.detectors.day_profile import MIN_PART_ROWS
from ntanalytics.periods.day_text import counted_days
from ntanalytics.workspace.daily_counts import Count
from ntanalytics.workspace.day_damage import empty_days

if TYPE_CHECKING:
    from ntanalytics.workspace.site import Workspace


def sum_by_end(counted: Iterable[Count]) -> list[Count]:
    """Return counts by ``source`` and ``day``, summed over ``ended_on``, with ``ended``: day → the rows that ended."""
    groups: dict[tuple[str, dt.date], list[Count]] = {}
    for row in counted:
        groups.setdefault((row["source"], row["day"]), []).append(row)
    names = {name for own in groups.values() for name in own[0]} - {"source", "day", "ended_on"}
    return [
        {
            "source": source,
            "day": day,
            **{name: sum(row[name] for row in own) for name in sorted(names)},
            "ended": {row["ended_on"].isoformat(): row["rows"] for row in own if row["ended_on"] is not None},
        }
        for (source, day), own in groups.items()
    ]


def unended_days(
    workspace: Workspace, by_source: Mapping[str, Sequence[Count]], missing: Collection[dt.date]
) -> dict[str, tuple[dt.date, ...]]:
    """Return source → the days on which none of its cases ended, where on each comparable day before many did.

    Whether the ends were not written down, or nobody could end a case, is unknown. Days of a year that the calendar
    does not know are not judged: a day on which nobody ends a case may be off.

    Args:
        workspace: the site.
        by_source: source → ``day``, ``rows`` and ``ended`` of its days.
        missing: days that are not complete, which are not judged.
    """
    unended = {}
    for source, counted in by_source.items():
        ended: Counter[dt.date] = Counter()
        for row in counted:
            ended.update({dt.date.fromisoformat(day): rows for day, rows in row["ended"].items()})
        by_day = {day: {"": np.array([float(rows)])} for day, rows in sorted(ended.items())}
        busy = {row["day"] for row in counted if row["rows"] >= MIN_PART_ROWS}
        held = set(filter(workspace.calendar.knows, busy - set(missing)))
        if days := sorted(empty_days(workspace, by_day, held)):
            unended[source] = tuple(days)
    return unended


def unended_sentence(contract: Dataset, source: str, days: Sequence[dt.date]) -> str:
    """Return in Chinese that no case ended on some days, and what that leaves of the figures."""
    label = contract.column(contract.ended[0]).label
    span = counted_days(days)
    return (
        f"{contract.label}：数据源 {source} {span}没有一条{label}，是否未回写不明，"
        "按缺数据处理：未结与逾期未知，办结数为下限。"
    )
