"""Baseline: the comparable days of a dataset of events, and figures held against them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import ibis.expr.types as ir

from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.comparable_days import comparable_days
from ntanalytics.detectors.distributions import binomial_isf
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.judgement import judge_row
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.rows import rows
from ntanalytics.workspace.dataset_view import DatasetView

#: Days of history in which comparable days are looked for: ten weeks hold twenty days off.
HISTORY_DAYS = 70

#: A share on its limit is seen that much higher by chance once in so many days.
_BY_CHANCE = 1e-3


class Baseline:
    """A dataset of events with its last ten weeks; get it by ``context.shared(baseline, name)``.

    Attributes:
        view: the dataset within the report.
        days: its days from the first that has a row: before it there was no source, and its zeros are none.
        comparable: the rows of the inspected day and of the last twenty days like it: worked, or not worked.
    """

    def __init__(self, context: CheckContext, name: str) -> None:
        self.view: DatasetView = context.dataset(name, HISTORY_DAYS)
        first = self.view.recent.day.min().to_pyarrow().as_py()
        self.days = self.view.days if first is None else self.view.days.filter(self.view.days.day >= first)
        days = comparable_days(rows(self.days), context.on)
        self.comparable: ir.Table = self.view.recent.filter(self.view.recent.day.isin([context.on, *days]))


def baseline(context: CheckContext, name: str) -> Baseline:
    """Return the baseline of a dataset of events."""
    return Baseline(context, name)


def judge_share(rule: Rule, row: FigureRow, failures: str) -> Finding:
    """Return the finding of a share of failures; ok where chance alone may have lifted it over the limit.

    Args:
        rule: its ``count_measure`` counts the attempts.
        row: the figures of the period.
        failures: the column that counts the failures.
    """
    finding = judge_row(rule, row)
    attempts = row[rule.count_measure] or 0
    if not finding.is_violation or is_beyond_chance(row[failures], attempts, rule.threshold.warning):
        return finding
    return replace(finding, status="ok").with_details(is_chance=True)


def is_beyond_chance(failures: int, attempts: int, share: float) -> bool:
    """Return whether attempts of which a share usually fails have so many failures on fewer than one day in 1,000."""
    return failures > binomial_isf(_BY_CHANCE, attempts, share)


def drop_uninformative(context: CheckContext, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that say something.

    Left out is what is unknown for too few events, and on a day off what is unknown for want of a comparable day.
    """
    silent = {"too_few", "few_expected"} | (set() if context.working_days else {"short_history"})
    return [finding for finding in findings if finding.unknown not in silent]
