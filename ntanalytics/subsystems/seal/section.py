"""Summary of electronic seals in any report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    Look,
    begun_at,
    compared,
    points,
    series,
    shown,
    unfed,
)
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule, judged
from ntanalytics.metrics.seal import seals


def _with_number(finding: Finding, waiting: Any, rule: Rule) -> Finding:
    """A finding of seals that wait for their test, with how many of them have waited too long."""
    if finding.state not in ("watch", "bad"):
        return finding
    late = sum(row["waiting_days"] > rule.threshold.watch for row in waiting.to_pylist())
    return replace(finding, evidence=f"{finding.evidence.removesuffix('。')}，超期共 {late} 枚。")


def look_at_seal(context: CheckContext) -> Look:
    """Seals by state, those that wait for their test, signings (docs/domain.md, CA and seals)."""
    stock, signings = context.dataset("seal.seals"), context.dataset("seal.signings", history=HISTORY)
    if missing := unfed("seal", "signings", signings):
        return missing
    total = compared(seals.signings(signings.table), seals.signings(signings.before), seals.SIGNINGS, signings)
    waiting = seals.waiting(stock.table, context.ends_at).to_pyarrow()
    whole = signings.is_complete
    # a day is asked more closely, by workspace.inspecting.seal
    findings: list[Finding] = []
    if context.period.kind != "day":
        findings = judged([context.rules["seal.signing_failure_rate"]], [total], is_complete=whole)
    longest = waiting.slice(0, 1)
    rule, subject = context.rules["seal.testing_days"], "待测试印章"
    tested = [_with_number(each, waiting, rule) for each in judged([rule], longest, subject)]
    findings += begun_at(context, tested, rule.code, dict.fromkeys([subject], *longest["made_at"].to_pylist()))
    return Look(
        "seal",
        tuple(findings),
        points(total, ["signings", "signing_failure_rate", "verification_failures"], is_complete=whole),
        "signings",
        total,
        series(seals.daily(signings.recent, signings.days), "signings"),
        {"waiting": waiting, **shown(("states", seals.stock(stock.table)))},
        context.origin("seals.signings", signings, stock),
        signings.note,
        whole,
        signings.was_complete,
    )
