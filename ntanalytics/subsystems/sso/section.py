"""Summary of single sign-on in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    SubsystemSummary,
    compared,
    evaluated,
    highlights,
    no_source_summary,
    series,
)
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics.sso import accesses as sso_accesses


def summarize(context: CheckContext) -> SubsystemSummary:
    """Accesses to the applications behind the portal (docs/domain.md, Identity and SSO)."""
    accesses, apps = context.dataset("sso.accesses", history=HISTORY), context.dataset("sso.apps")
    if missing := no_source_summary("sso", "accesses", accesses):
        return missing
    total = compared(
        sso_accesses.accesses(accesses.table), sso_accesses.accesses(accesses.before), sso_accesses.ACCESSES, accesses
    )
    by_app = sso_accesses.by_app(accesses.table, apps.table)
    whole = accesses.is_complete
    findings: list[Finding] = []
    # a day is asked more closely, by workspace.inspecting.sso
    if context.period.kind != "day":
        findings = evaluate_rules([context.rules["sso.access_failure_rate"]], [total], is_complete=whole)
    if context.period.kind != "day" and context.working_days and apps.is_complete:
        findings += evaluate_rules(
            [context.rules["sso.accesses"]], by_app, lambda row: str(row["app"]), is_complete=whole
        )
    return SubsystemSummary(
        "sso",
        tuple(findings),
        highlights(total, ["accesses", "access_failure_rate"], is_complete=whole),
        "accesses",
        total,
        series(sso_accesses.daily(accesses.recent, accesses.days), "accesses"),
        evaluated(("apps", by_app)),
        context.origin("sso.accesses", accesses),
        accesses.note,
        whole,
        accesses.was_complete,
    )
