"""Summary of single sign-on in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.sso import accesses as access_metrics

#: Accesses that name no application, as a reader sees them.
_NO_APP = "未注明应用"


def summarize(context: CheckContext) -> SubsystemSummary:
    """Return accesses to the applications behind the portal (docs/domain.md, Identity and SSO)."""
    accesses, apps = context.dataset("sso.accesses", HISTORY), context.dataset("sso.apps")
    now, before = access_metrics.accesses(accesses.table), access_metrics.accesses(accesses.before)
    total = compared(now, before, access_metrics.ACCESSES, accesses)
    by_app = figures(access_metrics.by_app(accesses.table, apps.table), accesses, apps)
    has_outcome = set(accesses.sources) - set(accesses.sources_without("outcome"))
    second = "access_failure_rate" if has_outcome else "access_users"
    return SubsystemSummary(
        subsystem="sso",
        highlights=highlights(total, ["accesses", second]),
        lead="accesses",
        total=total,
        daily=figures(accesses.daily(access_metrics.accesses, access_metrics.MEASURES), accesses),
        tables={"apps": by_app.calling("app", _NO_APP)},
        origin=context.origin("sso.accesses", accesses),
    )


SECTION = Section(
    summarize=summarize, lead="accesses", reads={"sso.accesses": HISTORY, "sso.apps": 0}, requires=("sso.accesses",)
)
