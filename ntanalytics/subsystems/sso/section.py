"""Summary of single sign-on in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    Look,
    compared,
    points,
    series,
    shown,
    unfed,
)
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import judged
from ntanalytics.metrics.sso import accesses as sso_accesses


def look_at_sso(context: CheckContext) -> Look:
    """Accesses to the applications behind the portal (docs/domain.md, Identity and SSO)."""
    accesses, apps = context.dataset("sso.accesses", history=HISTORY), context.dataset("sso.apps")
    if missing := unfed("sso", "accesses", accesses):
        return missing
    total = compared(
        sso_accesses.accesses(accesses.table), sso_accesses.accesses(accesses.before), sso_accesses.ACCESSES, accesses
    )
    by_app = sso_accesses.by_app(accesses.table, apps.table)
    whole = accesses.is_complete
    findings: list[Finding] = []
    # a day is asked more closely, by workspace.inspecting.sso
    if context.period.kind != "day":
        findings = judged([context.rules["sso.access_failure_rate"]], [total], is_complete=whole)
    if context.period.kind != "day" and context.working_days and apps.is_complete:
        findings += judged([context.rules["sso.accesses"]], by_app, lambda row: str(row["app"]), is_complete=whole)
    return Look(
        "sso",
        tuple(findings),
        points(total, ["accesses", "access_failure_rate"], is_complete=whole),
        "accesses",
        total,
        series(sso_accesses.daily(accesses.recent, accesses.days), "accesses"),
        shown(("apps", by_app)),
        context.origin("sso.accesses", accesses),
        accesses.note,
        whole,
        accesses.was_complete,
    )
