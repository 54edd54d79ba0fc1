"""Summary of hosts, services and backups in any report."""

from __future__ import annotations

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import register
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import NO_FIGURES, case_list, figures
from ntanalytics.metrics.infra import availability, probes, requests
from ntanalytics.subsystems.infra.availability_checks import certificates, every_check, measured, measured_from, planned
from ntanalytics.subsystems.infra.backup_plans import BACKUP_DAYS, is_offline_read, plans
from ntanalytics.subsystems.infra.daily_availability import daily_availability
from ntanalytics.subsystems.infra.load_checks import disk_figures, load
from ntanalytics.subsystems.infra.text import backup_highlights


def summarize(context: CheckContext) -> SubsystemSummary:
    """Return availability, requests, hosts, backups and server certificates of a period (docs/domain.md, Infra)."""
    checks, web = context.dataset("infra.checks", HISTORY), context.dataset("infra.requests", HISTORY)
    metrics, backups = context.dataset("infra.metrics", HISTORY), context.dataset("infra.backups", BACKUP_DAYS)
    backup_plans = figures(context.shared(plans), register(backups))
    now, views = context.shared(measured, every_check), measured_from(context)
    was, windows = context.shared(measured, every_check, True), context.shared(planned)
    total = compared(availability.platform(now), availability.platform(was), availability.PLATFORM, *views)
    return SubsystemSummary(
        subsystem="infra",
        highlights="",
        lead="platform_availability",
        total=total | platform_row(context),
        daily=figures(daily_availability(checks, context.ends_at, context.utc_offset_h, windows), checks),
        tables={
            "availability": figures(now, *views),
            "tls": figures(context.shared(certificates), checks),
            "cpu": figures(context.shared(load, "cpu_rate"), metrics),
            "disks": disk_figures(context),
            "backups": backup_plans,
            "offline": backup_plans if context.shared(is_offline_read) else NO_FIGURES,
            "outages": case_list(probes.outages(checks.table, checks.known_end), checks),
            "services": figures(requests.volume(web.table, ["service"]), web),
        },
        origin=context.origin("availability.availability", checks),
    )


def platform_row(context: CheckContext) -> FigureRow:
    """Return the availability of the platform in the period; its bound where too little was measured."""
    now, views = context.shared(measured, every_check), measured_from(context)
    row = figures(availability.platform(now), *views).total
    low = row["platform_availability_low"]
    if low is None and row.is_complete:
        return row.without("platform_availability_low")
    # too little was measured, or not by all: only the bound is known, if one is
    return FigureRow({"platform_availability": low, "platform_availability_change": None}, is_complete=False)


def late_backups(summary: SubsystemSummary) -> str:
    """Return the number of backup plans, of which the findings tell those that are late."""
    judged = [finding for finding in summary.findings if finding.code == "infra.backup_lateness"]
    late = int(sum(finding.figures.get("least") or 1 for finding in judged if finding.is_violation))
    is_unknown = not judged or any(finding.status == "unknown" for finding in judged)
    known = None if is_unknown and not late else late
    has_offline = bool(summary.tables["offline"].columns)
    return backup_highlights(summary.tables["backups"], known, is_bound=is_unknown, has_offline=has_offline)


SECTION = Section(
    summarize=summarize,
    highlights=late_backups,
    lead="platform_availability",
    reads={
        "infra.checks": HISTORY,
        "infra.requests": HISTORY,
        "infra.metrics": HISTORY_DAYS,
        "infra.hosts": 0,
        "infra.backups": BACKUP_DAYS,
        "desk.changes": HISTORY,
    },
    requires=("infra.checks",),
)
