"""Checks of single sign-on: whether each application was reached, and let its people in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import ibis.expr.types as ir

from ntanalytics.checks.account_activity import account_beyond
from ntanalytics.checks.baseline import HISTORY_DAYS, baseline, drop_uninformative, judge_share
from ntanalytics.checks.by_detector import BurstSearch, failure_burst, seasonal_baseline, silence
from ntanalytics.checks.check import DAY, EVERY_PERIOD, LONGER_PERIODS, Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import evaluate_rules, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import slots
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.sso import accesses as access_metrics
from ntanalytics.subsystems.sso.probe_coverage import COVERAGE_CHECK

#: Slots of all accesses, of one application, and of refusals.
_SHORT_S, _HOUR_S, _HALF_HOUR_S = 300, 3600, 1800

#: Milliseconds below which no application is slow, whatever is usual for it.
_FAST_MS = 500.0


def _apps(context: CheckContext) -> dict[str, dict[str, Any]]:
    """Return the applications by id; none where their snapshot is incomplete."""
    apps = context.dataset("sso.apps")
    return {row["app_id"]: row for row in rows(apps.table)} if apps.is_complete else {}


def _app(context: CheckContext) -> Callable[[Mapping[str, Any]], Entity]:
    """Return the function from a row to its application."""
    return partial(app_entity, context.shared(_apps))


def app_entity(apps: Mapping[str, Mapping[str, Any]], row: Mapping[str, Any]) -> Entity:
    """Return the application of a row; one that is not in the directory is known by its id."""
    key = row["app_id"]
    return Entity("app", str(key), str(apps[key]["app"] if key in apps else key))


def _used(context: CheckContext) -> ir.Table:
    """Return the accesses of comparable days to applications that are in use."""
    comparable = context.shared(baseline, "sso.accesses").comparable
    retired = [app for app, row in context.shared(_apps).items() if not row["is_enabled"]]
    used = comparable.filter(comparable.app_id.notnull())
    return used.filter(~used.app_id.isin(retired)) if retired else used


def _access_silence(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the longest time without any access."""
    past = context.shared(baseline, "sso.accesses")
    by_slot = slots.by_slot(past.comparable, "accessed_at", context.utc_offset_h, slot_s=_SHORT_S)
    return drop_uninformative(context, silence(rule, by_slot, past.days, context.on, slot_s=_SHORT_S))


def _app_silence(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the applications that nobody reached for some hours, where few come by twice as many.

    Unknown where many accesses do not name theirs.
    """
    if "app_id" in context.unfilled("sso.accesses"):
        return [unknown(rule, "incomplete")]
    past, findings = context.shared(baseline, "sso.accesses"), list[Finding]()
    for slot_s in (_HOUR_S, 2 * _HOUR_S):
        by_app = slots.by_slot(context.shared(_used), "accessed_at", context.utc_offset_h, ["app_id"], slot_s=slot_s)
        silent = silence(rule, by_app, past.days, context.on, slot_s=slot_s, entity=_app(context), violations_only=True)
        known = {finding.entity for finding in findings}
        findings += [finding for finding in silent if finding.entity not in known]
    return drop_uninformative(context, findings)


def _app_failures(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the hours in which an application refused far more than usual."""
    past, used, offset = context.shared(baseline, "sso.accesses"), context.shared(_used), context.utc_offset_h
    findings = failure_burst(
        rule,
        slots.by_slot(used.filter(used.outcome == "failure"), "accessed_at", offset, ["app_id"], slot_s=_HALF_HOUR_S),
        slots.by_slot(used, "accessed_at", offset, ["app_id"], slot_s=_HALF_HOUR_S),
        past.days,
        context.on,
        BurstSearch(slot_s=_HALF_HOUR_S),
        entity=_app(context),
    )
    return drop_uninformative(context, findings)


def _app_slow(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the applications that answered far more slowly than usual."""
    past = context.shared(baseline, "sso.accesses")
    of_apps = access_metrics.accesses
    named = past.view.daily(of_apps, access_metrics.MEASURES, ["app_id"], days=past.days)
    by_day = [row for row in rows(named) if row["app_id"] is not None]
    slow = {row["app_id"] for row in by_day if row["day"] == context.on and (row["access_p95_ms"] or 0) >= _FAST_MS}
    findings = seasonal_baseline(
        rule,
        [row for row in by_day if row["app_id"] in slow],
        context.on,
        entity=_app(context),
        violations_only=True,
        ahead=context.ahead,
    )
    return drop_uninformative(context, findings)


def _failure_rate(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the share of refused accesses."""
    accesses = context.dataset("sso.accesses", HISTORY_DAYS)
    total = figures(access_metrics.accesses(accesses.table), accesses).total
    finding = judge_share(rule, total, "refused_accesses")
    return drop_uninformative(context, [finding])


def _accesses(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether anybody used each application within a longer period."""
    accesses, apps = context.dataset("sso.accesses", HISTORY_DAYS), context.dataset("sso.apps")
    if not context.working_days or not apps.is_complete:
        return []
    counted = figures(access_metrics.by_app(accesses.table, apps.table), accesses, apps)
    by_app = counted.where(lambda row: row["app"] is not None)  # what names none is no application
    keys = {row["app"]: key for key, row in context.shared(_apps).items() if row["is_enabled"]}
    findings = evaluate_rules([rule], by_app, partial(_app_by_name, keys))
    if "app_id" not in context.unfilled("sso.accesses"):
        return findings
    nameless = sum(row["accesses"] for row in counted if row["app"] is None)
    return [finding.with_figures(nameless=float(nameless)) for finding in findings]


def _app_by_name(keys: Mapping[str, str], row: Mapping[str, Any]) -> Entity:
    name = str(row["app"])
    return Entity("app", keys.get(name, name), name)


_READS = {"sso.accesses": HISTORY_DAYS, "sso.apps": 0}
_BY_APP = {"sso.accesses": ("app_id",)}

CHECKS: tuple[Check, ...] = (
    Check(
        rule="sso.access_failure_rate",
        evaluate=_failure_rate,
        reads=_READS,
        optional=("sso.apps",),
        every=EVERY_PERIOD,
        suppressed_by=(SuppressedBy(("sso.app_failures",), "any", (DAY,)),),
    ),
    Check(rule="sso.accesses", evaluate=_accesses, reads=_READS, subject_columns=_BY_APP, every=LONGER_PERIODS),
    Check(
        rule="sso.access_silence",
        evaluate=_access_silence,
        reads=_READS,
        optional=("sso.apps",),
        suppressed_by=(SuppressedBy(("identity.login_silence",), "window"),),
    ),
    Check(
        rule="sso.app_silence",
        evaluate=_app_silence,
        reads=_READS,
        subject_columns=_BY_APP,
        optional=("sso.apps",),
        suppressed_by=(SuppressedBy(("sso.access_silence",), "window"),),
    ),
    Check(
        rule="sso.app_failures", evaluate=_app_failures, reads=_READS, subject_columns=_BY_APP, optional=("sso.apps",)
    ),
    Check(rule="sso.app_p95_rise", evaluate=_app_slow, reads=_READS, subject_columns=_BY_APP, optional=("sso.apps",)),
    Check(
        rule="sso.account_beyond",
        evaluate=partial(account_beyond, dataset="sso.accesses", history=HISTORY_DAYS, group="app_id"),
        reads={"sso.accesses": HISTORY_DAYS, "sso.apps": 0},
        optional=("sso.apps",),
    ),
    COVERAGE_CHECK,
)
