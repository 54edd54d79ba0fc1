"""Summary of certificates in any report."""

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
    with_onset,
)
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics.ca import certificates


def summarize(context: CheckContext) -> SubsystemSummary:
    """Certificates in force and expiring, and logins with them (docs/domain.md, CA and seals)."""
    stock, logins = context.dataset("ca.certificates"), context.dataset("ca.logins", history=HISTORY)
    if missing := no_source_summary("ca", "certificate_logins", logins):
        return missing
    total = compared(certificates.logins(logins.table), certificates.logins(logins.before), certificates.LOGINS, logins)
    kinds = certificates.stock(stock.table, context.ends_at, ["kind"]).to_pyarrow()
    [held] = certificates.stock(stock.table, context.ends_at).to_pyarrow().to_pylist()
    whole = logins.is_complete
    rule = context.rules["ca.expired_tried"]
    findings = evaluate_rules([rule], [total], is_complete=whole)
    findings = with_onset(context, findings, rule.code, certificates.daily(logins.recent, logins.days))
    # a day is asked more closely, by workspace.inspecting.ca
    if context.period.kind != "day":
        findings = evaluate_rules([context.rules["ca.certificate_failure_rate"]], [total], is_complete=whole) + findings
    if context.period.kind != "day" and stock.sources:
        findings += evaluate_rules([context.rules["ca.expiring_30d"]], [held], is_complete=stock.is_complete)
    row = {**total, **(held if stock.is_complete else {})}
    return SubsystemSummary(
        "ca",
        tuple(findings),
        highlights(row, ["certificate_logins", "certificate_failure_rate", "expiring_30d"]),
        "certificate_logins",
        row,
        series(certificates.daily(logins.recent, logins.days), "certificate_logins"),
        {"kinds": kinds, **evaluated(("reasons", certificates.logins(logins.table, ["reason"])))},
        context.origin("certificates.logins", logins, stock),
        logins.note,
        whole,
        logins.was_complete,
    )
