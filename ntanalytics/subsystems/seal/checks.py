"""What the inspection asks of electronic seals on a day: whether signing worked, and which seals wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ntanalytics.checks.baseline import Baseline, drop_uninformative, rated, unusual, violations
from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.failure_burst import failure_burst
from ntanalytics.detectors.silence import silence
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rows import rows
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.findings.sentences import day_words, listed
from ntanalytics.metrics import slots
from ntanalytics.metrics.seal import seals

_HALF_HOUR_S, _HOUR_S = 1800, 3600

#: A city signs some hundred documents a day: few failures tell, so less is left to chance than where there are many.
_CHANCE = 5e-5


def inspect_seal(context: CheckContext) -> list[Finding]:
    """What is not usual in signings and verifications, and which seals were asked for and not made."""
    return _signings(context) + _unmade(context)


def _signings(context: CheckContext) -> list[Finding]:
    past = Baseline(context, "seal.signings")
    signings, like = past.scope, past.like
    if not signings.sources:
        return []
    on, offset, days = context.period.last, context.utc_offset_h, past.days
    found, signed = list[Finding](), like.filter(like.operation == "sign")
    for code, its in (
        ("seal.signing_failures", signed),
        ("seal.verification_failures", like.filter(like.operation == "verify")),
    ):
        failed = slots.by_slot(its.filter(its.outcome == "failure"), "signed_at", offset, slot_s=_HALF_HOUR_S)
        tried = slots.by_slot(its, "signed_at", offset, slot_s=_HALF_HOUR_S)
        found += failure_burst(context.rules[code], failed, tried, days, on, slot_s=_HALF_HOUR_S, chance=_CHANCE)
    if not violations(found):
        rate = context.rules["seal.signing_failure_rate"]
        [total] = rows(seals.signings(signings.table))
        found += rated(rate, total, "signing_failures", is_complete=signings.is_complete)
    by_hour = slots.by_slot(signed, "signed_at", offset, slot_s=_HOUR_S)
    silent = silence(context.rules["seal.signing_silence"], by_hour, days, on, slot_s=_HOUR_S)
    if not violations(silent):
        found += unusual(context, context.rules["seal.signings_fall"], seals.daily(signings.recent, days))
    return drop_uninformative(context, found + silent)


def _unmade(context: CheckContext) -> list[Finding]:
    stock = context.dataset("seal.seals")
    if not (stock.sources and stock.is_complete):
        return []
    rule = context.rules["seal.making_days"]
    waiting = rows(seals.unmade_seals(stock.table, context.ends_at))
    found = []
    for each in evaluate_rules([rule], waiting[:1] or [{"making_wait_days": 0}], "待制作印章"):
        late = [row for row in waiting if row["making_wait_days"] > rule.threshold.warning]
        if each.state == "ok":
            found.append(each)
            continue
        named = listed([row["unit"] or row["seal_id"] for row in late])
        said = f"{len(late)} 枚印章申请后逾 {rule.threshold.warning:g} 天未制作，最早申请于"
        first = waiting[0]["requested_at"] + timedelta(hours=context.utc_offset_h)
        said += f"{day_words(first.date())}：{named}。"
        found.append(replace(each, evidence=said, since=day_words(first.date())))
    return found
