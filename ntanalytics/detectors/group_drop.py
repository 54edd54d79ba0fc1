"""Many subjects of which some fell: units whose persons stay away, against what the others do on the same days.

The city's calendar moves all of them alike, so it is taken out by what all of them do together. What is left is nearly
as regular as the presence of persons is, so that a few days tell of a small unit, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from ntanalytics.detectors.count_tail import count_tail
from ntanalytics.detectors.slot_matrix import Floats, Subject, slot_matrix
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.sentences import day_words
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: So many working days are needed before the days that are judged.
FEWEST_DAYS = 10

#: So many days together are looked at, the last of them being the inspected one.
FEWEST_TOGETHER, MOST_TOGETHER = 2, 5

#: On every one of those days a subject must have fallen by this share of the watched one: one poor day is a training.
EACH_DAY = 0.6

#: A fall of this size is told on its first day.
AT_ONCE = 0.85

#: Chance does not make such a fall in ten weeks of 330 units.
CHANCE = 1e-7


def group_drop(rule: Rule, daily: Rows, days: Rows, on: date, *, subject: Subject) -> list[Finding]:
    """The subjects that have fallen far below what is usual of them, against all of them together.

    Args:
        rule: its threshold holds for the share of what is usual (−0.3: three tenths fewer); its ``min_count`` for what
            is usual on a day.
        daily: the rule's measure by day and subject; nothing where there is no row.
        days: the days (metrics.days) up to ``on``; of a day that is not worked the last working day is told.
        on: the inspected day.
        subject: what a row is about.

    Returns:
        A finding for each subject that is not in order; none where too few days are known.
    """
    calendar = {row["day"]: row for row in rows(days) if row["day"] <= on}
    its = rows(daily)
    # before the first event of all nothing was kept
    first = min((row["day"] for row in its), default=on)
    worked = [
        day for day, row in sorted(calendar.items()) if day >= first and row["is_covered"] and row["is_working_day"]
    ]
    if rule.is_off or not _is_known(calendar, worked, on) or len(worked) < FEWEST_DAYS + MOST_TOGETHER:
        return []
    counts = slot_matrix(rule, its, worked, slot_s=86_400, columns=[rule.measure], subject=subject)
    names = list(counts.of)
    table = np.concatenate([counts.of[name][rule.measure].T for name in names])
    usual = np.median(table, axis=1)
    together = table.sum(axis=0) / max(float(np.median(table.sum(axis=0))), 1e-9)
    usual = np.median(table / np.maximum(together, 1e-9), axis=1)
    expected = usual[:, None] * together[None, :]
    left_out = np.sort((table - expected) ** 2, axis=1)[:, : max(1, int(0.9 * len(worked)))]
    rough = (left_out.mean(axis=1) * 1.5 / np.maximum(usual, 1e-9)).clip(0.2, None)
    found = []
    for place in np.flatnonzero(usual >= max(rule.min_count, 1)):
        each = _finding(rule, names[place], table[place], expected[place], float(rough[place]), worked)
        if each is not None:
            found.append(each)
    return found


def _is_known(calendar: Mapping[date, Mapping[str, Any]], worked: list[date], on: date) -> bool:
    """Whether the day, or the last working day before it, is there."""
    if on not in calendar or not worked:
        return False
    return worked[-1] == on or not calendar[on]["is_working_day"]


def _finding(
    rule: Rule, subject: str, seen: Floats, expected: Floats, rough: float, days: list[date]
) -> Finding | None:
    warning = abs(rule.threshold.warning)
    fall = 1 - seen / np.maximum(expected, 1e-9)
    together = 0
    if fall[-1] >= AT_ONCE and _chance(seen[-1:], expected[-1:], rough) < CHANCE:
        together = 1
    for length in range(FEWEST_TOGETHER, MOST_TOGETHER + 1):
        its = slice(len(days) - length, None)
        if (fall[its] < EACH_DAY * warning).any():
            break
        if 1 - seen[its].sum() / expected[its].sum() > warning and _chance(seen[its], expected[its], rough) < CHANCE:
            together = length
    if not together:
        return None
    its = slice(len(days) - together, None)
    begin = len(days) - together
    while begin > 0 and fall[begin - 1] >= EACH_DAY * warning:
        begin -= 1
    value = float(seen[its].sum() / expected[its].sum() - 1)
    words = measure_of(rule.measure)
    mean, normal = (format_number(float(each[its].mean()), "number:0", words.unit) for each in (seen, expected))
    said = f"近 {together} 个工作日{words.label}日均 {mean}，按全市同期推算通常 {normal}，低 {format_number(-value, 'rate:0')}。"
    limits = [format_number(abs(limit), "rate:0") for limit in (rule.threshold.warning, rule.threshold.critical)]
    return Finding(
        rule.code,
        rule.subsystem,
        subject,
        rule.words,
        rule.threshold.judge(value),
        value,
        "+rate:0",
        f"低于通常 {limits[0]} 关注，{limits[1]} 异常",
        said,
        day_words(days[begin]),
        rule.advice,
        figures={"expected": float(expected[its].mean()), "seen": float(seen[its].mean())},
    )


def _chance(seen: Floats, expected: Floats, rough: float) -> float:
    total = float(expected.sum())
    return count_tail(float(seen.sum()), total, total * rough + (0.05 * total) ** 2)
