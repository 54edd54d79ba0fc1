"""Engine: evaluates the declared checks and sections of some subsystems over a report's period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from ntanalytics.checks.check import DAY, Check, Span
from ntanalytics.checks.computation_errors import COMPUTATION_ERRORS
from ntanalytics.checks.context import CheckContext, Part, SharedCall
from ntanalytics.checks.doubtful_data import doubt
from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.checks.subsystem import Section, Subsystem
from ntanalytics.checks.subsystem_evaluation import (
    CheckResult,
    SubsystemEvaluation,
    check_subsystem,
    evaluate_subsystem,
    has_source,
    missing_sources,
    opened_for,
    part,
    selected_checks,
)
from ntanalytics.checks.suppression import PLANNED_READS, excuse_planned, suppress
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.findings.finding import Detail, Finding
from ntanalytics.findings.judgement import unknown
from ntanalytics.findings.phrases import listed
from ntanalytics.kernels.worker import share_out

#: Piece of an evaluation: a subsystem's, or what is shared later; None where that ended in an error.
Piece = SubsystemEvaluation | Part[Any] | None


@dataclass(frozen=True)
class EvaluationWorker:
    """Worker of an evaluation.

    Attributes:
        call: returns the call by which it works out a piece, named as here; it is pickled.
        take_over: has the report know of the datasets that the worker opened what the worker knows.
    """

    call: Callable[[str], Callable[[], Piece]]
    take_over: Callable[[], None]


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
    context: CheckContext,
    subsystems: Sequence[Subsystem],
    spans: Sequence[Span],
    ahead: Mapping[str, SharedCall] = MappingProxyType({}),
    there: EvaluationWorker | None = None,
) -> Evaluation:
    """Evaluate checks and sections. One that ends in an error is unknown, and the others come out.

    The head of the report describes the datasets as if one process had opened them all: first those of the checks.

    Args:
        context: the context.
        subsystems: the subsystems.
        spans: spans of the checks.
        ahead: what blocks of the report share later, by a name that no subsystem has: it is worked out here, too.
        there: the worker, which does :func:`evaluate_piece`; None for this process alone.
    """
    by_id = {subsystem.id: subsystem for subsystem in subsystems}
    before = list(context.report.opened)
    made: dict[str, SubsystemEvaluation] = {}
    # the small pieces come last, when one of both processes is about to wait for the other
    names, middle = list(by_id), len(by_id) // 2
    pieces = [*names[:middle], *ahead, *names[middle:]]
    works = share_out(
        pieces, lambda name: evaluate_piece(context, name, by_id, spans, ahead), None if there is None else there.call
    )
    if there is not None:
        there.take_over()
    for name, work in works.items():
        if isinstance(work, SubsystemEvaluation):
            made[name] = work
        elif work is not None:
            context.keep_shared(ahead[name], work)
    checks = [work.checks for work in made.values()]
    context.report.opened = [*before, *opened_for(checks)]
    judged = _judged(context, subsystems, spans, [result for part in checks for result in part.result])
    context.report.describe_in_order(context.report.opened, context.dataset)
    located = tuple(context.with_origin(judged.findings))
    parts = {name: work.summary for name, work in made.items() if work.summary is not None}
    context.report.describe_in_order([*context.report.opened, *opened_for(parts.values())], context.dataset)
    context.report.remarks = _switched_off(context, subsystems, spans)
    failed = [finding for part in parts.values() if (finding := part.result[1]) is not None]
    findings = (*located, *failed)
    summaries = {name: _with_findings(part.result[0], by_id[name].section, findings) for name, part in parts.items()}
    codes = judged.codes | {finding.code for finding in failed}
    return replace(judged, findings=findings, summaries=summaries, codes=codes)


def evaluate_piece(
    context: CheckContext,
    name: str,
    subsystems: Mapping[str, Subsystem],
    spans: Sequence[Span],
    ahead: Mapping[str, SharedCall],
) -> Piece:
    """Return a subsystem's evaluation, or what is worked out ahead, by its name; :func:`evaluate` has the rest.

    What ends in an error is not there ahead, and the block that asks for it meets the error.
    """
    if name not in ahead:
        return evaluate_subsystem(context, subsystems[name], spans)
    try:
        return part(context, lambda: context.shared(*ahead[name]))
    except COMPUTATION_ERRORS:
        return None


def judge(context: CheckContext, subsystems: Sequence[Subsystem], spans: Sequence[Span]) -> Evaluation:
    """Evaluate the checks alone: findings without the summaries of a report."""
    results = [result for subsystem in subsystems for result in check_subsystem(context, subsystem, spans)]
    judged = _judged(context, subsystems, spans, results)
    return replace(judged, findings=tuple(context.with_origin(judged.findings)))


def _judged(
    context: CheckContext, subsystems: Sequence[Subsystem], spans: Sequence[Span], results: Sequence[CheckResult]
) -> Evaluation:
    """Return the findings that are left of all results, without their origin.

    Rules come from the context alone, so that a site's override holds in every report. Suppression is one stage after
    all checks; planned work excuses what is left of a day.
    """
    checks = selected_checks(subsystems, spans)
    findings: list[Finding] = [finding for result in results for finding in result.findings]
    unjudged = {result.code for result in results if result.is_unjudged}
    silent = {result.code for result in results if result.is_silent}
    findings += _not_seen(context, subsystems, checks, silent)
    findings, suppressed = suppress(doubt(findings, checks, context.unfilled), checks, spans)
    unjudged |= {finding.code for finding in suppressed}
    if DAY in spans:
        findings = excuse_planned(context, findings, {item.id: item.depends_on for item in subsystems})
    places = {code: place for place, code in enumerate(context.rules)}
    findings.sort(key=lambda finding: (places[finding.code], finding.entity.label, finding.entity.key))
    codes = frozenset(check.rule for check in checks) | {finding.code for finding in findings}
    return Evaluation(
        context=context, findings=tuple(findings), summaries={}, codes=codes, unjudged=frozenset(unjudged)
    )


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
        is_part, missing = has_source(context, subsystem), missing_sources(context, subsystem, checks)
        counted: dict[str, Detail] = {"checks": number} if number and is_part else {}
        if missing:
            yield unknown(rule, "no_source").with_details(datasets=missing, is_part=is_part, **counted)
        elif counted:
            yield unknown(rule, "incomplete").with_details(**counted)


def _switched_off(context: CheckContext, subsystems: Sequence[Subsystem], spans: Sequence[Span]) -> tuple[str, ...]:
    """Return a sentence on the checks that the site has switched off: nothing is known by them."""
    rules = (context.rules[code] for code in dict.fromkeys(check.rule for check in selected_checks(subsystems, spans)))
    names = [f"{subsystem_label(rule.subsystem)}{rule.check}" for rule in rules if not rule.enabled]
    return (f"按站点设置停用的检查有 {len(names)} 项（{listed(names)}），未作判断。",) if names else ()


def _with_findings(summary: SubsystemSummary, section: Section | None, findings: Sequence[Finding]) -> SubsystemSummary:
    summary = replace(
        summary, findings=tuple(finding for finding in findings if finding.subsystem == summary.subsystem)
    )
    if summary.highlights or section is None or section.highlights is None:
        return summary
    return replace(summary, highlights=section.highlights(summary))
