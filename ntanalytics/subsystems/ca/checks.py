"""What the inspection asks of certificates on a day: who was refused and why, and what expires together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from ntanalytics.checks.baseline import Baseline, drop_uninformative, is_within, rated, span, unusual, violations
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.ca import LOGINS
from ntanalytics.detectors.failure_burst import failure_burst
from ntanalytics.detectors.silence import silence
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rows import rows
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.findings.sentences import day_words, listed
from ntanalytics.metrics import slots
from ntanalytics.metrics.ca import certificates
from ntanalytics.metrics.number_format import format_number
from ntanalytics.subsystems.identity.checks import login_fall, login_silence

_SHORT_S, _HALF_HOUR_S = 600, 1800

#: Expired and revoked certificates are counted as such, by rules of their own.
_OF_THEIR_OWN = ("expired", "revoked")

#: Chance makes so many expire together once in so many days.
_CHANCE = 1e-4


def inspect_ca(context: CheckContext) -> list[Finding]:
    """What is not usual in the logins by certificate, and which certificates are due."""
    return _logins(context) + _stock(context)


def _logins(context: CheckContext) -> list[Finding]:
    past = Baseline(context, "ca.logins")
    logins, like = past.scope, past.like
    if not logins.sources:
        return []
    on, offset, whole = context.period.last, context.utc_offset_h, logins.is_complete
    tried = slots.by_slot(like, "logged_in_at", offset, slot_s=_SHORT_S)
    silent = silence(context.rules["ca.login_silence"], tried, past.days, on, slot_s=_SHORT_S)
    if violations(silent):
        # who cannot log in does not by certificate: that is told of the logins
        out = span(login_silence(context))
        silent = [each for each in silent if not is_within(each, out)]
    failed = like.filter((like.outcome == "failure") & ~like.reason.fill_null("other").isin(_OF_THEIR_OWN))
    refused = failure_burst(
        context.rules["ca.refused_logins"],
        slots.by_slot(failed, "logged_in_at", offset, ["reason"], slot_s=_HALF_HOUR_S),
        slots.by_slot(like, "logged_in_at", offset, slot_s=_HALF_HOUR_S),
        past.days,
        on,
        slot_s=_HALF_HOUR_S,
        subject=_reason,
        is_of_all=True,
    )
    found = [*silent, *refused]
    if not violations(silent):
        by_day = certificates.daily(logins.recent, past.days)
        fallen = unusual(context, context.rules["ca.logins_fall"], by_day)
        found += (
            fallen if not violations(fallen) or not violations([*login_fall(context), *login_silence(context)]) else []
        )
    revoked = evaluate_rules(
        [context.rules["ca.revoked_tried"]], certificates.revoked_attempts(logins.table), is_complete=whole
    )
    [total] = rows(certificates.logins(logins.table))
    expired = evaluate_rules([context.rules["ca.expired_tried"]], [total], is_complete=whole)
    if not violations([*refused, *revoked, *expired]):
        rate = context.rules["ca.certificate_failure_rate"]
        found += rated(rate, total, "certificate_failures", is_complete=whole)
    return drop_uninformative(context, found) + revoked


def _reason(row: Any) -> str:
    words = LOGINS.column("reason").values or {}
    return f"证书登录（{words.get(row['reason'], '其他')}）"


def _stock(context: CheckContext) -> list[Finding]:
    stock = context.dataset("ca.certificates")
    if not stock.sources:
        return []
    at, whole = context.ends_at, stock.is_complete
    rule, of_units = context.rules["ca.expiring_times"], context.rules["ca.expiring_units"]
    if not whole:
        return evaluate_rules([of_units], [{"expiring_units": 0}], "单位证书", is_complete=False)
    found = []
    [due] = rows(certificates.expiring(stock.table.filter(stock.table.kind == "personal"), context.begins_at))
    for each in evaluate_rules([rule], [due], "个人证书"):
        now, usual, later = (
            format_number(due[name], "integer", "张") for name in ("expiring_30d", "usual_30d", "next_week")
        )
        said = f"30 天内到期 {now}，此后每 30 天通常 {usual}"
        if each.state == "unknown" or is_chance(due):
            found.append(replace(each, state="ok", evidence=f"{said}。", advice=""))
        elif is_growing(due):
            said += f"；随后一周另有 {later}，整批进入 30 天时再提示。"
            found.append(replace(each, state="ok", evidence=said, advice=""))
        else:
            times = format_number(due["expiring_times"], "number:1", "倍")
            found.append(replace(each, evidence=f"{said}，为其 {times}。"))
    units = rows(certificates.expiring_units(stock.table, at))
    for each in evaluate_rules([of_units], [{"expiring_units": len(units)}], "单位证书"):
        if each.state == "ok":
            found.append(each)
            continue
        ahead = timedelta(hours=context.utc_offset_h)
        named = listed([f"{row['unit']}（{day_words((row['expires_at'] + ahead).date())}）" for row in units])
        found.append(replace(each, evidence=f"{len(units)} 家单位的证书 1 天内到期或已过期，尚未更新：{named}。"))
    return found


def is_chance(due: dict[str, Any]) -> bool:
    """Whether as many may expire within 30 days without anybody's doing (Poisson), where ``usual_30d`` do."""
    from scipy import stats

    return bool(due["expiring_30d"] <= stats.poisson.isf(_CHANCE, max(due["usual_30d"] or 0.0, 1.0)))


def is_growing(due: dict[str, Any]) -> bool:
    """Whether more than a tenth of a batch is yet to come into sight: it is told once it is known how large it is.

    What the following week has beyond its usual share, and beyond what chance adds to that.
    """
    usual = due["usual_30d"] or 0.0
    of_a_week = usual * 7 / 30
    more = due["next_week"] - of_a_week
    return bool(more > max(0.1 * (due["expiring_30d"] - usual), 2 * of_a_week**0.5))
