"""The days that an inspected day is held against, and what two findings of one day have to do with each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.seasonal_baseline import seasonal_baseline
from ntanalytics.detectors.silence import MOST_DAYS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rows import Rows, rows
from ntanalytics.findings.rule import Rule, Subject, evaluate_rules
from ntanalytics.findings.sentences import spaced
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number

#: Days of history in which what is usual is looked for: ten weeks hold twenty days that are not worked.
HISTORY = 70

#: A share that is on its threshold is seen that much higher by chance once in so many days.
_BY_CHANCE = 1e-3


class Baseline:
    """A dataset of events with its last ten weeks.

    Attributes:
        scope: the dataset within the report.
        days: its days from the first that has a row: before it there was no source, and its zeros are none.
        like: the rows of the inspected day and of the last twenty days like it: worked, or not worked.
    """

    def __init__(self, context: CheckContext, name: str) -> None:
        self.scope = context.dataset(name, history=HISTORY)
        on, first = context.period.last, self.scope.recent.day.min().to_pyarrow().as_py()
        self.days = self.scope.days if first is None else self.scope.days.filter(self.scope.days.day >= first)
        calendar = {row["day"]: row for row in rows(self.days)}
        like = [
            day
            for day, row in sorted(calendar.items(), reverse=True)
            if on in calendar
            and day < on
            and row["is_covered"]
            and row["is_working_day"] == calendar[on]["is_working_day"]
        ]
        self.like = self.scope.recent.filter(self.scope.recent.day.isin([on, *like[:MOST_DAYS]]))


def rated(rule: Rule, row: Mapping[str, Any], failures: str, *, is_complete: bool) -> list[Finding]:
    """A rule over the day's share of what failed, in order where chance alone may have lifted it over the threshold.

    Args:
        rule: its ``of`` names the count of what was tried.
        row: the day's figures.
        failures: which of them counts what failed.
        is_complete: whether the day has no hole.
    """
    from scipy import stats

    found = evaluate_rules([rule], [row], is_complete=is_complete)
    least = stats.binom.isf(_BY_CHANCE, row[rule.of] or 0, rule.threshold.warning)
    if not violations(found) or row[failures] > least:
        return found
    words = measure_of(rule.measure)
    said = f"{spaced(rule.words, format_number(row[rule.measure], words.format))}，次数少，在偶然范围内。"
    return [replace(each, state="ok", evidence=said, advice="") for each in found]


def drop_uninformative(context: CheckContext, findings: list[Finding]) -> list[Finding]:
    """Those that say something: not that a small city has too few events, nor that a holiday was never seen before."""
    quiet = ("不作判断",) if context.working_days else ("不作判断", "历史不足")
    return [each for each in findings if each.state != "unknown" or not any(why in each.evidence for why in quiet)]


def violations(findings: list[Finding]) -> list[Finding]:
    """Those that are not in order."""
    return [each for each in findings if each.state in ("warning", "critical")]


def span(findings: list[Finding]) -> tuple[float, float] | None:
    """From when until when the first of some findings that is not in order was, in seconds after midnight."""
    for each in violations(findings):
        begins, ends = each.figures.get("from_s"), each.figures.get("until_s")
        if begins is not None and ends is not None:
            return begins, ends
    return None


def is_within(finding: Finding, other: tuple[float, float] | None) -> bool:
    """Whether more than half of a finding's time lies within another's: it then says the same once more."""
    own = span([finding])
    if own is None or other is None:
        return False
    return min(own[1], other[1]) - max(own[0], other[0]) > (own[1] - own[0]) / 2


def unusual(
    context: CheckContext, rule: Rule, daily: Rows, *, subject: Subject = "", is_wrong_only: bool = False
) -> list[Finding]:
    """``findings.against_usual`` for the inspected day, which knows the holidays that come."""
    on = context.period.last
    return seasonal_baseline(rule, daily, on, subject=subject, is_wrong_only=is_wrong_only, ahead=context.ahead)
