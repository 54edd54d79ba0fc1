"""Details: the block of a report in which a reader finds what stands behind a finding of its first page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ntanalytics.findings.finding import Finding, violations

#: The block that lists every check: the detail of what has no table of its own.
BOARD = "board"

#: The block that lists what the inspections of a longer period opened, left open and closed.
HAZARDS = "hazards"

#: Code of a finding, or its beginning up to a full stop → block; a longer one counts before a shorter one.
_Blocks = Mapping[str, str]

#: Codes of what a host is measured by.
_OF_HOSTS = (
    "reachable",
    "disk_used",
    "days_until_full",
    "disk_growth",
    "cpu",
    "cpu_by_day",
    "cpu_by_night",
    "load",
    "load_rise",
    "novel_hours",
    "memory",
    "swap",
)
_OF_BACKUPS = (
    "backup_lateness",
    "backup_missed",
    "backup_failing",
    "backup_shift",
    "backup_duration",
    "backup_unchanged",
    "size_drop",
    "offline_backup",
    "failed_backups",
    "unmade_backups",
)
_OF_REQUESTS = ("error_rate", "error_burst", "slow_hours", "requests_silent")


def _infra(codes: tuple[str, ...], block: str) -> dict[str, str]:
    return {f"infra.{code}": block for code in codes}


#: Details in the weekly service report.
WEEKLY: _Blocks = MappingProxyType(
    {
        "identity.attempts": "suspects",
        "docexchange.overdue_deliveries": "overdue",
        "docexchange.unsigned": "overdue",
        "oa": "adoption",
        "oa.handling": "handling",
        "sms": "sms",
        "ca": "certificates",
        "seal": "seals",
        "infra.availability": "availability",
        "infra.disk_used": "disks",
        "infra.days_until_full": "disks",
        "infra.disk_growth": "disks",
        **_infra(_OF_BACKUPS, "backups"),
        **_infra(_OF_REQUESTS, "services"),
        "desk.overdue_tickets": "tickets-by-category",
        "desk.concentrated": "tickets-by-category",
        "desk.clocks_broken": "clocks",
        "desk.clock_running": "clocks",
    }
)

#: Details in the daily inspection.
INSPECTION: _Blocks = MappingProxyType(
    {
        "sms": "sms-by-carrier",
        "ca": "certificates",
        "infra.tls_days": "tls",
        "infra.problems": "incidents",
        "infra.repeated_problems": "incidents",
        "infra.availability": "incidents",
        "desk.checks": "manual-checks",
        **_infra(_OF_HOSTS, "hosts"),
        **_infra(_OF_BACKUPS, "backups"),
        **_infra(_OF_REQUESTS, "requests-by-service"),
    }
)


def details_of(findings: Iterable[Finding], details: _Blocks) -> dict[str, str]:
    """Return identity → block of the findings that are not in order and have a table of their own."""
    blocks = {finding.identity: detail_of(finding, details) for finding in violations(findings)}
    return {identity: block for identity, block in blocks.items() if block != BOARD}


def detail_of(finding: Finding, details: _Blocks) -> str:
    """Return the block that shows what stands behind a finding; the list of all checks where no table does."""
    return details.get(finding.code) or details.get(finding.subsystem, BOARD)
