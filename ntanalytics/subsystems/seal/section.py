"""Summary of electronic seals in any report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    SubsystemSummary,
    compared,
    evaluated,
    highlights,
    no_source_summary,
    series,
    with_onset_at,
)
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule, evaluate_rules
from ntanalytics.metrics.seal import seals


def _with_number(finding: Finding, waiting: Any, rule: Rule) -> Finding:
    """A finding of seals that wait for their test, with how many of them have waited too long."""
    if finding.state not in ("warning", "critical"):
        return finding
    late = sum(row["waiting_days"] > rule.threshold.warning for row in waiting.to_pylist())
    return replace(finding, evidence=f"{finding.evidence.removesuffix('。')}，超期共 {late} 枚。")


def summarize(context: CheckContext) -> SubsystemSummary:
    """Seals by state, those that wait for their test, signings (docs/domain.md, CA and seals)."""
    stock, signings = context.dataset("seal.seals"), context.dataset("seal.signings", history=HISTORY)
    if missing := no_source_summary("seal", "signings", signings):
        return missing
    total = compared(seals.signings(signings.table), seals.signings(signings.before), seals.SIGNINGS, signings)
    waiting = seals.untested_seals(stock.table, context.ends_at).to_pyarrow()
    whole = signings.is_complete
    # a day is asked more closely, by workspace.inspecting.seal
    findings: list[Finding] = []
    if context.period.kind != "day":
        findings = evaluate_rules([context.rules["seal.signing_failure_rate"]], [total], is_complete=whole)
    longest = waiting.slice(0, 1)
    rule, subject = context.rules["seal.testing_days"], "待测试印章"
    tested = [_with_number(each, waiting, rule) for each in evaluate_rules([rule], longest, subject)]
    findings += with_onset_at(context, tested, rule.code, dict.fromkeys([subject], *longest["made_at"].to_pylist()))
    return SubsystemSummary(
        "seal",
        tuple(findings),
        highlights(total, ["signings", "signing_failure_rate", "verification_failures"], is_complete=whole),
        "signings",
        total,
        series(seals.daily(signings.recent, signings.days), "signings"),
        {"waiting": waiting, **evaluated(("states", seals.stock(stock.table)))},
        context.origin("seals.signings", signings, stock),
        signings.note,
        whole,
        signings.was_complete,
    )
