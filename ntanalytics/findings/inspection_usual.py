"""A day's count against what is usual on the same weekday: how use is judged by day.

From a Friday to a Saturday use falls by four fifths, and nothing is wrong. So a day is held against the same weekday
of the weeks before, a working day against working days only.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ntanalytics.contract.words import SUBSYSTEMS
from ntanalytics.findings.finding import Finding, State
from ntanalytics.findings.inspection_since import Subject
from ntanalytics.findings.rows import Rows, rows
from ntanalytics.findings.rules import Rule
from ntanalytics.findings.sentences import limits, spaced
from ntanalytics.findings.series import Series
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.figures import figure

#: The weeks before that tell what is usual, and how many of their days it takes.
WEEKS, FEWEST_DAYS = 4, 2


def against_weekday(rule: Rule, daily: Rows, on: date, *, measure: str, subject: Subject = "") -> list[Finding]:
    """Each subject's count of the day against the median of the same weekday in the four weeks before.

    Args:
        rule: its threshold holds for the relative change (−0.1: a tenth fewer); its ``fewest`` for the usual count.
        daily: the measure by day (``day``, ``is_covered``, ``is_working_day``) of eight weeks: four for what is usual,
            four more for since when it has not been.
        on: the inspected day.
        measure: the counted measure.
        subject: what a row is about, as ``rules.judged`` takes it.

    Returns:
        A finding a subject; ``unknown`` where the day is a hole, or too few days or too small a count tell what is
        usual.
    """
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for row in sorted((row for row in rows(daily) if row["day"] <= on), key=lambda row: row["day"]):
        name = subject(row) if callable(subject) else subject or SUBSYSTEMS[rule.subsystem]
        by_subject.setdefault(name, []).append(row)
    return [_finding(rule, name, its, on, measure) for name, its in by_subject.items()]


def usual(days: Sequence[Mapping[str, Any]], on: date, measure: str) -> float | None:
    """The median of a measure on the same weekday of the weeks before ``on``, of days that are worked alike.

    None where fewer than ``FEWEST_DAYS`` of them have a value.
    """
    known = {row["day"]: row for row in days}
    if on not in known:
        return None
    before = [known.get(on - timedelta(weeks=week)) for week in range(1, WEEKS + 1)]
    alike = [
        row[measure]
        for row in before
        if row is not None and row[measure] is not None and row["is_working_day"] == known[on]["is_working_day"]
    ]
    return float(statistics.median(alike)) if len(alike) >= FEWEST_DAYS else None


def _finding(rule: Rule, subject: str, days: list[dict[str, Any]], on: date, measure: str) -> Finding:
    words = measure_of(measure)
    check = f"{words.label}较同一星期几"
    series = Series(tuple(days), on)
    value, normal = series.today.get(measure), usual(days, on, measure)
    why = ""
    if not series.today:
        why = "数据缺失"
    elif value is None or normal is None:
        why = "可比的同一星期几不足，不作判断"
    elif normal < rule.fewest:
        why = f"通常只有 {figure(normal, words.format, words.unit)}，不足 {rule.fewest}，不作判断"
    if why or value is None or not normal:
        evidence = f"{spaced(check, '未知')}：{why or '没有可计算的数据'}。"
        since = series.missing_since()
        return Finding(
            rule.code, rule.subsystem, subject, check, "unknown", None, "+rate:1", _limits(rule), evidence, since,
        )  # fmt: skip
    change = value / normal - 1
    state: State = rule.threshold.judge(change)
    moved = "持平" if round(change, 3) == 0 else f"{'低' if change < 0 else '高'} {figure(abs(change), 'rate:1')}"
    evidence = (
        f"{words.label} {figure(value, words.format, words.unit)}，较近四周同一星期几的中位数 "
        f"{figure(normal, words.format, words.unit)}{moved}。"
    )
    return Finding(
        rule.code, rule.subsystem, subject, check, state, change, "+rate:1", _limits(rule), evidence,
        _since(rule, days, on, measure), "" if state == "ok" else rule.advice,
    )  # fmt: skip


def _since(rule: Rule, days: list[dict[str, Any]], on: date, measure: str) -> str | None:
    """Since when each worked day has been below its own weekday's usual."""
    changes = []
    for row in days:
        normal = usual(days, row["day"], measure)
        worked = row["is_working_day"] is not False and row[measure] is not None and normal
        change = row[measure] / normal - 1 if worked and normal else None
        changes.append({"day": row["day"], "is_covered": row["is_covered"], "value": change})
    return Series(tuple(changes[-7 * WEEKS :]), on).since("value", rule.threshold)


def _limits(rule: Rule) -> str:
    return limits(rule.threshold, "rate:0")
