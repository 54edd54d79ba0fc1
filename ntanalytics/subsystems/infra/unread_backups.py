"""Backup plans that are late for certain, whichever of them ran in the rows that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import unless_unread
from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems.infra.backup_plans import ALL_PLANS, BACKUP_DAYS, last_successes


def unless_later_unread(context: CheckContext, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings of plans; unknown where a row of a later success may be one that could not be read."""
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    return [
        unless_unread(finding, runs, _last_day(context, finding)) if finding.is_violation else finding
        for finding in findings
    ]


def late_for_certain(context: CheckContext, findings: Sequence[Finding], judged: Sequence[Finding]) -> list[Finding]:
    """Return how many plans are late at least, of those that are unknown since a row could not be read.

    Args:
        context: the context.
        findings: the findings of plans.
        judged: the same, unknown where a row may be one of a later success.
    """
    doubtful = [finding for finding, other in zip(findings, judged, strict=True) if finding is not other]
    since = min((_last_day(context, finding) for finding in doubtful), default=context.on)
    unread = context.dataset("infra.backups", BACKUP_DAYS).rejected_rows(since, context.on)
    return _late_at_least(doubtful, unread)


def _last_day(context: CheckContext, finding: Finding) -> date:
    """Return the day of the last success of a plan; the first one that is read where there is none."""
    last = last_successes(context).get(finding.entity.key)
    return context.on - timedelta(days=BACKUP_DAYS) if last is None else context.local_day(last)


def _late_at_least(doubtful: Sequence[Finding], unread: int) -> list[Finding]:
    """Return the one finding of the plans that are late for certain; none where each may have run.

    Args:
        doubtful: findings of plans, each of which may have run in a row that could not be read.
        unread: number of these rows.
    """
    sure = len(doubtful) - unread
    if sure <= 0:
        return []
    # at worst the rows are runs of the plans that are latest
    mildest = sorted(doubtful, key=lambda finding: finding.value or 0.0, reverse=True)[unread]
    begins = [finding.since for finding in doubtful if finding.since is not None]
    together = replace(mildest, entity=ALL_PLANS, since=max(begins, default=None), figures={}, details={})
    names = tuple(finding.entity.label for finding in doubtful)
    return [at_least(together.with_details(plans=names), sure, unread)]


def at_least(finding: Finding, sure: int, unread: int) -> Finding:
    """Return the finding of several plans, of which only some are late for certain.

    Args:
        finding: the finding.
        sure: number of those that are.
        unread: number of rows that could not be read.
    """
    return replace(finding, certainty="lower_bound").with_figures(least=float(sure), unread=float(unread))
