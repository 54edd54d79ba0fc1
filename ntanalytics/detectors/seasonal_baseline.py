"""A day's figure against what is usual on such a day: the rules of the kind ``usual``.

A day departs where its figure lies outside its expected range (:mod:`ntanalytics.detectors.expected_range`) and the
difference is large enough to matter: what is rare and small is no finding, nor is what is large and common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.detectors.expected_range import ExpectedRange, expected_range
from ntanalytics.findings.finding import Finding, State
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule, Subject
from ntanalytics.findings.sentences import day_words, spaced
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.measure import Measure
from ntanalytics.metrics.number_format import format_number

#: How far back it is looked for the day since when a figure is not usual.
LOOKED_BACK_DAYS = 28


def seasonal_baseline(
    rule: Rule,
    daily: Rows,
    on: date,
    *,
    subject: Subject = "",
    is_wrong_only: bool = False,
    ahead: Sequence[Mapping[str, Any]] = (),
) -> list[Finding]:
    """Each subject's figure of the day against what is usual on such a day.

    Args:
        rule: its threshold holds for the departure from what is expected: a share of it (−0.3: a third less), of a
            rate the difference (0.05: five points); its ``min_count`` for what is expected, or, where it has ``of``, for
            the count of the day.
        daily: the rule's measure by day (``day``, ``is_covered``, ``is_working_day``, ``label``:
            metrics.days.over_days) over ten weeks up to ``on``.
        on: the inspected day.
        subject: what a row is about, as ``rules.judged`` takes it.
        is_wrong_only: whether only what is not usual is told, as of hundreds of units.
        ahead: the calendar of the days after ``on`` (``day``, ``is_working_day``, ``label``): before a long holiday,
            and at a month's end, another figure is usual.

    Returns:
        A finding a subject; ``unknown`` where the day is a hole, the history is too short, or too few are expected.
    """
    if rule.is_off:
        return []
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for row in rows(daily):
        if row["day"] <= on:
            name = subject(row) if callable(subject) else subject or SUBSYSTEMS[rule.subsystem]
            by_subject.setdefault(name, []).append({**row, "value": row[rule.measure]})
    if measure_of(rule.measure).is_additive:
        by_subject = {name: _since_first(its) for name, its in by_subject.items()}
    for its in by_subject.values():
        its += [{**row, "value": None, "is_covered": False} for row in ahead]
    if not is_wrong_only:
        return [_finding(rule, name, its, on) for name, its in by_subject.items()]
    found = [_finding(rule, name, its, on) for name, its in by_subject.items() if _may_be_unusual(rule, its, on)]
    return [each for each in found if each.state in ("warning", "critical")]


def _since_first(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The days from the first that counts anything on: the zeros before it are no history, but a source's beginning."""
    ordered = sorted(days, key=lambda row: row["day"])
    begin = next((place for place, row in enumerate(ordered) if row["value"]), len(ordered) - 1)
    return ordered[begin:]


def _may_be_unusual(rule: Rule, days: list[dict[str, Any]], on: date) -> bool:
    """Whether a figure is half as far from the median of its like as a finding would be: of hundreds, few are."""
    known = {row["day"]: row for row in days}
    today = known.get(on)
    if today is None or today["value"] is None:
        return False
    like = [
        row["value"]
        for row in days
        if row["day"] < on and row["value"] is not None and row["is_working_day"] == today["is_working_day"]
    ]
    if not like:
        return False
    departure = _departure(measure_of(rule.measure), float(today["value"]), float(median(like)))
    return departure * (-1 if rule.threshold.good == "up" else 1) > abs(rule.threshold.warning) / 2


def _finding(rule: Rule, subject: str, days: list[dict[str, Any]], on: date) -> Finding:
    words = measure_of(rule.measure)
    today = next((row for row in days if row["day"] == on), None)
    usual = expected_range(days, on)
    why = _unjudged(rule, words, today, usual)
    threshold = usual.words(words.format, words.unit)
    if why or today is None:
        return Finding(
            rule.code,
            rule.subsystem,
            subject,
            rule.words,
            "unknown",
            None,
            words.format,
            threshold,
            f"{spaced(rule.words, '未知')}：{why}。",
        )
    value = float(today["value"])
    state = _state(rule, words, value, usual)
    departure = _departure(words, value, usual.expected or 0)
    evidence = f"{rule.words} {format_number(value, words.format, words.unit)}，{threshold}"
    if state != "ok":
        amount = format_number(abs(departure), "points:1" if words.is_rate else "rate:1")
        evidence += f"，{'低' if departure < 0 else '高'} {amount}"
    elif usual.shifted_on is not None and on - usual.shifted_on <= timedelta(days=LOOKED_BACK_DAYS):
        evidence += f"；自{day_words(usual.shifted_on)}起为新的水平"
    return Finding(
        rule.code,
        rule.subsystem,
        subject,
        rule.words,
        state,
        value,
        words.format,
        threshold,
        f"{evidence}。",
        _since(rule, words, days, on) if state != "ok" else None,
        "" if state == "ok" else rule.advice,
        figures={"low": usual.low, "high": usual.high, "expected": usual.expected},
    )


def _unjudged(rule: Rule, words: Measure, today: Mapping[str, Any] | None, usual: ExpectedRange) -> str:
    """Why the day cannot be judged, in Chinese; empty when it can."""
    if today is None or not today["is_covered"]:
        return "数据缺失"
    if usual.expected is None:
        return usual.reason
    if today["value"] is None:
        return "没有可计算的数据"
    if rule.of and (today.get(rule.of) or 0) < rule.min_count:
        counted = measure_of(rule.of)
        seen = format_number(today.get(rule.of) or 0, counted.format, counted.unit)
        return f"{counted.label} {seen}，不足 {rule.min_count}，不作判断"
    if not rule.of and usual.expected < rule.min_count:
        return f"通常只有 {format_number(usual.expected, words.format, words.unit)}，不足 {rule.min_count}，不作判断"
    return ""


def _departure(words: Measure, value: float, expected: float) -> float:
    """How far a value is from what is expected: a share of it, of a rate the difference."""
    if words.is_rate:
        return value - expected
    return value / expected - 1 if expected else float(value > 0)


def _state(rule: Rule, words: Measure, value: float, usual: ExpectedRange) -> State:
    side = "below" if rule.threshold.good == "up" else "above"
    if usual.place(value) != side:
        return "ok"
    return rule.threshold.judge(_departure(words, value, usual.expected or 0))


def _since(rule: Rule, words: Measure, days: list[dict[str, Any]], on: date) -> str:
    """Since when every day that can be judged has been as unusual; the day itself where only it is."""
    known = {row["day"]: row for row in days}
    first, day = on, on - timedelta(days=1)
    while day in known and on - day <= timedelta(days=LOOKED_BACK_DAYS):
        row = known[day]
        if not row["is_covered"]:
            break
        usual = expected_range(days, day)
        if not _unjudged(rule, words, row, usual) and row["is_working_day"] == known[on]["is_working_day"]:
            if _state(rule, words, float(row["value"]), usual) == "ok":
                break
            first = day
        day -= timedelta(days=1)
    return day_words(first)
