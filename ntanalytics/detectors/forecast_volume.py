"""Forecast of the volume of a month: by kind of day, with the interval of past weeks; or no statement."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Ordinary weeks of history that are needed, and the largest number of them that is read.
MIN_WEEKS, MAX_WEEKS = 4, 13

#: Working days of an ordinary week: around a holiday people send less before and after it, too.
_WORKING_DAYS = 5


@dataclass(frozen=True)
class Volume:
    """The expected volume of some days.

    Attributes:
        expected: the sum; None when nothing is stated.
        low: the sum if each week were as low as the lowest past week.
        high: the sum if each week were as high as the highest.
        weeks: number of past weeks that it is taken from.
    """

    expected: float | None
    low: float | None
    high: float | None
    weeks: int


def volume(rows: Iterable[Mapping[str, Any]], name: str, ahead: Sequence[bool]) -> Volume:
    """Return the expected volume of days to come, from ordinary past weeks: whole ones of five working days.

    A working day counts as the median of working days, a day off as the median of days off. The sum of each past week
    against that of its medians tells how weeks vary. Their median is expected, and the interval is that of the lowest
    and the highest week; months vary less than weeks, so that they mostly lie within.

    Args:
        rows: days with ``day``, ``is_covered``, ``is_working_day`` and the value.
        name: column of the value.
        ahead: for each day to come whether it is a working day.

    Returns:
        No statement with fewer than four of these weeks.
    """
    weeks = _ordinary_weeks(rows, name)
    usual = {
        kind: _median(value for week in weeks for is_worked, value in week if is_worked is kind)
        for kind in (True, False)
    }
    ratios = [
        sum(value for _, value in week) / expected
        for week in weeks
        if (expected := sum(usual[kind] for kind, _ in week)) > 0
    ]
    if len(weeks) < MIN_WEEKS or not ratios:
        return Volume(None, None, None, len(weeks))
    total = sum(usual[kind] for kind in ahead)
    return Volume(total * statistics.median(ratios), total * min(ratios), total * max(ratios), len(weeks))


def _ordinary_weeks(rows: Iterable[Mapping[str, Any]], name: str) -> list[list[tuple[bool, float]]]:
    """Return the last whole weeks of five working days, each as pairs: whether a day is worked, and its value."""
    weeks: dict[tuple[int, int], list[tuple[bool, float]]] = {}
    for row in rows:
        if row["is_covered"] and row[name] is not None:
            week = row["day"].isocalendar()[:2]
            weeks.setdefault(week, []).append((bool(row["is_working_day"]), float(row[name])))
    ordinary = [
        week
        for _, week in sorted(weeks.items())
        if len(week) == 7 and sum(is_worked for is_worked, _ in week) == _WORKING_DAYS
    ]
    return ordinary[-MAX_WEEKS:]


def _median(values: Iterable[float]) -> float:
    known = list(values)
    return statistics.median(known) if known else 0.0
