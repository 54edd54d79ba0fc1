"""Judging: the inspection of one day of the estate, untouched or with a mutation, and the subjects that it tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ntanalytics.checks import engine
from ntanalytics.checks.check import DAY, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.evaluation.mutations.damaged_workspace import DamagedWorkspace
from ntanalytics.evaluation.mutations.subjects import Subject, part_of, subject_of
from ntanalytics.evaluation.past_workspace import report_of
from ntanalytics.findings.finding import Finding, violations
from ntanalytics.findings.threshold import ORDER, Status
from ntanalytics.report_content.contents import judge_report
from ntanalytics.subsystems import SUBSYSTEMS, rules_of, word


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A violation that the inspection of one day told.

    Attributes:
        code: code of the rule.
        subject: what it is about.
        part: the part of it that it names; None where it names none.
        status: ``warning`` or ``critical``.
        evidence: sentence of what was measured.
    """

    code: str
    subject: Subject
    part: Subject | None = None
    status: Status
    evidence: str

    @property
    def identity(self) -> str:
        """Rule and entity, as :attr:`Finding.identity`."""
        return f"{self.code}:{self.subject.entity.identity}"


def inspect(workspace: DamagedWorkspace, day: dt.date) -> list[Alert]:
    """Return the violations that the inspection of a day tells."""
    return _alerts(judge_report(report_of(workspace, day)).findings)


def inspect_dataset(workspace: DamagedWorkspace, day: dt.date, dataset: str) -> list[Alert]:
    """Return the violations of the checks that read a dataset, as :func:`inspect` finds them.

    No other check can tell of damage of the dataset, and leaving them out takes a fraction of the time.
    """
    chosen = checks_reading(dataset)
    subsystems = [
        replace(subsystem, section=None, checks=tuple(check for check in subsystem.checks if check.rule in chosen))
        for subsystem in SUBSYSTEMS
    ]
    report = report_of(workspace, day)
    needs = engine.needs_of(subsystems, (DAY,))
    context = CheckContext(report, rules_of(workspace.settings), {dataset: 0, **needs})
    return _alerts(engine.judge(context, subsystems, (DAY,)).findings)


def checks_reading(dataset: str) -> frozenset[str]:
    """Return the codes of the rules that damage of a dataset can touch.

    Their check reads it, or reads no dataset of its own; with them come those that suppress one of them.
    """
    checks = {check.rule: check for subsystem in SUBSYSTEMS for check in subsystem.checks}
    chosen = {code for code, check in checks.items() if not check.reads or dataset in check.reads}
    while further := _suppressing(checks[code] for code in chosen) & set(checks) - chosen:
        chosen |= further
    return frozenset(chosen)


def _suppressing(checks: Iterable[Check]) -> set[str]:
    return {code for check in checks for suppression in check.suppressed_by for code in suppression.codes}


def news(alerts: Iterable[Alert], untouched: Iterable[Alert]) -> list[Alert]:
    """Return what is told of a damaged day and not of the same day without the damage, or is worse now."""
    before = {item.identity: ORDER.index(item.status) for item in untouched}
    return [item for item in alerts if ORDER.index(item.status) < before.get(item.identity, len(ORDER))]


def _alerts(findings: Iterable[Finding]) -> list[Alert]:
    return [
        Alert(
            code=finding.code,
            subject=subject_of(finding),
            part=part_of(finding),
            status=finding.status,
            evidence=word(finding).evidence,
        )
        for finding in violations(findings)
    ]
