"""Summary of certificates in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    Look,
    begun,
    compared,
    points,
    series,
    shown,
    unfed,
)
from ntanalytics.findings.rule import judged
from ntanalytics.metrics.ca import certificates


def look_at_ca(context: CheckContext) -> Look:
    """Certificates in force and expiring, and logins with them (docs/domain.md, CA and seals)."""
    stock, logins = context.dataset("ca.certificates"), context.dataset("ca.logins", history=HISTORY)
    if missing := unfed("ca", "certificate_logins", logins):
        return missing
    total = compared(certificates.logins(logins.table), certificates.logins(logins.before), certificates.LOGINS, logins)
    kinds = certificates.stock(stock.table, context.ends_at, ["kind"]).to_pyarrow()
    [held] = certificates.stock(stock.table, context.ends_at).to_pyarrow().to_pylist()
    whole = logins.is_complete
    rule = context.rules["ca.expired_tried"]
    findings = judged([rule], [total], is_complete=whole)
    findings = begun(context, findings, rule.code, certificates.daily(logins.recent, logins.days))
    # a day is asked more closely, by workspace.inspecting.ca
    if context.period.kind != "day":
        findings = judged([context.rules["ca.certificate_failure_rate"]], [total], is_complete=whole) + findings
    if context.period.kind != "day" and stock.sources:
        findings += judged([context.rules["ca.expiring_30d"]], [held], is_complete=stock.is_complete)
    row = {**total, **(held if stock.is_complete else {})}
    return Look(
        "ca",
        tuple(findings),
        points(row, ["certificate_logins", "certificate_failure_rate", "expiring_30d"]),
        "certificate_logins",
        row,
        series(certificates.daily(logins.recent, logins.days), "certificate_logins"),
        {"kinds": kinds, **shown(("reasons", certificates.logins(logins.table, ["reason"])))},
        context.origin("certificates.logins", logins, stock),
        logins.note,
        whole,
        logins.was_complete,
    )
