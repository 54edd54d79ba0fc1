"""Subsystems: the rules, checks, summary and sentences of each, in one folder per subsystem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ntanalytics.checks import engine
from ntanalytics.checks.check import Span, span_of
from ntanalytics.checks.context import CheckContext, SharedCall
from ntanalytics.checks.engine import Evaluation, EvaluationWorker
from ntanalytics.checks.entities import places
from ntanalytics.checks.mass_changes import with_mass_changes
from ntanalytics.checks.site_rules import site_rules
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.checks.surveillance import watched
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.text import Wording
from ntanalytics.findings.text import word as word_with
from ntanalytics.findings.topology import Topology
from ntanalytics.settings import Settings
from ntanalytics.subsystems.ca import SUBSYSTEM as CA
from ntanalytics.subsystems.data import SUBSYSTEM as DATA
from ntanalytics.subsystems.desk import SUBSYSTEM as DESK
from ntanalytics.subsystems.docexchange import SUBSYSTEM as DOCEXCHANGE
from ntanalytics.subsystems.identity import SUBSYSTEM as IDENTITY
from ntanalytics.subsystems.im import SUBSYSTEM as IM
from ntanalytics.subsystems.infra import SUBSYSTEM as INFRA
from ntanalytics.subsystems.oa import SUBSYSTEM as OA
from ntanalytics.subsystems.seal import SUBSYSTEM as SEAL
from ntanalytics.subsystems.sms import SUBSYSTEM as SMS
from ntanalytics.subsystems.sso import SUBSYSTEM as SSO
from ntanalytics.workspace.report import Report

#: Every subsystem, in the order in which a reader meets them; the data come last, since they speak of all others.
SUBSYSTEMS: tuple[Subsystem, ...] = (
    *(watched(with_mass_changes(part)) for part in (IDENTITY, SSO, DOCEXCHANGE, OA, IM, SMS, CA, SEAL, INFRA, DESK)),
    DATA,
)

#: Every subsystem by its id.
BY_ID: Mapping[str, Subsystem] = MappingProxyType({subsystem.id: subsystem for subsystem in SUBSYSTEMS})

#: Every rule of the suite by code, in the order of the subsystems.
RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for subsystem in SUBSYSTEMS for rule in subsystem.rules})

#: Subsystem → subsystems without which it cannot be reached or used.
DEPENDS_ON: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {subsystem.id: subsystem.depends_on for subsystem in SUBSYSTEMS if subsystem.depends_on}
)


def subsystem(name: str) -> Subsystem:
    """Return the subsystem of an id.

    Raises:
        KeyError: there is none.
    """
    return BY_ID[name]


def topology(context: CheckContext) -> Topology:
    """Return what depends on what at the site of a report."""
    carries = {name: host.carries for name, host in context.workspace.settings.hosts.items()}
    return Topology(places(context), DEPENDS_ON, carries)


def rules_of(settings: Settings) -> Mapping[str, Rule]:
    """Return every rule by code, as a site has it.

    Raises:
        SettingsError: the site names an unknown rule, or its limits contradict each other.
    """
    return site_rules(settings, RULES)


def word(finding: Finding) -> Wording:
    """Return a finding in Chinese, by the sentences of its subsystem."""
    return word_with(finding, BY_ID[finding.subsystem].texts)


def evaluate(
    report: Report,
    subsystems: Sequence[str] = (),
    spans: Sequence[Span] = (),
    extra_reads: Mapping[str, int] = MappingProxyType({}),
    ahead: Mapping[str, SharedCall] = MappingProxyType({}),
    there: EvaluationWorker | None = None,
) -> Evaluation:
    """Evaluate the checks and sections of a report by the rules as its site has them.

    Args:
        report: a period over the site's lake.
        subsystems: ids; all subsystems when there is none.
        spans: spans of the checks; that of the report's period when there is none.
        extra_reads: dataset → days of history that the report reads beside them.
        ahead: what blocks of the report share later (:func:`ntanalytics.checks.engine.evaluate`).
        there: the worker; None for this process alone.

    Raises:
        SettingsError: the site names an unknown rule, or its limits contradict each other.
    """
    wanted = spans or (span_of(report.period),)
    context = context_of(report, subsystems, wanted, extra_reads)
    return engine.evaluate(context, _chosen(subsystems), wanted, ahead, there)


def judge(
    report: Report,
    subsystems: Sequence[str] = (),
    spans: Sequence[Span] = (),
    extra_reads: Mapping[str, int] = MappingProxyType({}),
) -> Evaluation:
    """Evaluate the checks alone, as :func:`evaluate` does; there are no summaries."""
    wanted = spans or (span_of(report.period),)
    return engine.judge(context_of(report, subsystems, wanted, extra_reads), _chosen(subsystems), wanted)


def context_of(
    report: Report, subsystems: Sequence[str], spans: Sequence[Span], extra_reads: Mapping[str, int]
) -> CheckContext:
    """Return the context of the checks and sections of a report; the arguments are those of :func:`evaluate`."""
    needs = engine.needs_of(_chosen(subsystems), spans, extra=extra_reads)
    return CheckContext(report, rules_of(report.workspace.settings), needs)


def _chosen(subsystems: Sequence[str]) -> list[Subsystem]:
    return [item for item in SUBSYSTEMS if not subsystems or item.id in subsystems]
