"""Summary of certificates in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics.ca import certificates
from ntanalytics.metrics.figures import figures


def summarize(context: CheckContext) -> SubsystemSummary:
    """Return certificates in force and expiring, and logins with them (docs/domain.md, CA and seals)."""
    stock, logins = context.dataset("ca.certificates"), context.dataset("ca.logins", HISTORY)
    now, before = certificates.logins(logins.table), certificates.logins(logins.before)
    in_force = figures(certificates.stock(stock.table, stock.known_end), stock).total
    total = compared(now, before, certificates.LOGINS, logins) | in_force
    names = ["certificate_logins", "certificate_failure_rate", "expiring_30d"]
    return SubsystemSummary(
        subsystem="ca",
        highlights=highlights(total, names),
        lead="certificate_logins",
        total=total,
        daily=figures(logins.daily(certificates.logins, certificates.MEASURES), logins),
        tables={
            "kinds": figures(certificates.stock(stock.table, stock.known_end, ["kind"]), stock),
            "reasons": figures(certificates.logins(logins.table, ["reason"]), logins),
        },
        origin=context.origin("certificates.logins", logins, stock),
    )


SECTION = Section(
    summarize=summarize,
    lead="certificate_logins",
    reads={"ca.logins": HISTORY, "ca.certificates": 0},
    requires=("ca.logins",),
)
