"""One among siblings that is unlike them: the rules of the kind ``imbalance``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: With fewer siblings nobody knows which of them is the odd one.
FEWEST_SIBLINGS = 3


def peer_outlier(rule: Rule, siblings: Rows, subject: Callable[[Mapping[str, Any]], str]) -> list[Finding]:
    """Each of some siblings against the median of the others.

    Args:
        rule: its threshold holds for the departure from that median: of a rate the difference, else a share of it;
            its ``of`` and ``min_count`` for what each counts.
        siblings: a row each, of one kind (carriers, hosts that do the same, editions).
        subject: what a row is about, in Chinese.

    Returns:
        A finding a sibling that counts enough; none where fewer than ``FEWEST_SIBLINGS`` do.
    """
    if rule.is_off:
        return []
    words = measure_of(rule.measure)
    counted = [
        row
        for row in rows(siblings)
        if row[rule.measure] is not None and (not rule.of or (row.get(rule.of) or 0) >= rule.min_count)
    ]
    if len(counted) < FEWEST_SIBLINGS:
        return []
    found = []
    for row in counted:
        others = median(float(each[rule.measure]) for each in counted if each is not row)
        value = float(row[rule.measure])
        departure = value - others if words.is_rate else (value / others - 1 if others else 0.0)
        state = rule.threshold.judge(departure)
        said = f"{rule.words} {format_number(value, words.format, words.unit)}"
        said += f"，同类的中位数为 {format_number(others, words.format, words.unit)}。"
        form = "points:1" if words.is_rate else "rate:0"
        warning, critical = (
            format_number(abs(limit), form) for limit in (rule.threshold.warning, rule.threshold.critical)
        )
        found.append(
            Finding(
                rule.code,
                rule.subsystem,
                subject(row),
                rule.words,
                state,
                value,
                words.format,
                f"与同类中位数相差 {warning} 关注，{critical} 异常",
                said,
                None,
                "" if state == "ok" else rule.advice,
                figures={"siblings": others},
            )
        )
    return found
