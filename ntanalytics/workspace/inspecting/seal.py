"""What the inspection asks of electronic seals on a day: whether signing worked, and which seals wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rows import rows
from ntanalytics.findings.rules import judged
from ntanalytics.findings.sentences import day_words, listed
from ntanalytics.findings.silence import silences
from ntanalytics.findings.spells import spells
from ntanalytics.metrics import seals, slots
from ntanalytics.workspace.inspecting.alike import Past, rated, told, unusual, wrong
from ntanalytics.workspace.report import Report

_HALF_HOUR_S, _HOUR_S = 1800, 3600

#: A city signs some hundred documents a day: few failures tell, so less is left to chance than where there are many.
_CHANCE = 5e-5


def inspect_seal(report: Report) -> list[Finding]:
    """What is not usual in signings and verifications, and which seals were asked for and not made."""
    return _signings(report) + _unmade(report)


def _signings(report: Report) -> list[Finding]:
    past = Past(report, "seal.signings")
    signings, like = past.scope, past.like
    if not signings.sources:
        return []
    on, offset, days = report.period.last, report.zone_offset_h, past.days
    found, signed = list[Finding](), like.filter(like.operation == "sign")
    for code, its in (
        ("seal.signing_failures", signed),
        ("seal.verification_failures", like.filter(like.operation == "verify")),
    ):
        failed = slots.by_slot(its.filter(its.outcome == "failure"), "signed_at", offset, slot_s=_HALF_HOUR_S)
        tried = slots.by_slot(its, "signed_at", offset, slot_s=_HALF_HOUR_S)
        found += spells(report.rules[code], failed, tried, days, on, slot_s=_HALF_HOUR_S, chance=_CHANCE)
    if not wrong(found):
        rate = report.rules["seal.signing_failure_rate"]
        [total] = rows(seals.signings(signings.table))
        found += rated(rate, total, "signing_failures", is_complete=signings.is_complete)
    by_hour = slots.by_slot(signed, "signed_at", offset, slot_s=_HOUR_S)
    silent = silences(report.rules["seal.signing_silence"], by_hour, days, on, slot_s=_HOUR_S)
    if not wrong(silent):
        found += unusual(report, report.rules["seal.signings_fall"], seals.daily(signings.recent, days))
    return told(report, found + silent)


def _unmade(report: Report) -> list[Finding]:
    stock = report.dataset("seal.seals")
    if not (stock.sources and stock.is_complete):
        return []
    rule = report.rules["seal.making_days"]
    waiting = rows(seals.unmade(stock.table, report.ends_at))
    found = []
    for each in judged([rule], waiting[:1] or [{"making_wait_days": 0}], "待制作印章"):
        late = [row for row in waiting if row["making_wait_days"] > rule.threshold.watch]
        if each.state == "ok":
            found.append(each)
            continue
        named = listed([row["unit"] or row["seal_id"] for row in late])
        said = f"{len(late)} 枚印章申请后逾 {rule.threshold.watch:g} 天未制作，最早申请于"
        first = waiting[0]["requested_at"] + timedelta(hours=report.zone_offset_h)
        said += f"{day_words(first.date())}：{named}。"
        found.append(replace(each, evidence=said, since=day_words(first.date())))
    return found
