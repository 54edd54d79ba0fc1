"""Summary of hosts, services and backups in any report."""

from __future__ import annotations

from collections.abc import Sequence

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, series
from ntanalytics.checks.subsystem import Section
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.infra import availability, requests
from ntanalytics.subsystems.infra.availability_checks import certificates
from ntanalytics.subsystems.infra.load_checks import disk_growth, load
from ntanalytics.subsystems.infra.retention_checks import BACKUP_DAYS, plans
from ntanalytics.subsystems.infra.text import backup_highlights


def summarize(context: CheckContext, findings: Sequence[Finding]) -> SubsystemSummary:
    """Return availability, requests, hosts, backups and server certificates of a period (docs/domain.md, Infra).

    Args:
        context: the context.
        findings: the findings of the subsystem; they tell which backup plans are late.
    """
    checks, web = context.dataset("infra.checks", HISTORY), context.dataset("infra.requests", HISTORY)
    end = context.ends_at
    backup_plans = context.shared(plans)
    late = sum(finding.code == "infra.backup_lateness" and finding.is_violation for finding in findings)
    previous_begin = context.previous.window(context.workspace.settings.zone)[0]
    total = compared(
        availability.platform(checks.table, context.begins_at, end),
        availability.platform(checks.before, previous_begin, context.begins_at),
        availability.PLATFORM,
        checks,
    )
    return SubsystemSummary(
        subsystem="infra",
        highlights=backup_highlights(backup_plans["medium"].to_pylist(), late),
        lead="platform_availability",
        total=total,
        recent=series(availability.daily(checks.recent, checks.days, end), "platform_availability"),
        tables={
            "availability": availability.availability(checks.table, context.begins_at, end).to_pyarrow(),
            "tls": context.shared(certificates),
            "cpu": context.shared(load, "cpu_rate"),
            "disks": context.shared(disk_growth),
            "backups": backup_plans,
            "outages": availability.outages(checks.table, end).to_pyarrow(),
            "services": requests.volume(web.table, ["service"]).to_pyarrow(),
        },
        origin=context.origin("availability.availability", checks),
        note=checks.note,
        is_complete=checks.is_complete,
        was_complete=checks.was_complete,
    )


SECTION = Section(
    summarize=summarize,
    lead="platform_availability",
    reads={"infra.checks": HISTORY, "infra.requests": HISTORY, "infra.metrics": HISTORY, "infra.backups": BACKUP_DAYS},
    requires=("infra.checks",),
)
