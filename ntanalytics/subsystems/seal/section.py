"""Summary of electronic seals in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics.figures import case_list, figures
from ntanalytics.metrics.seal import seals


def summarize(context: CheckContext) -> SubsystemSummary:
    """Return seals by state, those that wait for their test, signings (docs/domain.md, CA and seals)."""
    stock, signings = context.dataset("seal.seals"), context.dataset("seal.signings", HISTORY)
    total = compared(seals.signings(signings.table), seals.signings(signings.before), seals.SIGNINGS, signings)
    names = ["signings", "signing_failure_rate", "verification_failures"]
    return SubsystemSummary(
        subsystem="seal",
        highlights=highlights(total, names),
        lead="signings",
        total=total,
        daily=figures(signings.daily(seals.signings, seals.MEASURES), signings),
        tables={
            "waiting": case_list(seals.untested_seals(stock.table, stock.known_end), stock),
            "states": figures(seals.stock(stock.table), stock),
        },
        origin=context.origin("seals.signings", signings, stock),
    )


SECTION = Section(
    summarize=summarize, lead="signings", reads={"seal.signings": HISTORY, "seal.seals": 0}, requires=("seal.signings",)
)
