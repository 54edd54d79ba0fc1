"""Exceptions in the lines beside figures: the days of a period whose value lies outside of its expected range."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache, partial
from typing import NamedTuple

from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.detectors.expected_range import expected_range
from ntanalytics.kernels.worker import share_out
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import close_up
from ntanalytics.metrics.quantity import quantity
from ntanalytics.periods.day_text import day_words

_WORDS = {"below": "低于通常范围", "above": "高于通常范围"}

#: Good direction of a measure → the place of a value that is better than expected.
_BETTER = {"up": "above", "down": "below"}


class _LinePoint(NamedTuple):
    """A day of a line, with the columns of ``detectors.expected_range``."""

    day: date
    value: float | None
    is_covered: bool
    is_working_day: bool | None
    label: str | None


def unusual_points(daily: Figures, name: str, first: date) -> dict[int, str]:
    """Return place → words of the days since ``first`` whose value the days before it do not let expect.

    A value that is better than expected is none, nor is a day within a gap, or one with too few comparable days before
    it (``detectors.expected_range``).

    Args:
        daily: figures by day, oldest first, with the columns of ``metrics.days``; of figures by week, none is judged.
        name: the measure.
        first: the first day that is judged.

    Returns:
        For example ``{26: "11月18日85.6%，低于通常范围"}``.
    """
    return _in_words(daily, name, _outside(_line(daily, name), first))


def unusual_days(summary: SubsystemSummary, first: date, name: str = "") -> dict[int, str]:
    """Return the exceptions in the line of a subsystem: of a measure, or of its lead figure."""
    return unusual_points(summary.daily, name or summary.lead, first)


def unusual_leads(summaries: Mapping[str, SubsystemSummary], first: date) -> list[dict[int, str]]:
    """Return the exceptions in the lines of the lead figures, in the order of the subsystems, by both processes."""
    lines = {name: _line(item.daily, item.lead) for name, item in summaries.items()}
    places = share_out(
        list(lines), lambda name: _outside(lines[name], first), lambda name: partial(_outside, lines[name], first)
    )
    return [_in_words(item.daily, item.lead, places[name]) for name, item in summaries.items()]


def _line(daily: Figures, name: str) -> tuple[_LinePoint, ...]:
    if name not in daily.columns or "is_working_day" not in daily.columns:
        return ()
    return tuple(
        _LinePoint(row["day"], row.exact(name), bool(row["is_covered"]), row["is_working_day"], row["label"])
        for row in daily
    )


@lru_cache(maxsize=128)  # a report shows some lines twice
def _outside(line: tuple[_LinePoint, ...], first: date) -> Mapping[int, str]:
    """Return place → ``below`` or ``above`` of the days since ``first`` outside of their expected range."""
    rows = [day._asdict() for day in line]
    places = {
        at: expected_range(rows, day.day).place(float(day.value))
        for at, day in enumerate(line)
        if day.day >= first and day.value is not None
    }
    return {at: where for at, where in places.items() if where in _WORDS}


def _in_words(daily: Figures, name: str, places: Mapping[int, str]) -> dict[int, str]:
    if not places:
        return {}
    words, figures = {}, daily.quantities(name)
    for at, row in enumerate(daily):
        where, measure = places.get(at), figures[at].measure
        if where and where != _BETTER.get(measure.good):
            shown = close_up(quantity(measure, row.exact(name)).text)
            words[at] = f"{day_words(row['day'])}{shown}，{_WORDS[where]}"
    return words
