"""Looks at what persons do: identity, single sign-on, OA, instant messaging, certificates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from ntanalytics.contract.identity import METHODS
from ntanalytics.contract.words import EDITIONS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rules import judged
from ntanalytics.metrics import adoption, adoption_flow, certificates, handling, identity, im, sso
from ntanalytics.workspace.looks.look import (
    HISTORY,
    Look,
    begun,
    compared,
    is_whole,
    nearby_working_days,
    points,
    series,
    shown,
    unfed,
)
from ntanalytics.workspace.report import Report

#: How far back an account's first activity is looked for, and an open task.
EVER, OLDEST_TASK = 400, 60


def look_at_identity(report: Report) -> Look:
    """Logins, failures by method, suspects, accounts that should be looked at (domain.md, Identity and SSO)."""
    logins = report.dataset("identity.logins", history=HISTORY)
    accounts, units = report.dataset("identity.accounts"), report.dataset("identity.units")
    if missing := unfed("identity", "logins", logins):
        return missing
    total = compared(identity.logins(logins.table), identity.logins(logins.before), identity.LOGINS, logins)
    by_method = identity.logins(logins.table, ["method"])
    suspects = identity.suspects(logins.table)
    stock = identity.accounts(accounts.table, units.table, report.ends_at)
    whole = logins.is_complete
    findings: list[Finding] = []
    # a day is asked more closely, by workspace.inspecting.identity
    if report.period.kind != "day":
        rule = report.rules["identity.login_failure_rate"]
        findings = judged([rule], [total], is_complete=whole)
        findings += _wrong(judged([rule], by_method, lambda row: METHODS[row["method"]] + "登录", is_complete=whole))
        findings += judged([report.rules["identity.attempts"]], suspects, "单一来源地址")
        if accounts.sources and units.sources:
            orphans = report.rules["identity.orphan_accounts"]
            findings += judged([orphans], stock, is_complete=is_whole(accounts, units))
    return Look(
        "identity", tuple(findings), points(total, ["logins", "login_failure_rate", "login_users"], is_complete=whole),
        "logins", total, series(identity.daily(logins.recent, logins.days), "logins"),
        shown(
            ("methods", by_method), ("reasons", identity.logins(logins.table, ["reason"])),
            ("suspects", suspects.drop("address_hash")), ("accounts", stock),
        ),
        report.origin("identity.logins", logins), logins.note, whole, logins.was_complete,
    )  # fmt: skip


def look_at_sso(report: Report) -> Look:
    """Accesses to the applications behind the portal (domain.md, Identity and SSO)."""
    accesses, apps = report.dataset("sso.accesses", history=HISTORY), report.dataset("sso.apps")
    if missing := unfed("sso", "accesses", accesses):
        return missing
    total = compared(sso.accesses(accesses.table), sso.accesses(accesses.before), sso.ACCESSES, accesses)
    by_app = sso.by_app(accesses.table, apps.table)
    whole = accesses.is_complete
    findings: list[Finding] = []
    # a day is asked more closely, by workspace.inspecting.sso
    if report.period.kind != "day":
        findings = judged([report.rules["sso.access_failure_rate"]], [total], is_complete=whole)
    if report.period.kind != "day" and report.working_days and apps.is_complete:
        findings += judged([report.rules["sso.accesses"]], by_app, lambda row: str(row["app"]), is_complete=whole)
    return Look(
        "sso", tuple(findings), points(total, ["accesses", "access_failure_rate"], is_complete=whole), "accesses",
        total, series(sso.daily(accesses.recent, accesses.days), "accesses"), shown(("apps", by_app)),
        report.origin("sso.accesses", accesses), accesses.note, whole, accesses.was_complete,
    )  # fmt: skip


def look_at_oa(report: Report) -> Look:
    """Adoption of the OA, in all and by edition; handling time (domain.md, OA adoption)."""
    activities, members = report.dataset("oa.activities", history=EVER), report.dataset("oa.members")
    tasks = report.dataset("oa.tasks", history=OLDEST_TASK)
    if missing := unfed("oa", "active", activities):
        return missing
    first, before = report.period.first, report.previous.first
    days = activities.days
    now_days, before_days = days.filter(days.day >= first), days.filter((days.day >= before) & (days.day < first))
    begun = _begun(activities.recent)
    ever = begun.group_by("source", "account_id").aggregate(day=begun.day.min())
    past = ever.filter(ever.day < first)

    def level(by: list[str]) -> Any:
        now = adoption.adoption(activities.table, members.table, ever, now_days, by)
        was = adoption.adoption(activities.before, members.before, past, before_days, by)
        return adoption.compared(
            now, was, by, is_complete=activities.is_complete,
            was_complete=activities.was_complete,
        )  # fmt: skip

    [total] = level([]).to_pyarrow().to_pylist()
    editions, units = level(["edition"]).to_pyarrow(), level(["unit"]).to_pyarrow()
    whole = activities.is_complete
    rule = report.rules["oa.active_change_rate"]
    findings: list[Finding] = []
    # of a day it is asked in workspace.inspecting
    if report.period.kind != "day":
        findings = judged([rule], [total], is_complete=whole) + judged([rule], editions, _edition, is_complete=whole)
        rule = report.rules["oa.unit_active_change_rate"]
        findings += _wrong(judged([rule], units, _unit, is_complete=whole))
    recent = adoption.daily(activities.recent, days)
    recent = recent.filter(recent.day >= ibis.literal(first - timedelta(days=HISTORY)))
    worked = nearby_working_days(report, before=OLDEST_TASK)
    handled = handling.handling(tasks.recent, worked, first, report.period.last, report.zone_offset_h, ["module"])
    tables = shown(
        ("modules", adoption.used(activities.table, ["module"])),
        ("flow", adoption_flow.flow(_lately(activities.recent, before).union(begun), first, before, ["edition"])),
        ("handling", handled),
        ("reach", adoption.reach(activities.table, members.table)),
    )
    return Look(
        "oa", tuple(findings), points(total, ["active", "active_rate", "mobile_share"], is_complete=whole), "active",
        total, series(recent, "active"), {"editions": editions, "units": units, **tables},
        report.origin("adoption.adoption", activities, members), activities.note, whole, activities.was_complete,
    )  # fmt: skip


def _begun(activities: ir.Table) -> ir.Table:
    """Each account of an edition with the day on which it acted first, worked out: all of the history is asked once."""
    begun = activities.group_by("edition", "source", "account_id").aggregate(day=activities.day.min())
    return ibis.memtable(begun.to_pyarrow())


def _lately(activities: ir.Table, since: date) -> ir.Table:
    """Who acted on which day, from one on."""
    return activities.filter(activities.day >= ibis.literal(since)).select("edition", "source", "account_id", "day")


def _wrong(findings: list[Finding]) -> list[Finding]:
    """Only what is beyond its threshold: of hundreds of units the others are of no interest."""
    return [each for each in findings if each.state in ("watch", "bad")]


def _unit(row: Mapping[str, Any]) -> str:
    return row["unit"] or "无单位"


def _edition(row: Mapping[str, Any]) -> str:
    return EDITIONS.get(row["edition"], str(row["edition"]))


def look_at_im(report: Report) -> Look:
    """Messages, files, who is there, with what (domain.md, IM)."""
    messages, sessions = report.dataset("im.messages", history=HISTORY), report.dataset("im.sessions", history=HISTORY)
    if missing := unfed("im", "im_active", messages, sessions):
        return missing
    now, before = im.volume(messages.table, sessions.table), im.volume(messages.before, sessions.before)
    total = compared(now, before, im.VOLUME, messages, sessions)
    whole = is_whole(messages, sessions)
    rule = report.rules["im.im_messages"]
    findings: list[Finding] = []
    # of a day it is asked in workspace.inspecting
    if report.period.kind != "day" and report.working_days:
        findings = judged([rule], [total], is_complete=whole)
    daily = im.daily(messages.recent, sessions.recent, messages.days)
    return Look(
        "im", tuple(findings), points(total, ["im_active", "im_messages", "im_files"], is_complete=whole), "im_active",
        total, series(daily, "im_active"), shown(("clients", im.clients(sessions.table)), ("daily", daily)),
        report.origin("im.volume", messages, sessions), messages.note or sessions.note, whole,
        messages.was_complete and sessions.was_complete,
    )  # fmt: skip


def look_at_ca(report: Report) -> Look:
    """Certificates in force and expiring, and logins with them (domain.md, CA and seals)."""
    stock, logins = report.dataset("ca.certificates"), report.dataset("ca.logins", history=HISTORY)
    if missing := unfed("ca", "certificate_logins", logins):
        return missing
    total = compared(certificates.logins(logins.table), certificates.logins(logins.before), certificates.LOGINS, logins)
    kinds = certificates.stock(stock.table, report.ends_at, ["kind"]).to_pyarrow()
    [held] = certificates.stock(stock.table, report.ends_at).to_pyarrow().to_pylist()
    whole = logins.is_complete
    rule = report.rules["ca.expired_tried"]
    findings = judged([rule], [total], is_complete=whole)
    findings = begun(report, findings, rule.code, certificates.daily(logins.recent, logins.days))
    # a day is asked more closely, by workspace.inspecting.ca
    if report.period.kind != "day":
        findings = judged([report.rules["ca.certificate_failure_rate"]], [total], is_complete=whole) + findings
    if report.period.kind != "day" and stock.sources:
        findings += judged([report.rules["ca.expiring_30d"]], [held], is_complete=stock.is_complete)
    row = {**total, **(held if stock.is_complete else {})}
    return Look(
        "ca", tuple(findings), points(row, ["certificate_logins", "certificate_failure_rate", "expiring_30d"]),
        "certificate_logins", row, series(certificates.daily(logins.recent, logins.days), "certificate_logins"),
        {"kinds": kinds, **shown(("reasons", certificates.logins(logins.table, ["reason"])))},
        report.origin("certificates.logins", logins, stock), logins.note, whole, logins.was_complete,
    )  # fmt: skip
