"""Hours in which something answered far slower than it does at that hour: a rule of the kind ``usual`` by the hour.

A day's quantile hides a morning. So each hour is held against the same hour of days like it, by the ratio, and by how
much that ratio varies from day to day.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from statistics import median
from typing import Any

from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.sentences import day_words
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: So many days like the inspected one tell what is usual in an hour.
FEWEST_DAYS, MOST_DAYS = 5, 20

#: An hour is slow when it takes so many times as long as usual, and departs by so many of its usual departures.
SLOW_RATIO, SLOW_SIGMAS = 1.5, 3.0

#: All slow hours of a day together depart by so many: by chance they do so once in some millions of days.
TOGETHER_SIGMAS = 6.0

#: The smallest departure that is taken for usual, as a logarithm: five percent is what buckets blur.
_LEAST_SPREAD = 0.05

_MAD = 1.4826


def latency_spike(
    rule: Rule,
    hours: Rows,
    days: Rows,
    on: date,
    *,
    measure: str,
    count: str,
    subject: Callable[[Mapping[str, Any]], str],
) -> list[Finding]:
    """How much slower than usual each subject was in its slow hours of a day.

    Args:
        rule: its threshold holds for the ratio to what is usual, over the slow hours together; its ``min_count`` for the
            events of an hour.
        hours: ``day``, ``hour``, the measure and the count, by subject, of some weeks up to ``on``.
        days: the days of those weeks (metrics.days).
        on: the inspected day.
        measure: the duration, in ms.
        count: what counts the events of an hour.
        subject: what a row is about, in Chinese.

    Returns:
        A finding a subject that was measured on ``on`` and can be judged; a single slow hour says nothing unless it
        is twice as bad as the threshold of 关注.
    """
    if rule.is_off:
        return []
    calendar = {row["day"]: row for row in rows(days)}
    today = calendar.get(on)
    if today is None or not today["is_covered"]:
        return []
    like = [
        day
        for day, row in sorted(calendar.items(), reverse=True)
        if day < on and row["is_covered"] and row["is_working_day"] == today["is_working_day"]
    ][:MOST_DAYS]
    seen: dict[str, dict[date, dict[int, float]]] = {}
    for row in rows(hours):
        if (row[count] or 0) >= rule.min_count and row[measure]:
            seen.setdefault(subject(row), {}).setdefault(row["day"], {})[row["hour"]] = float(row[measure])
    if len(like) < FEWEST_DAYS:
        return []
    found = (_finding(rule, name, by_day, like, on, measure) for name, by_day in seen.items() if on in by_day)
    return [each for each in found if each is not None]


def _finding(
    rule: Rule, subject: str, by_day: Mapping[date, Mapping[int, float]], like: list[date], on: date, measure: str
) -> Finding | None:
    logs: dict[int, list[float]] = {}
    for day in like:
        for hour, value in by_day.get(day, {}).items():
            logs.setdefault(hour, []).append(math.log(value))
    usual = {hour: median(values) for hour, values in logs.items() if len(values) >= FEWEST_DAYS}
    spreads = {hour: _MAD * median(abs(each - usual[hour]) for each in logs[hour]) for hour in usual}
    judged = {hour: value for hour, value in by_day[on].items() if hour in usual}
    if not judged:
        return None
    common = max(median(spreads[hour] for hour in judged), _LEAST_SPREAD)
    off = {hour: math.log(value) - usual[hour] for hour, value in judged.items()}
    departs = {hour: each / max(spreads[hour], common) for hour, each in off.items()}
    slow = [hour for hour, each in sorted(off.items()) if each > math.log(SLOW_RATIO) and departs[hour] > SLOW_SIGMAS]
    if sum(departs[hour] for hour in slow) < TOGETHER_SIGMAS * math.sqrt(len(slow)):
        slow = []
    ratio = math.exp(sum(off[hour] for hour in slow) / len(slow)) if slow else math.exp(median(off.values()))
    is_told = len(slow) > 1 or (bool(slow) and ratio > 2 * rule.threshold.warning)
    state = rule.threshold.judge(ratio) if is_told else "ok"
    form = measure_of(rule.measure).format
    warning, critical = (format_number(limit, form) for limit in (rule.threshold.warning, rule.threshold.critical))
    threshold = f"超过通常的 {warning} 倍关注，{critical} 倍异常"
    words = measure_of(measure)
    if state == "ok":
        said = f"各时段耗时与通常相当（{format_number(ratio, form)} 倍）。"
        return Finding(rule.code, rule.subsystem, subject, rule.words, "ok", ratio, form, threshold, said)
    worst = max(slow, key=lambda hour: off[hour])
    said = (
        f"{_spans(slow)} {words.label}为通常的 {format_number(ratio, form)} 倍，最慢 {_clock(worst)} 起一小时 "
        f"{format_number(judged[worst], words.format, words.unit)}，同一时段通常 "
        f"{format_number(math.exp(usual[worst]), words.format, words.unit)}。"
    )
    return Finding(
        rule.code,
        rule.subsystem,
        subject,
        rule.words,
        state,
        ratio,
        form,
        threshold,
        said,
        day_words(on),
        rule.advice,
        figures={"slow_hours": float(len(slow)), "from_s": slow[0] * 3600.0, "until_s": (slow[-1] + 1) * 3600.0},
    )


def _spans(hours: list[int]) -> str:
    """Hours as spans: ``08:00—11:00、14:00—15:00``."""
    spans: list[list[int]] = []
    for hour in hours:
        if spans and spans[-1][1] == hour:
            spans[-1][1] = hour + 1
        else:
            spans.append([hour, hour + 1])
    return "、".join(f"{_clock(first)}—{_clock(last)}" for first, last in spans)


def _clock(hour: int) -> str:
    return f"{hour:02d}:00"
