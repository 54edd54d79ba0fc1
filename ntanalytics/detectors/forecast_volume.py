"""How much will be used in a month to come: by kind of day, with an interval that past weeks show; or no statement."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ntanalytics.metrics.number_format import format_number

#: Ordinary weeks of history that a statement takes, and the most that are looked at.
FEWEST_WEEKS, MOST_WEEKS = 4, 13

#: Working days of an ordinary week: around a holiday people send less before and after it, too.
_WORKED = 5

FEW = "数据不足以推算"


@dataclass(frozen=True)
class Volume:
    """What is expected of some days.

    Attributes:
        expected: the sum; None when nothing is stated.
        low: it where each week were as far below what is expected as the lowest of the past.
        high: it where each week were as far above.
        weeks: how many weeks it is taken from.
    """

    expected: float | None
    low: float | None
    high: float | None
    weeks: int


def volume(rows: Iterable[Mapping[str, Any]], name: str, ahead: Sequence[bool]) -> Volume:
    """What is expected of days to come, from ordinary past weeks: whole ones of five working days.

    A working day counts as the median of working days, another as the median of the others. Each past week's sum
    against what its days were to give says how far weeks stray: the middle of them is expected, and the interval takes
    the lowest and the highest, so that months, which stray less than weeks, mostly lie within.

    Args:
        rows: days with ``day``, ``is_covered``, ``is_working_day`` and the figure.
        name: the figure's column.
        ahead: for each day to come whether it is a working day.

    Returns:
        No statement with fewer than four of them.
    """
    weeks: dict[tuple[int, int], list[tuple[bool, float]]] = {}
    for row in rows:
        if row["is_covered"] and row[name] is not None:
            key = row["day"].isocalendar()[:2]
            weeks.setdefault(key, []).append((bool(row["is_working_day"]), float(row[name])))
    whole = [week for _, week in sorted(weeks.items()) if len(week) == 7 and sum(is_ for is_, _ in week) == _WORKED][
        -MOST_WEEKS:
    ]
    if len(whole) < FEWEST_WEEKS:
        return Volume(None, None, None, len(whole))
    usual = {
        kind: statistics.median(values)
        if (values := [value for week in whole for is_, value in week if is_ is kind])
        else 0.0
        for kind in (True, False)
    }
    strays = [
        sum(value for _, value in week) / due for week in whole if (due := sum(usual[kind] for kind, _ in week)) > 0
    ]
    expected = sum(usual[kind] for kind in ahead)
    if not strays:
        return Volume(None, None, None, len(whole))
    middle = statistics.median(strays)
    return Volume(expected * middle, expected * min(strays), expected * max(strays), len(whole))


def volume_words(found: Volume, month: date, unit: str) -> str:
    """The expectation in Chinese, or that there is none: ``2026 年 12 月预计 182,000 条（区间 170,000—196,000）``."""
    head = f"{month.year} 年 {month.month} 月"
    if found.expected is None or found.low is None or found.high is None:
        return f"{head}{FEW}（可用的周 {found.weeks} 个）"
    low, high = format_number(_round(found.low), "integer"), format_number(_round(found.high), "integer")
    return f"{head}预计 {format_number(_round(found.expected), 'integer', unit)}（区间 {low}—{high}）"


def _round(value: float) -> float:
    """Three figures: more are not known."""
    return float(f"{value:.3g}")
