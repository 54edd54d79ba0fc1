"""Checks: which rule is evaluated how, over which periods, from which datasets, and what suppresses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.periods import Period, PeriodKind


class Span(StrEnum):
    """Spans of time that a check can be evaluated over; a quarter is the 91 days up to the end of a report's period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


DAY, WEEK, MONTH, QUARTER = Span.DAY, Span.WEEK, Span.MONTH, Span.QUARTER

#: Checks of every report that judges its own period.
EVERY_PERIOD = (DAY, WEEK, MONTH)

#: Checks of the reports of a week or a month.
LONGER_PERIODS = (WEEK, MONTH)

_SPANS: Mapping[PeriodKind, Span] = {
    PeriodKind.DAY: DAY,
    PeriodKind.WEEK: WEEK,
    PeriodKind.MONTH: MONTH,
    PeriodKind.CONTRACT: MONTH,
}

#: What a check does: the context and its rule in, findings out.
Evaluate = Callable[[CheckContext, Rule], list[Finding]]


#: Which findings a violation suppresses: those of the same ``entity``; of a ``part`` of it, of its ``container``, of a
#: ``sibling`` (the same first part of the key); those of which more than half of the ``window`` lies within its own;
#: ``any``. Everything of a subsystem is a part of the whole subsystem. ``subject`` are those of surveillance that
#: speak of the same thing (:mod:`ntanalytics.checks.surveillance`); ``failures`` those in its ``window`` whose events
#: its check reads, and that are of its entity, or nearly all of it.
Reach = Literal["entity", "part", "container", "sibling", "window", "subject", "failures", "any"]


@dataclass(frozen=True)
class SuppressedBy:
    """Violations that make other findings redundant.

    Attributes:
        codes: codes of the rules whose violations suppress.
        reach: which findings are suppressed.
        spans: spans over which it holds; all when there is none.
        where: restricts it to the findings for which it returns True; None restricts nothing.
        hides: whether it suppresses any violation, none that is worse, or milder ones alone.
    """

    codes: tuple[str, ...]
    reach: Reach = "entity"
    spans: tuple[Span, ...] = ()
    where: Callable[[Finding], bool] | None = None
    hides: Literal["any", "not_worse", "milder"] = "any"


@dataclass(frozen=True, kw_only=True)
class Check:
    """Evaluation of one rule.

    Attributes:
        rule: the code of the rule.
        evaluate: context and rule to findings; called only where each required dataset has a source.
        reads: dataset → days of history before the period that ``evaluate`` reads.
        beside: dataset → days of history of others that its own are held against; a gap in them leaves its verdict.
        every: spans over which it is evaluated.
        optional: datasets among ``reads`` that may lack a source.
        suppressed_by: findings that make its own needless.
        subject_columns: dataset → columns by which it tells its subjects apart. Where a source lacks one, rows of
            every subject may be missing: what is not wrong is unknown.
    """

    rule: str
    evaluate: Evaluate
    reads: Mapping[str, int]
    beside: Mapping[str, int] = field(default_factory=dict)
    every: tuple[Span, ...] = (DAY,)
    optional: tuple[str, ...] = ()
    suppressed_by: tuple[SuppressedBy, ...] = ()
    subject_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def span_of(period: Period) -> Span:
    """Return the span of a report's own period."""
    return _SPANS[period.kind]
