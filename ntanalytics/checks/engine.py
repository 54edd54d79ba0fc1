"""Engine: evaluates the declared checks and sections of some subsystems over a report's period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from ntanalytics.checks.check import DAY, QUARTER, Check, Span
from ntanalytics.checks.computation_errors import COMPUTATION_ERRORS, error_place
from ntanalytics.checks.context import QUARTER_DAYS, CheckContext
from ntanalytics.checks.division import Partner, shared_parts
from ntanalytics.checks.doubtful_data import doubt
from ntanalytics.checks.section import SubsystemSummary, failed_summary, no_source_summary
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.checks.suppression import PLANNED_READS, excuse_planned, suppress
from ntanalytics.findings.finding import Detail, Finding
from ntanalytics.findings.judgement import unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.column_needs import SKEWED


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


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Findings and summaries of a report.

    Attributes:
        context: the context in which they were made.
        findings: in the order of subsystems, rules and entities.
        summaries: by subsystem id, in the order of the subsystems.
        codes: codes of the rules that the report evaluates.
        unjudged: those of them whose silence about an entity does not mean that it is ok: a required dataset has no
            source or a gap in the period, or one of their findings was suppressed.
    """

    context: CheckContext
    findings: tuple[Finding, ...]
    summaries: Mapping[str, SubsystemSummary]
    codes: frozenset[str]
    unjudged: frozenset[str] = frozenset()


def selected_checks(subsystems: Iterable[Subsystem], spans: Sequence[Span]) -> list[Check]:
    """Return the checks that are evaluated over one of the spans, in the order of the subsystems."""
    return [check for subsystem in subsystems for check in subsystem.checks if set(check.every) & set(spans)]


