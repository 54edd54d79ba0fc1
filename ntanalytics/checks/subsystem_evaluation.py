"""Evaluation of one subsystem, before anything is known of the others: results of its checks, and its summary."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from ntanalytics import contract
from ntanalytics.checks.check import QUARTER, Check, Span
from ntanalytics.checks.computation_errors import COMPUTATION_ERRORS, error_place
from ntanalytics.checks.context import QUARTER_DAYS, CheckContext, Part
from ntanalytics.checks.section import SubsystemSummary, failed_summary, no_source_summary
from ntanalytics.checks.subsystem import Section, Subsystem
from ntanalytics.findings.event_text import event_day
from ntanalytics.findings.finding import SNAPSHOT_ON, Finding
from ntanalytics.findings.judgement import unknown
from ntanalytics.findings.rule import Kind, Rule
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.column_needs import SKEWED
from ntanalytics.workspace.dataset_view import DatasetView

T = TypeVar("T")

#: Kinds of rules all of whose violations are seen in the rows themselves.
_SEEN: frozenset[Kind] = frozenset({"deadline", "hygiene", "burst"})

#: Days before a period on which most of the cases began with which something is done in it.
_LATELY_DAYS = 7


@dataclass(frozen=True)
class CheckResult:
    """Result of one check, before what others tell already is left out.

    Attributes:
        code: the code of its rule.
        findings: its findings.
        is_unjudged: whether its silence about an entity does not mean that it is ok.
        is_silent: whether it was not made for want of a source, or left something out over a gap.
    """

    code: str
    findings: tuple[Finding, ...] = ()
    is_unjudged: bool = False
    is_silent: bool = False


def part(context: CheckContext, work: Callable[[], T]) -> Part[T]:
    """Do some work of an evaluation, and return its result with the datasets that were opened for it."""
    opened = context.report.opened
    before = len(opened)
    result = work()
    return Part(result, tuple(opened[before:]))


def opened_for(parts: Iterable[Part[Any]]) -> list[tuple[str, int | None]]:
    """Return the datasets that were opened for parts, in the order of the parts, wherever each was made."""
    return [entry for made in parts for entry in made.opened]


@dataclass(frozen=True)
class SubsystemEvaluation:
    """Evaluation of one subsystem, before anything is known of the others.

    Attributes:
        checks: the results of its checks.
        summary: its summary without findings, and the finding that tells its error if it has one; None where the
            subsystem has no section.
    """

    checks: Part[list[CheckResult]]
    summary: Part[tuple[SubsystemSummary, Finding | None]] | None


def selected_checks(subsystems: Iterable[Subsystem], spans: Sequence[Span]) -> list[Check]:
    """Return the checks that are evaluated over one of the spans, in the order of the subsystems."""
    return [check for subsystem in subsystems for check in subsystem.checks if set(check.every) & set(spans)]


def evaluate_subsystem(context: CheckContext, subsystem: Subsystem, spans: Sequence[Span]) -> SubsystemEvaluation:
    """Evaluate a subsystem alone; one process makes both, since the checks and the summary share much."""
    checks = part(context, lambda: check_subsystem(context, subsystem, spans))
    section = subsystem.section
    summary = None if section is None else part(context, lambda: _summary(context, subsystem, section))
    return SubsystemEvaluation(checks, summary)


def check_subsystem(context: CheckContext, subsystem: Subsystem, spans: Sequence[Span]) -> list[CheckResult]:
    """Return the result of each check of a subsystem, before what others tell already is left out."""
    return [_result(context, check, spans) for check in selected_checks([subsystem], spans)]


def _result(context: CheckContext, check: Check, spans: Sequence[Span]) -> CheckResult:
    rule = context.rules[check.rule]
    required = [context.dataset(name, days) for name, days in check.reads.items() if name not in check.optional]
    is_whole = all(view.sources for view in required) and _is_whole(context, check, spans)
    if not rule.enabled:
        return CheckResult(check.rule, is_unjudged=not is_whole)
    if not all(view.sources for view in required):
        return CheckResult(check.rule, is_unjudged=True, is_silent=True)
    try:
        made = _without_absent(context, check, rule, check.evaluate(context, rule))
        made = _without_hours(_seen_later(made, required), required)
        damaged, lost = {day for view in required for _, day in view.damages}, _lately_lost(context, required)
        is_doubtful = bool(lost) or any(view.is_damaged for view in required)
        findings = _doubted(made, damaged | lost) if is_doubtful else made
        is_silent = not is_whole and _is_silent(made)
    except COMPUTATION_ERRORS as error:
        failed = unknown(rule, "failed").with_details(error=error_place(error))
        return CheckResult(check.rule, (failed,), is_unjudged=True)
    return CheckResult(check.rule, tuple(findings), is_unjudged=not is_whole, is_silent=is_silent)


def _is_whole(context: CheckContext, check: Check, spans: Sequence[Span]) -> bool:
    """Return whether what a check reads has no gap: in the period, and in the quarter if it is one of the quarter."""
    is_of_quarter = QUARTER in spans and set(check.every) == {QUARTER}
    for name, days in check.reads.items():
        if name in check.optional:
            continue
        view = context.dataset(name, days)
        reads_quarter = is_of_quarter and days == QUARTER_DAYS - 1
        if not view.is_complete or (reads_quarter and not view.since(context.quarter_begins_on).is_complete):
            return False
        if context.rules[check.rule].measure in view.unfilled.unbounded:
            return False
        if view.unreported.is_now and context.rules[check.rule].measure in view.unreported.measures:
            return False
    return True


def _seen_later(findings: Sequence[Finding], views: Sequence[DatasetView]) -> Sequence[Finding]:
    """Return the findings of snapshots, each with the day of one that was taken long after the period.

    What it shows may have begun after the period: no begin is known that lies within, or before it.
    """
    later = [view.later_snapshot for view in views if view.later_snapshot is not None]
    if not later or any(view.contract.kind is not contract.Kind.STATE for view in views):
        return findings
    return [
        finding.with_details(**{SNAPSHOT_ON: max(later).isoformat()})
        if finding.is_violation and finding.since is None
        else finding
        for finding in findings
    ]


def _without_hours(findings: Sequence[Finding], views: Sequence[DatasetView]) -> Sequence[Finding]:
    """Return the findings without hours of days on which the times of a dataset are hours off: none is known."""
    off = {day for view in views if view.is_shifted for _, day in view.damages}
    return [
        replace(finding, window=None) if finding.window is not None and finding.window.day in off else finding
        for finding in findings
    ]


def _lately_lost(context: CheckContext, views: Sequence[DatasetView]) -> set[date]:
    """Return the days of the week before the period of which cases are lost, which make a good part of what goes on.

    What was done on them, or in the period with what began on them, looks like nothing done.
    """
    since = context.period.first - timedelta(days=_LATELY_DAYS)
    return {day for view in views for days in view.unfilled.lost.values() for day in days if day >= since}


def _doubted(findings: Sequence[Finding], damaged: Collection[date]) -> Sequence[Finding]:
    """Return the findings of a period with damaged days: what they tell may be the damage itself.

    It is not where rows of their own show it, or where it is of another day. That a detector finds nothing in a whole
    subsystem says nothing of what is missing.
    """
    return [
        finding.with_details(is_doubtful=True)
        if finding.is_violation and not _is_seen(finding) and not _is_of_whole_day(finding, damaged)
        else unknown(finding.rule, "incomplete", finding.entity)
        if finding.status == "ok" and finding.detector and finding.is_of_whole_subsystem
        else finding
        for finding in findings
    ]


def _is_seen(finding: Finding) -> bool:
    """Return whether a violation is seen in the rows themselves: what is missing makes none of it.

    So is what breaks a fixed limit whatever a gap hides: a disk was full at least so far, a system down at least so
    long that its availability is this at most.
    """
    rule = finding.rule
    if rule.kind != "threshold":
        return rule.kind in _SEEN
    if rule.threshold.good == "up":
        return finding.certainty == "upper_bound"
    return measure_of(rule.measure).certainty_over_gap == "lower_bound"


def _is_of_whole_day(finding: Finding, damaged: Collection[date]) -> bool:
    """Return whether a finding is what a single day measured, and that day was not damaged."""
    return finding.window is None and (day := event_day(finding)) is not None and day not in damaged


def _is_silent(findings: Sequence[Finding]) -> bool:
    """Return whether a check over a gap tells violations of parts alone: what it leaves out may not be well."""
    return all(finding.is_violation and not finding.is_of_whole_subsystem for finding in findings)


def _without_absent(context: CheckContext, check: Check, rule: Rule, findings: Sequence[Finding]) -> Sequence[Finding]:
    """Return the findings of a check; what is not wrong is unknown where a source lacks a column that it needs."""
    views = {name: context.dataset(name, days) for name, days in check.reads.items()}
    lacks = any(
        views[name].sources_without(column) for name, columns in check.subject_columns.items() for column in columns
    )
    if not lacks and not any(rule.measure in view.unknown_measures for view in views.values()):
        return findings
    # rows without a subject count for none: one that has too few may have more
    is_doubtful = rule.measure in SKEWED or (lacks and rule.threshold.good == "up")
    wrong = [] if is_doubtful else [finding for finding in findings if finding.is_violation]
    return wrong or [unknown(rule, "not_in_source")]


def _summary(context: CheckContext, subsystem: Subsystem, section: Section) -> tuple[SubsystemSummary, Finding | None]:
    # each dataset degrades by itself: what another one feeds is shown
    if not has_source(context, subsystem):
        return no_source_summary(subsystem.id, section.lead, missing_sources(context, subsystem)), None
    try:
        return section.summarize(context), None
    except COMPUTATION_ERRORS as error:
        failed = unknown(context.rules[f"{subsystem.id}.source"], "failed").with_details(error=error_place(error))
        return failed_summary(subsystem.id, section.lead), failed


def missing_sources(context: CheckContext, subsystem: Subsystem, checks: Sequence[Check] = ()) -> tuple[str, ...]:
    """Return the labels of the required datasets that no source feeds.

    Args:
        context: the context.
        subsystem: its section requires some of them.
        checks: checks, of which those of the subsystem require others: silent, they would seem to find nothing.
    """
    if subsystem.section is None:
        return ()
    is_watched = has_source(context, subsystem)
    own = [check for check in checks if is_watched and check in subsystem.checks and context.rules[check.rule].enabled]
    asked = [name for check in own for name in check.reads if name not in check.optional]
    views = [context.dataset(name) for name in dict.fromkeys((*subsystem.section.requires, *asked))]
    return tuple(view.contract.label for view in views if not view.sources)


def has_source(context: CheckContext, subsystem: Subsystem) -> bool:
    """Return whether a source feeds one of its own datasets that its section reads."""
    return subsystem.section is not None and any(
        context.dataset(name, days).sources
        for name, days in subsystem.section.reads.items()
        if name.partition(".")[0] == subsystem.id
    )
