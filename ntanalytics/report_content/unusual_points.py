"""Exceptions in the lines beside figures: the days of a period whose value lies outside of its expected range."""

from __future__ import annotations

from datetime import date

from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.detectors.expected_range import expected_range
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import close_up
from ntanalytics.metrics.quantity import quantity
from ntanalytics.periods.day_text import day_words

_WORDS = {"below": "低于通常范围", "above": "高于通常范围"}

#: Good direction of a measure → the place of a value that is better than expected.
_BETTER = {"up": "above", "down": "below"}


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
    if name not in daily.columns or "is_working_day" not in daily.columns:
        return {}
    rows = [
        {
            "day": row["day"],
            "value": row.exact(name),
            "is_covered": bool(row["is_covered"]),
            "is_working_day": row["is_working_day"],
            "label": row["label"],
        }
        for row in daily
    ]
    places = {}
    for at, (row, figure) in enumerate(zip(rows, daily.quantities(name), strict=True)):
        if row["day"] < first or row["value"] is None:
            continue
        where = expected_range(rows, row["day"]).place(float(row["value"]))
        if where in _WORDS and where != _BETTER.get(figure.measure.good):
            shown = close_up(quantity(figure.measure, row["value"]).text)
            places[at] = f"{day_words(row['day'])}{shown}，{_WORDS[where]}"
    return places


def unusual_days(summary: SubsystemSummary, first: date, name: str = "") -> dict[int, str]:
    """Return the exceptions in the line of a subsystem: of a measure, or of its lead figure."""
    return unusual_points(summary.daily, name or summary.lead, first)
