"""Parts of a source that gave nothing on a day, and on those after it, though they always had many rows.

The log of one service that stays away leaves days that seem whole by the others. The days without it are no comparable
days: held against them, its absence would be usual from the second day on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from ntanalytics.detectors.comparable_days import COMPARABLE_DAYS
from ntanalytics.detectors.day_profile import MIN_DAYS, MIN_PART_ROWS, ProfileDamage

#: Time without a row after which a part is taken for out of use, and no longer missed.
OUT_OF_USE = timedelta(days=28)

#: Day → part → its rows.
RowsOfParts = Mapping[date, Mapping[str, float]]


def missing_parts(rows: RowsOfParts, is_worked: Callable[[date], bool]) -> dict[date, ProfileDamage]:
    """Return the days on which parts of a source have no row, and are missed.

    A part is missed where it had many rows on each comparable day before; and from then on until it has one again, also
    on days of few rows, unless it never has one on such days. After four weeks it is out of use.

    Args:
        rows: the rows of each day of which the source has any.
        is_worked: tells a working day from a day off.
    """
    shares: dict[date, dict[str, float]] = {}
    for part in sorted({part for of_day in rows.values() for part in of_day}):
        if not all(of_day.get(part) for of_day in rows.values()):
            for day, share in _days_without(part, rows, is_worked):
                shares.setdefault(day, {})[part] = share
    return {
        day: ProfileDamage("part_missing", 0, sum(of_parts.values()), tuple(of_parts))
        for day, of_parts in shares.items()
    }


def _days_without(part: str, rows: RowsOfParts, is_worked: Callable[[date], bool]) -> Iterator[tuple[date, float]]:
    """Yield the days on which a part is missed, each with its share of the rows of comparable days."""
    alike: dict[bool, list[date]] = {True: [], False: []}
    last_seen, is_gone = None, False
    for day in sorted(rows):
        known = alike[is_worked(day)]
        if rows[day].get(part):
            last_seen, is_gone = day, False
        elif last_seen is not None and day - last_seen <= OUT_OF_USE:
            usual = known[-COMPARABLE_DAYS:]
            own = [rows[before].get(part, 0.0) for before in usual]
            if (len(own) >= MIN_DAYS and min(own) >= MIN_PART_ROWS) or (is_gone and any(own)):
                is_gone = True
                yield day, sum(own) / sum(sum(rows[before].values()) for before in usual)
                continue
        known.append(day)
