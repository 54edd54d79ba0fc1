"""Rows and cells of the workbook."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Sequence
from typing import TypeAlias

from ntanalytics.demo.population.city import City

#: Value of a cell, and values of a row in the order of the sheet's columns.
Cell: TypeAlias = dt.date | str | float | bool | None
Row: TypeAlias = tuple[Cell, ...]


def with_ids(prefix: str, rows: Sequence[tuple[dt.datetime, *tuple[Cell, ...]]]) -> list[Row]:
    """Return rows with an id before their first cell, a time: the prefix, the day and a count within the day."""
    numbered, counts = list[Row](), dict[dt.date, int]()
    for row in rows:
        day = row[0].date()
        counts[day] = counts.get(day, 0) + 1
        numbered.append((f"{prefix}{day:%Y%m%d}-{counts[day]:03d}", *row))
    return numbered


def cell_time(day: dt.date, minutes: int) -> dt.datetime:
    """Return a time of a day, in minutes since midnight, without a zone: Excel knows none."""
    return dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)


def days_left(city: City, day: dt.date) -> int:
    """Return the number of working days from a day of the estate to the last one, the same in a shorter estate."""
    worked = city.working_days()
    return len(worked) - bisect.bisect_left(worked, day)
