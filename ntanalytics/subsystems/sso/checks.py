"""What the inspection asks of single sign-on on a day: whether every application was reached, and let its people in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ntanalytics.checks.baseline import Baseline, drop_uninformative, is_within, rated, span, unusual, violations
from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.failure_burst import failure_burst
from ntanalytics.detectors.silence import silence
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics import slots
from ntanalytics.metrics.sso import accesses as sso_accesses
from ntanalytics.subsystems.identity.checks import login_fall, login_silence

#: Slots of all accesses; of one application by the hour, and where few come by two hours; of what was refused.
_SHORT_S, _HOUR_S, _HALF_HOUR_S = 300, 3600, 1800

#: An application that answers that fast is not slow, whatever is usual for it.
_FAST_MS = 500.0


def inspect_sso(context: CheckContext) -> list[Finding]:
    """What is not usual in the accesses to the applications behind the portal."""
    past, apps = Baseline(context, "sso.accesses"), context.dataset("sso.apps")
    accesses, like = past.scope, past.like
    if not accesses.sources:
        return []
    on, offset, days = context.period.last, context.utc_offset_h, past.days
    known = {row["app_id"]: row for row in rows(apps.table)} if apps.is_complete else {}

    def named(row: Mapping[str, Any]) -> str:
        return str(known[row["app_id"]]["app"]) if row["app_id"] in known else str(row["app_id"] or "未知应用")

    everything = slots.by_slot(like, "accessed_at", offset, slot_s=_SHORT_S)
    silent = silence(context.rules["sso.access_silence"], everything, days, on, slot_s=_SHORT_S)
    if violations(silent):
        # who cannot log in goes on to no application: that is told of the logins
        out = span(login_silence(context))
        silent = [each for each in silent if not is_within(each, out)]
    out = span(silent)

    off = [app for app, row in known.items() if not row["is_enabled"]]
    used = like.filter(like.app_id.notnull() & ~like.app_id.isin(off)) if off else like.filter(like.app_id.notnull())
    rule, alone = context.rules["sso.app_silence"], list[Finding]()
    for slot_s in (_HOUR_S, 2 * _HOUR_S):
        by_app = slots.by_slot(used, "accessed_at", offset, ["app_id"], slot_s=slot_s)
        its = silence(rule, by_app, days, on, slot_s=slot_s, subject=named, is_wrong_only=True)
        named_already = {each.subject for each in alone}
        alone += [each for each in its if each.subject not in named_already and not is_within(each, out)]

    refused = failure_burst(
        context.rules["sso.app_failures"],
        slots.by_slot(used.filter(used.outcome == "failure"), "accessed_at", offset, ["app_id"], slot_s=_HALF_HOUR_S),
        slots.by_slot(used, "accessed_at", offset, ["app_id"], slot_s=_HALF_HOUR_S),
        days,
        on,
        slot_s=_HALF_HOUR_S,
        subject=named,
    )
    by_day = rows(sso_accesses.daily(accesses.recent, days, ["app_id"]))
    slow = {row["app_id"] for row in by_day if row["day"] == on and (row["access_p95_ms"] or 0) >= _FAST_MS}
    timed = [row for row in by_day if row["app_id"] in slow]
    late = unusual(context, context.rules["sso.app_p95_rise"], timed, subject=named, is_wrong_only=True)

    found = [*silent, *alone, *refused, *late]
    if not violations(silent):
        fallen = unusual(context, context.rules["sso.accesses_fall"], sso_accesses.daily(accesses.recent, days))
        found += (
            fallen if not violations(fallen) or not violations([*login_fall(context), *login_silence(context)]) else []
        )
    if not violations(refused):
        rate = context.rules["sso.access_failure_rate"]
        [total] = rows(sso_accesses.accesses(accesses.table))
        found += rated(rate, total, "refused_accesses", is_complete=accesses.is_complete)
    return drop_uninformative(context, found)
