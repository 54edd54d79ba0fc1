"""Chinese phrases that sentences are made of: days, hours, lists of names, changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.threshold import Threshold
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.measure import PREVIOUS
from ntanalytics.metrics.noise import is_steady_count, is_steady_rate
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.quantity import Certainty, mark_bound
from ntanalytics.periods.day_text import day_words, issue_number

#: Number of names in a list; 等 stands for the rest.
MAX_NAMES = 3

#: Multiple of what is usual from which a rise is told as one, and not in percent.
_TENFOLD = 10

_DAY_S = 86_400


def snapshot_words(day: date, whole_on: date, lost: int, kinds: Sequence[str]) -> str:
    """Return the loss of a snapshot: ``11月21日的快照比11月20日少 419 行（没有单位证书）``.

    Args:
        day: its day.
        whole_on: the day of the whole one before it.
        lost: the rows that it has less.
        kinds: the kinds of which it has no row.
    """
    without = f"（没有{'、'.join(kinds)}）" if kinds else ""
    return f"{day_words(day)}的快照比{day_words(whole_on)}少 {format_number(lost, 'integer', '行')}{without}"


def issue_words(text: str) -> str:
    """Return a text with its ISO weeks as the numbers of reports: ``服务周报2026年第43期`` of ``服务周报 2026-W43``."""
    return re.sub(r" ?(\d{4}-W\d{2})\b", lambda week: issue_number(week[1]), text)


def clock(seconds: float) -> str:
    """Return seconds after midnight in words: ``9时30分``, ``9时``."""
    hour, minute = divmod(int(seconds) // 60 % (24 * 60), 60)
    if seconds >= _DAY_S and not (hour or minute):
        return "24时"
    return f"{hour}时{minute}分" if minute else f"{hour}时"


def hours_words(window: Window) -> str:
    """Return the hours of a window: ``9时30分至11时``, ``3时20分至28分``."""
    begin, end = clock(window.from_s), clock(window.until_s)
    if begin == end:
        return begin
    is_one_hour = int(window.from_s) // 3600 == int(window.until_s) // 3600 and int(window.until_s) // 60 % 60
    return f"{begin}至{end.partition('时')[2] if is_one_hour and '分' in begin else end}"


def moment_words(window: Window) -> str:
    """Return a window with its day: ``11月18日9时12分至12时42分``; where it lasts beyond midnight with both days."""
    days = window.from_s // _DAY_S, (window.until_s - 1) // _DAY_S
    first, last = (window.day + timedelta(days=number) for number in days)
    if first == last:
        return f"{day_words(first)}{hours_words(window)}"
    return f"{day_words(first)}{clock(window.from_s % _DAY_S)}至{day_words(last)}{clock(window.until_s % _DAY_S)}"


def value_words(finding: Finding, form: str = "", unit: str = "") -> str:
    """Return the value of a finding: ``71.0%``; over a gap its bound: ``≥ 22 件次``.

    Args:
        finding: the finding.
        form: the format; that of the finding where it is empty.
        unit: the unit of a count.
    """
    return mark_bound(format_number(finding.value, form or finding.format, unit), finding.certainty)


def figure_words(finding: Finding, name: str, unit: str = "") -> str:
    """Return a count that was made with the value of a finding of the same rows: over a gap its bound, too.

    Args:
        finding: the finding.
        name: key of its figures.
        unit: the unit of the count.
    """
    return mark_bound(format_number(finding.figures[name], "integer", unit), finding.certainty)


def is_worst_of_known(finding: Finding) -> bool:
    """Return whether a finding is of the worst day of a period of which some day is not known."""
    return finding.details.get("is_whole") is False


def days_beyond_words(finding: Finding) -> str:
    """Return how many days of a period break a limit: ``期内共有 3 天``; empty for one, and where nobody counted."""
    days = int(finding.figures.get("days_beyond") or 0)
    certainty: Certainty = "lower_bound" if is_worst_of_known(finding) else "exact"
    return f"期内共有 {mark_bound(str(days), certainty)} 天" if days > 1 else ""


def departure_words(departure: float, against: str = "", *, is_rate: bool) -> str:
    """Return a departure from what is usual: ``比通常低 25.0%``, ``高 3.0 个百分点``, ``为通常的 12 倍``.

    Args:
        departure: the share of the usual value, negative for a fall; of a rate the difference.
        against: words before it; a rise to tenfold or more has its own.
        is_rate: whether the value is a rate.
    """
    if not is_rate and departure + 1 >= _TENFOLD:
        return f"为通常的 {format_number(departure + 1, 'number:0')} 倍"
    amount = format_number(abs(departure), "points:1" if is_rate else "rate:1")
    return f"{against}{'低' if departure < 0 else '高'} {amount}"


def unknown_begin(snapshot_on: date) -> str:
    """Return in words that a begin is unknown, since a later snapshot alone shows the condition."""
    return f"未知（取自{day_words(snapshot_on)}快照）"


def rule_limits(rule: Rule) -> str:
    """Return the limits of a rule in words, on its scale: ``比通常低 20% 为关注，低 40% 为异常``."""
    measure = measure_of(rule.measure)
    word = "低" if rule.threshold.good == "up" else "高"
    match rule.scale:
        case "measure":
            return limit_words(rule.threshold, measure.format, measure.unit)
        case "silence":
            return limit_words(rule.threshold, "seconds")
        case "departure":
            return _limit_pair(rule, f"比通常{word}", word, "points:1" if measure.is_rate else "rate:0")
        case "points" | "points of hours":
            return _limit_pair(rule, f"{'时段内' if 'hours' in rule.scale else ''}比通常{word}", word, "points:1")
        case "multiple":
            return _limit_pair(rule, "超过通常的", "", measure.format, "倍")
        case "peers":
            form = "points:1" if measure.is_rate else "rate:0"
            return _limit_pair(rule, "与同类中位数相差", "相差", form)


def _limit_pair(rule: Rule, before: str, again: str, form: str, unit: str = "") -> str:
    warning, critical = (
        format_number(abs(limit), form, unit) for limit in (rule.threshold.warning, rule.threshold.critical)
    )
    if warning == critical:
        return f"{before} {critical} 为异常"
    return f"{before} {warning} 为关注，{f'{again} {critical}'.strip()} 为异常"


def limit_words(threshold: Threshold, form: str, unit: str = "") -> str:
    """Return two limits in words: ``低于 97.0% 为关注，低于 95.0% 为异常``, ``超过 4 件为关注，超过 19 件为异常``.

    One limit is said once; of a count whose limit is 0, that any is wrong. No count falls below 0: that is no limit.
    """
    word = "低于" if threshold.good == "up" else "超过"
    warning, critical = (
        "出现即" if not limit and threshold.good == "down" else f"{word} {format_number(limit, form, unit)} "
        for limit in (threshold.warning, threshold.critical)
    )
    if threshold.good == "up" and not threshold.critical and form == "integer":
        return f"{warning}为关注"
    return f"{critical}为异常" if warning == critical else f"{warning}为关注，{critical}为异常"


def spaced(before: str, after: str) -> str:
    """Return two pieces put together, with a space after a Latin letter or digit: ``portal 错误率``."""
    return f"{before} {after}" if before[-1:].isascii() and before[-1:].isalnum() else before + after


def named(subject: str, check: str) -> str:
    """Return a check behind its subject, each word once: ``驻场率``, ``中国联通送达率``, ``portal 错误率``."""
    if not subject or check.startswith(subject):
        return check
    overlap = next((size for size in range(min(len(subject), len(check)), 1, -1) if subject.endswith(check[:size])), 0)
    return f"{subject}{check[overlap:]}" if overlap else spaced(subject, check)


def sentence(clauses: Iterable[str]) -> str:
    """Return clauses as sentences, each with its full stop."""
    return "".join(f"{clause}。" for clause in clauses)


def listed(names: Sequence[str], limit: int = MAX_NAMES) -> str:
    """Return the first names of a list: ``甲、乙、丙等``."""
    return "、".join(names[:limit]) + ("等" if len(names) > limit else "")


def moved(change: float | None, change_rate: float | None, unit: str, against: str = PREVIOUS) -> str:
    """Return the change of a quantity: ``较上周增加 3.2%（+611 人）``; empty where it is unknown.

    Args:
        change: the difference.
        change_rate: the difference as a share of the figure before; None where that is unknown or 0.
        unit: the unit of the quantity.
        against: the period before, in words: ``上周``.
    """
    if change is None:
        return ""
    before = abs(change / change_rate) if change_rate else None
    if before is not None and is_steady_count(before + change, before):
        return f"与{against}基本持平"
    if change == 0:
        return f"与{against}持平"
    verb, sign = ("增加", "+") if change > 0 else ("减少", "−")
    amount = format_number(abs(change), "integer", unit)
    if change_rate is None:
        return f"较{against}{verb} {amount}"
    return f"较{against}{verb} {format_number(abs(change_rate), 'rate:1')}（{sign}{amount}）"


def shifted(change: float | None, against: str = PREVIOUS) -> str:
    """Return the change of a rate: ``较上周下降 1.1 个百分点``; empty where it is unknown."""
    if change is None:
        return ""
    if is_steady_rate(change):
        return f"与{against}基本持平"
    return f"较{against}{'上升' if change > 0 else '下降'} {format_number(abs(change), 'points:1')}"