def needs_of(
    subsystems: Sequence[Subsystem], spans: Sequence[Span], *, extra: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return dataset → days of history that the checks and sections read, the largest of each.

    Args:
        subsystems: the subsystems.
        spans: the spans that are evaluated; without any, no check is.
        extra: what the report reads beside them.
    """
    needs: dict[str, int] = {}
    checks = selected_checks(subsystems, spans)
    readers: list[Mapping[str, int]] = [reads for check in checks for reads in (check.reads, check.beside)]
    readers += [subsystem.section.reads for subsystem in subsystems if subsystem.section is not None]
    readers += [PLANNED_READS] if DAY in spans else []
    for reads in [*readers, extra or {}]:
        for dataset, days in reads.items():
            needs[dataset] = max(days, needs.get(dataset, 0))
    return dict(sorted(needs.items()))


def evaluate(
    context: CheckContext, subsystems: Sequence[Subsystem], spans: Sequence[Span], there: Partner | None = None
) -> Evaluation:
    """Evaluate checks and sections. One that ends in an error is unknown, and the others come out.

    Args:
        context: the context.
        subsystems: the subsystems.
        spans: spans of the checks.
        there: the same evaluation in an assistant of this process; None for this process alone.
    """
    judged = judge(context, subsystems, spans, there)
    summaries, failed = _summaries(context, subsystems, judged.findings, there)
    codes = judged.codes | {finding.code for finding in failed}
    return replace(judged, findings=(*judged.findings, *failed), summaries=summaries, codes=codes)


def judge(
    context: CheckContext, subsystems: Sequence[Subsystem], spans: Sequence[Span], there: Partner | None = None
) -> Evaluation:
    """Evaluate the checks alone: findings without the summaries of a report.

    Rules come from the context alone, so that a site's override holds in every report. Suppression is one stage after
    all checks; planned work excuses what is left of a day.
    """
    checks = selected_checks(subsystems, spans)
    by_id = {subsystem.id: subsystem for subsystem in subsystems}
    parts = shared_parts(
        context,
        list(by_id),
        lambda name: check_subsystem(context, by_id[name], spans),
        None if there is None else there.checks,
    )
    results = [result for part in parts.values() for result in part]
    findings: list[Finding] = [finding for result in results for finding in result.findings]
    unjudged = {result.code for result in results if result.is_unjudged}
    silent = {result.code for result in results if result.is_silent}
    findings += _not_seen(context, subsystems, checks, silent)
    findings, suppressed = suppress(doubt(findings, checks, context.unfilled), checks, spans)
    unjudged |= {finding.code for finding in suppressed}
    if DAY in spans:
        findings = excuse_planned(context, findings, {name: item.depends_on for name, item in by_id.items()})
    places = {code: place for place, code in enumerate(context.rules)}
    findings.sort(key=lambda finding: (places[finding.code], finding.entity.label, finding.entity.key))
    located = tuple(context.with_origin(findings))
    codes = frozenset(check.rule for check in checks) | {finding.code for finding in located}
    return Evaluation(context=context, findings=located, summaries={}, codes=codes, unjudged=frozenset(unjudged))


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
        findings = _doubted(made) if any(view.is_damaged for view in required) else made
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
        if view.unreported.is_now and context.rules[check.rule].measure in view.unreported.measures:
            return False
    return True


def _doubted(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Return the findings of damaged days: what they tell may be the damage itself.

    That a detector finds nothing in a whole subsystem says nothing of what is missing.
    """
    return [
        finding.with_details(is_doubtful=True)
        if finding.is_violation
        else unknown(finding.rule, "incomplete", finding.entity)
        if finding.status == "ok" and finding.detector and finding.is_of_whole_subsystem
        else finding
        for finding in findings
    ]


def _is_silent(findings: Sequence[Finding]) -> bool:
    """Return whether a check over a gap tells violations of parts alone: what it leaves out may not be well."""
    return all(finding.is_violation and not finding.is_of_whole_subsystem for finding in findings)


def _not_seen(
    context: CheckContext, subsystems: Sequence[Subsystem], checks: Sequence[Check], silent: AbstractSet[str]
) -> Iterable[Finding]:
    """Return one unknown finding of each subsystem that lacks a source, or of which checks are silent over a gap.

    Args:
        context: the context.
        subsystems: the subsystems.
        checks: the checks that were evaluated.
        silent: codes of those that were not made, or left something out.
    """
    for subsystem in subsystems:
        rule = context.rules.get(f"{subsystem.id}.source")
        if subsystem.section is None or rule is None or not rule.enabled:
            continue
        number = len({check.rule for check in subsystem.checks} & silent)
        is_part, missing = _has_source(context, subsystem), _missing_sources(context, subsystem, checks)
        counted: dict[str, Detail] = {"checks": number} if number and is_part else {}
        if missing:
            yield unknown(rule, "no_source").with_details(datasets=missing, is_part=is_part, **counted)
        elif counted:
            yield unknown(rule, "incomplete").with_details(**counted)


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


def _missing_sources(context: CheckContext, subsystem: Subsystem, checks: Sequence[Check] = ()) -> tuple[str, ...]:
    """Return the labels of the required datasets that no source feeds.

    Args:
        context: the context.
        subsystem: its section requires some of them.
        checks: checks, of which those of the subsystem require others: silent, they would seem to find nothing.
    """
    if subsystem.section is None:
        return ()
    is_watched = _has_source(context, subsystem)
    own = [check for check in checks if is_watched and check in subsystem.checks and context.rules[check.rule].enabled]
    asked = [name for check in own for name in check.reads if name not in check.optional]
    views = [context.dataset(name) for name in dict.fromkeys((*subsystem.section.requires, *asked))]
    return tuple(view.contract.label for view in views if not view.sources)


def _has_source(context: CheckContext, subsystem: Subsystem) -> bool:
    """Return whether a source feeds one of its own datasets that its section reads."""
    return subsystem.section is not None and any(
        context.dataset(name, days).sources
        for name, days in subsystem.section.reads.items()
        if name.partition(".")[0] == subsystem.id
    )


def _summaries(
    context: CheckContext, subsystems: Sequence[Subsystem], findings: Sequence[Finding], there: Partner | None
) -> tuple[dict[str, SubsystemSummary], list[Finding]]:
    """Return the summaries by subsystem, and a finding for each that ended in an error."""
    by_id = {subsystem.id: subsystem for subsystem in subsystems if subsystem.section is not None}
    own = {name: tuple(finding for finding in findings if finding.subsystem == name) for name in by_id}
    made = shared_parts(
        context,
        list(by_id),
        lambda name: summarize_subsystem(context, by_id[name], own[name]),
        None if there is None else lambda name: there.summary(name, own[name]),
    )
    summaries = {
        name: replace(summary, findings=own[name] if failed is None else (*own[name], failed))
        for name, (summary, failed) in made.items()
    }
    return summaries, [failed for _, failed in made.values() if failed is not None]


def summarize_subsystem(
    context: CheckContext, subsystem: Subsystem, findings: tuple[Finding, ...]
) -> tuple[SubsystemSummary, Finding | None]:
    """Return the summary of a subsystem without its findings, and the finding that tells its error if it has one."""
    section = subsystem.section
    if section is None:
        raise ValueError(subsystem.id)
    # each dataset degrades by itself: what another one feeds is shown
    if not _has_source(context, subsystem):
        return no_source_summary(subsystem.id, section.lead, _missing_sources(context, subsystem)), None
    try:
        return section.summarize(context, findings), None
    except COMPUTATION_ERRORS as error:
        failed = unknown(context.rules[f"{subsystem.id}.source"], "failed").with_details(error=error_place(error))
        return failed_summary(subsystem.id, section.lead), failed
