"""Sentences of capacity forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from ntanalytics.detectors.forecast import Forecast, Reason
from ntanalytics.detectors.forecast_volume import Volume
from ntanalytics.metrics.number_format import format_number

#: Why nothing is forecast.
REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        "full": "已满",
        "short_history": "历史不足",
        "no_trend": "未见增长趋势",
        "unclear": "波动大于趋势，不作推断",
        "far": "两年内不会写满",
    }
)

#: Longest interval in days that is given by days; a longer one is given by months.
_MAX_DAYS_BY_DAY = 45


def forecast_words(forecast: Forecast, full: str = "满") -> str:
    """Return a forecast as a phrase (``满于 2027-02-10（区间 1 月–3 月）``), or why there is none.

    Args:
        forecast: the forecast.
        full: the word for being used up (``满``, ``用尽``).
    """
    if forecast.full_on is None or forecast.earliest_on is None or forecast.reason:
        return REASONS.get(forecast.reason, "")
    first, year = forecast.earliest_on, forecast.full_on.year
    if forecast.latest_on is None:
        return f"{full}于 {forecast.full_on.isoformat()}（最早 {_month(first, year)}）"
    last = forecast.latest_on
    words = _day if (last - first).days <= _MAX_DAYS_BY_DAY else _month
    begin, end = words(first, year), words(last, year)
    return f"{full}于 {forecast.full_on.isoformat()}（区间 {begin if begin == end else f'{begin}–{end}'}）"


def _month(day: date, year: int) -> str:
    return f"{day.month} 月" if day.year == year else f"{day.year} 年 {day.month} 月"


def _day(day: date, year: int) -> str:
    return f"{'' if day.year == year else f'{day.year} 年 '}{day.month} 月 {day.day} 日"


def volume_words(volume: Volume, month: date, unit: str) -> str:
    """Return an expected volume: ``2026 年 12 月预计 182,000 条（区间 170,000—196,000）``; or that there is none."""
    head = f"{month.year} 年 {month.month} 月"
    if volume.expected is None or volume.low is None or volume.high is None:
        return f"{head}数据不足以推算（可用的周 {volume.weeks} 个）"
    low, high = format_number(_rounded(volume.low), "integer"), format_number(_rounded(volume.high), "integer")
    return f"{head}预计 {format_number(_rounded(volume.expected), 'integer', unit)}（区间 {low}—{high}）"


def _rounded(value: float) -> float:
    """Return a value with three significant digits: more are not known."""
    return float(f"{value:.3g}")
