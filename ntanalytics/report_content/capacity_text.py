"""Sentences of capacity forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from ntanalytics.detectors.forecast import Forecast, Reason
from ntanalytics.detectors.forecast_volume import Volume
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import counted_days, day_words

#: Why nothing is forecast.
REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        "full": "已满",
        "short_history": "历史不足",
        "no_trend": "未见增长趋势",
        "unclear": "波动大于趋势，不作推断",
        "far": "未见一年内写满的趋势",
        "beyond": "历史尚短，所能推算的时间内不会写满",
    }
)

#: Note of a table that says when disks are full (``detectors.forecast.HORIZON_DAYS``).
FORESEEN_NOTE = "预计写满按近十周每日峰值的趋势推算；“—”为未见一年内写满的趋势，或不作推断。"

#: Longest interval in days that is given by days; a longer one is given by months.
_MAX_DAYS_BY_DAY = 45


def forecast_words(forecast: Forecast, on: date, full: str = "写满") -> str:
    """Return a forecast as a phrase (``预计11月29日写满（11月28日至29日）``), or why there is none.

    Args:
        forecast: the forecast.
        on: the day on which it is made, whose year is not named.
        full: the word for being used up (``写满``, ``用尽``).
    """
    if forecast.full_on is None or forecast.earliest_on is None or forecast.reason:
        return REASONS.get(forecast.reason, "")
    first, last = forecast.earliest_on, forecast.latest_on
    head = f"预计{_year(forecast.full_on, on)}{day_words(forecast.full_on)}{full}"
    if last is None:
        return f"{head}（最早{_year(first, on)}{first.month}月）"
    is_by_day = (last - first).days <= _MAX_DAYS_BY_DAY
    begin, end = ((day_words(day) if is_by_day else f"{day.month}月") for day in (first, last))
    span = begin
    if (first.year, begin) != (last.year, end):
        is_same_month = is_by_day and (first.year, first.month) == (last.year, last.month)
        span += f"至{f'{last.day}日' if is_same_month else _year(last, first) + end}"
    return f"{head}（{_year(first, on)}{span}）"


def _year(day: date, beside: date) -> str:
    """Return the year of a day, where it is not that of the day beside it."""
    return "" if day.year == beside.year else f"{day.year}年"


def volume_words(volume: Volume, month: date, unit: str) -> str:
    """Return an expected volume: ``2026 年 12 月预计 182,000 条（区间 170,000—196,000）``; or that there is none."""
    head = f"{month.year} 年 {month.month} 月"
    if volume.expected is None or volume.low is None or volume.high is None:
        return f"{head}数据不足以推算（可用的周 {volume.weeks} 个）"
    low, high = format_number(_rounded(volume.low), "integer"), format_number(_rounded(volume.high), "integer")
    return f"{head}预计 {format_number(_rounded(volume.expected), 'integer', unit)}（区间 {low}—{high}）"


def lost_words(volume: Volume, days: Sequence[Mapping[str, Any]]) -> str:
    """Return how many days a forecast could not use, since they are missing; empty without any.

    Args:
        volume: the forecast.
        days: ``day`` and ``is_covered`` of the days that it looks back on, from the first one with data on.

    Returns:
        For example ``（11月1日至11月15日共15天的数据不完整，按数据完整的 9 周推算）``.
    """
    begins = min((row["day"] for row in days if row["is_covered"]), default=None)
    lost = [row["day"] for row in days if begins is not None and row["day"] > begins and not row["is_covered"]]
    if not lost:
        return ""
    basis = f"，按数据完整的 {volume.weeks} 周推算" if volume.expected is not None else ""
    return f"（{counted_days(lost)}的数据不完整{basis}）"


def _rounded(value: float) -> float:
    """Return a value with three significant digits: more are not known."""
    return float(f"{value:.3g}")
