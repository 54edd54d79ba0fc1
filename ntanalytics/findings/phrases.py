"""Chinese phrases that sentences are made of: days, hours, lists of names, changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.findings.threshold import Threshold, judge
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.quantity import mark_bound

#: Number of names in a list; 等 stands for the rest.
MAX_NAMES = 3


def day_words(day: date) -> str:
    """Return a day in words: ``11月18日``."""
    return f"{day.month}月{day.day}日"


def clock(seconds: float) -> str:
    """Return seconds after midnight as ``09:30``."""
    minutes = int(seconds) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def hours_words(window: Window) -> str:
    """Return the hours of a window: ``09:30—11:00``."""
    return f"{clock(window.from_s)}—{clock(window.until_s)}"


def value_words(finding: Finding, form: str = "", unit: str = "") -> str:
    """Return the value of a finding: ``71.0%``; over a gap its bound: ``≥ 22 件次``.

    Args:
        finding: the finding.
        form: the format; that of the finding where it is empty.
        unit: the unit of a count.
    """
    return mark_bound(format_number(finding.value, form or finding.format, unit), finding.certainty)


def limit_words(threshold: Threshold, form: str, unit: str = "") -> str:
    """Return two limits in words: ``低于 97.0% 关注，95.0% 异常``."""
    warning, critical = (format_number(limit, form, unit) for limit in (threshold.warning, threshold.critical))
    return f"{'低于' if threshold.good == 'up' else '高于'} {warning} 关注，{critical} 异常"


def spaced(before: str, after: str) -> str:
    """Return two pieces put together, with a space after a Latin letter or digit: ``portal 错误率``."""
    return f"{before} {after}" if before[-1:].isascii() and before[-1:].isalnum() else before + after


def listed(names: Sequence[str], limit: int = MAX_NAMES) -> str:
    """Return the first names of a list: ``甲、乙、丙等``."""
    return "、".join(names[:limit]) + ("等" if len(names) > limit else "")


def moved(change: float | None, change_rate: float | None, unit: str) -> str:
    """Return the change of a quantity: ``较上期增加 3.2%（+611 人）``; empty where it is unknown."""
    if change is None:
        return ""
    if change == 0:
        return "与上期持平"
    verb, sign = ("增加", "+") if change > 0 else ("减少", "−")
    amount = format_number(abs(change), "integer", unit)
    if change_rate is None:
        return f"较上期{verb} {amount}"
    return f"较上期{verb} {format_number(abs(change_rate), 'rate:1')}（{sign}{amount}）"


def shifted(change: float | None) -> str:
    """Return the change of a rate: ``较上期下降 1.1 个百分点``; empty where it is unknown."""
    if change is None:
        return ""
    if judge(abs(change), 0.0005, 0.0005, "up") != "ok":
        return "与上期持平"
    return f"较上期{'上升' if change > 0 else '下降'} {format_number(abs(change), 'points:1')}"
