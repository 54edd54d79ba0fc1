"""Summary of certificates in any report."""

from __future__ import annotations

from collections.abc import Sequence

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, evaluated, highlights, series
from ntanalytics.checks.subsystem import Section
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.ca import certificates


def summarize(context: CheckContext, _findings: Sequence[Finding]) -> SubsystemSummary:
    """Return certificates in force and expiring, and logins with them (docs/domain.md, CA and seals)."""
    stock, logins = context.dataset("ca.certificates"), context.dataset("ca.logins", HISTORY)
    now, before = certificates.logins(logins.table), certificates.logins(logins.before)
    total = compared(now, before, certificates.LOGINS, logins)
    [in_force] = certificates.stock(stock.table, context.ends_at).to_pyarrow().to_pylist()
    row = {**total, **(in_force if stock.is_complete else {})}
    names = ["certificate_logins", "certificate_failure_rate", "expiring_30d"]
    return SubsystemSummary(
        subsystem="ca",
        highlights=highlights(row, names, is_complete=logins.is_complete),
        lead="certificate_logins",
        total=row,
        recent=series(certificates.daily(logins.recent, logins.days), "certificate_logins"),
        tables=evaluated(
            ("kinds", certificates.stock(stock.table, context.ends_at, ["kind"])),
            ("reasons", certificates.logins(logins.table, ["reason"])),
        ),
        origin=context.origin("certificates.logins", logins, stock),
        note=logins.note,
        is_complete=logins.is_complete,
        was_complete=logins.was_complete,
    )


SECTION = Section(
    summarize=summarize,
    lead="certificate_logins",
    reads={"ca.logins": HISTORY, "ca.certificates": 0},
    requires=("ca.logins",),
)
