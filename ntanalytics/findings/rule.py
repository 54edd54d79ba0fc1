"""What a rule is, and how one that holds a figure against two thresholds judges the rows of a metric."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Finding, State, Threshold
from ntanalytics.findings.rows import Rows, rows
from ntanalytics.findings.sentences import limits, measured, spaced
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: The kinds of rules, and what each holds a figure against.
Kind = Literal[
    "threshold", "usual", "change", "absence", "deadline", "growth", "imbalance", "burst", "reconciliation", "hygiene",
]  # fmt: skip
KINDS: Mapping[Kind, str] = MappingProxyType({
    "threshold": "阈值", "usual": "常态", "change": "变化", "absence": "缺失", "deadline": "期限", "growth": "增长",
    "imbalance": "失衡", "burst": "突发", "reconciliation": "核对", "hygiene": "规范",
})  # fmt: skip

#: Subject of a row, in Chinese: a text, or a function of the row.
Subject = str | Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Rule:
    """One figure held against limits: data, which a site may override (``rules:`` of ntanalytics.yml).

    Args:
        code: ``<subsystem>.<what>``, unique.
        measure: the measure that is looked at; its words head the check.
        threshold: the two thresholds: of the figure itself, or, by its kind, of its departure from what is usual (a
            share, negative where a fall is meant), of the length of a silence in seconds, or of its ratio to its
            siblings.
        advice: what to do, in Chinese.
        reason: why these thresholds, in English.
        of: the measure that counts what the figure is made of, where too few say nothing.
        fewest: how many of them it takes.
        check: the words of the check, where the measure's own label does not say enough.
        kind: what the figure is held against.
        is_of_quarter: whether only a quarter shows it: the recommendations ask it, the inspection does not.
        is_off: whether the site does not want it: it then finds nothing.
    """

    code: str
    measure: str
    threshold: Threshold
    advice: str
    reason: str
    of: str = ""
    min_count: int = 0
    check: str = ""
    kind: Kind = "threshold"
    is_of_quarter: bool = False
    is_off: bool = False

    @property
    def words(self) -> str:
        """What is checked, in Chinese."""
        return self.check or measure_of(self.measure).label

    @property
    def subsystem(self) -> str:
        """The subsystem's id."""
        return self.code.partition(".")[0]

    def judge(self, row: Mapping[str, Any], subject: str, *, is_complete: bool = True) -> Finding:
        """The finding of one row of a metric.

        Args:
            row: the row, with the rule's measure and the one that counts.
            subject: what the row is about, in Chinese.
            is_complete: whether the period has no hole; over one, what is not a count is not known.
        """
        words = measure_of(self.measure)
        value, count = row[self.measure], row.get(self.of) if self.of else None
        check = self.check or words.label
        why = ""
        if not is_complete and not words.is_additive:
            why = "数据不完整"
        elif self.of and (count or 0) < self.min_count:
            counted = measure_of(self.of)
            why = f"{counted.label} {format_number(count or 0, counted.format, counted.unit)}，不足 {self.min_count}，不作判断"
        elif value is None or math.isnan(value):
            why = "没有可计算的数据"
        state: State = "unknown" if why else self.threshold.judge(value)
        # a count over a hole is a lower bound: enough to say that it is too much, never that it is not
        if state == "ok" and not is_complete:
            state, why = "unknown", "数据不完整"
        evidence = (
            f"{spaced(check, '未知')}：{why}。"
            if state == "unknown"
            else measured(check, value, self.threshold, words.format, unit=words.unit)
        )
        return Finding(
            self.code,
            self.subsystem,
            subject,
            check,
            state,
            None if state == "unknown" else float(value),
            words.format,
            limits(self.threshold, words.format, words.unit),
            evidence,
            None,
            self.advice if state in ("warning", "critical") else "",
        )


def evaluate_rules(
    rules: Iterable[Rule],
    table: Rows,
    subject: Subject = "",
    *,
    is_complete: bool = True,
) -> list[Finding]:
    """The findings of some rules over each row of a metric.

    Args:
        rules: rules whose measures the table has.
        table: a metric's table.
        subject: what a row is about, in Chinese, or a function of the row; the subsystem's name where it is empty.
        is_complete: whether the period has no hole.

    Returns:
        Row by row, rule by rule; none for a table without rows.
    """
    wanted = list(rules)
    return [
        rule.judge(
            row,
            subject(row) if callable(subject) else subject or SUBSYSTEMS[rule.subsystem],
            is_complete=is_complete,
        )
        for row in rows(table)
        for rule in wanted
        if not rule.is_off
    ]


def unknown(code: str, subject: str, check: str, why: str, advice: str = "检查数据源与抽取任务") -> Finding:
    """A check that could not be made: ``unknown``, and why, in Chinese."""
    return Finding(
        code,
        code.partition(".")[0],
        subject,
        check,
        "unknown",
        None,
        "integer",
        "有数据",
        f"{spaced(check, '未知')}：{why}。",
        None,
        advice,
    )


def not_applicable(code: str, subject: str, check: str) -> Finding:
    """A check that no day of the period calls for: in order, and it says why nothing was judged."""
    return Finding(
        code,
        code.partition(".")[0],
        subject,
        check,
        "ok",
        None,
        "integer",
        "工作日检查",
        "非工作日，不作判断。",
        is_asked=False,
    )
