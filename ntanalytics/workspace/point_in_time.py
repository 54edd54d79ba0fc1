"""Point in time: rows that were extracted later, as they were known at an earlier moment.

A lake that is filled once, at the end, holds the later course of every case and message; the inspection of a past day
must not see it. Rows that did not exist at the moment are left out, moments after it are null, and a state is the
earlier one. A value without a time (whether an account is enabled, the kind of a seal) stays as it is at the end;
docs/evaluation.md lists these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

#: Least time from a certificate's expiry until it is archived.
_ARCHIVED_AFTER = dt.timedelta(days=60)


def _literal(at: dt.datetime) -> ir.TimestampScalar:
    moment: ir.TimestampScalar = ibis.literal(at.astimezone(dt.UTC))
    return moment


def has_passed(moment: ir.TimestampColumn, at: dt.datetime) -> ir.BooleanColumn:
    """Return whether a moment is known and not after ``at``."""
    passed: ir.BooleanColumn = (moment <= _literal(at)).fill_null(False)
    return passed


def _happened(table: ir.Table, at: dt.datetime, *names: str) -> dict[str, ir.Column]:
    """Return columns of moments, null where the moment is after ``at``."""
    return {name: has_passed(table[name], at).ifelse(table[name], ibis.null(table[name].type())) for name in names}


def _with(table: ir.Table, at: dt.datetime, *names: str, **lasted: str) -> ir.Table:
    """Return cases as they were at ``at``.

    Args:
        table: the cases.
        at: the moment.
        names: columns of moments.
        lasted: column of a duration → column of the moment at which it ended.
    """
    known = _happened(table, at, *names)
    known |= {
        name: has_passed(table[until], at).ifelse(table[name], ibis.null(table[name].type()))
        for name, until in lasted.items()
    }
    if "changed_at" in table.columns:
        known["changed_at"] = ibis.least(table.changed_at, _literal(at).cast(table.changed_at.type()))
    return table.mutate(**known)


def _dated(table: ir.Table, at: dt.datetime, *names: str) -> ir.Table:
    """Return cases with columns of days, null where the day is not over at ``at``."""
    today = ibis.literal(at.date())
    return table.mutate(
        **{name: (table[name] < today).fill_null(False).ifelse(table[name], ibis.null("date")) for name in names}
    )


def _since(table: ir.Table, at: dt.datetime, name: str) -> ir.Table:
    """Return the rows whose moment is not after ``at``, and those without a moment."""
    return table.filter(table[name].isnull() | (table[name] <= _literal(at)))


def _accounts(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(_since(table, at, "opened_at"), at, "last_login_at")


def _deliveries(table: ir.Table, at: dt.datetime) -> ir.Table:
    is_back = table.state.isin(["returned", "refused", "recalled"])
    # not all have the moment of their return: then the last change stands for it
    came_back = has_passed(ibis.coalesce(table.returned_at, table.changed_at), at)
    state = ibis.cases(
        (is_back & came_back, table.state),
        (has_passed(table.registered_at, at), "registered"),
        (has_passed(table.signed_at, at), "signed"),
        (has_passed(table.delivered_at, at), "delivered"),
        else_="sent",
    )
    moments = ("delivered_at", "signed_at", "registered_at", "returned_at")
    return _with(table.mutate(state=state), at, *moments, signing_s="signed_at")


def _tasks(table: ir.Table, at: dt.datetime) -> ir.Table:
    ended = has_passed(ibis.coalesce(table.finished_at, table.changed_at), at)
    return _with(table.mutate(is_cancelled=table.is_cancelled & ended), at, "finished_at", handling_s="finished_at")


def _problems(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(table, at, "ended_at", lasting_s="ended_at")


def _tickets(table: ir.Table, at: dt.datetime) -> ir.Table:
    at_closing = dict.fromkeys(("resolution_s", "cause", "close_code", "reopenings", "satisfaction"), "closed_at")
    return _with(table, at, "responded_at", "closed_at", **at_closing)


def _incidents(table: ir.Table, at: dt.datetime) -> ir.Table:
    moments = ("discovered_at", "responded_at", "restored_at", "reported_at")
    later = {"down_s": "restored_at", "reported_to": "reported_at", "has_bad_effect": "restored_at"}
    return _with(table, at, *moments, **later)


def _changes(table: ir.Table, at: dt.datetime) -> ir.Table:
    moments = ("confirmed_at", "started_at", "finished_at")
    return _with(table, at, *moments, confirmed_by="confirmed_at", result="finished_at")


def _access_grants(table: ir.Table, at: dt.datetime) -> ir.Table:
    moments = ("approved_at", "modified_at", "removed_at")
    return _with(_dated(table, at, "last_used_on", "reviewed_on"), at, *moments, approved_by="approved_at")


def _plans(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(_dated(table, at, "confirmed_on", "cancelled_on"), at)


def _confirmed(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _dated(table, at, "confirmed_on")


def _onboardings(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(_dated(table, at, "account_on", "permission_on", "seal_on", "training_on", "finished_on"), at)


def _report_plan(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(_dated(table, at, "delivered_on"), at)


def _recommendations(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(table, at, "finished_at")


def _messages(table: ir.Table, at: dt.datetime) -> ir.Table:
    # a message that the platform refuses is settled at once and never reported
    is_settled = table.reported_at.isnull() | has_passed(table.reported_at, at)
    reported = ("outcome", "failure_code", "reported_at", "receipt_latency_s")
    return table.mutate(**{name: is_settled.ifelse(table[name], ibis.null(table[name].type())) for name in reported})


def _bills(table: ir.Table, at: dt.datetime) -> ir.Table:
    # a carrier bills a month when it is over
    first = at.date().replace(day=1)
    return table.filter(table.month_on < ibis.literal(first))


def _certificates(table: ir.Table, at: dt.datetime) -> ir.Table:
    present = _since(table, at, "issued_at")
    is_revoked_later = (present.state == "revoked") & (present.revoked_at > _literal(at)).fill_null(False)
    is_archived_later = (present.state == "archived") & (present.expires_at > _literal(at - _ARCHIVED_AFTER))
    state = (is_revoked_later | is_archived_later).ifelse("active", present.state)
    return _with(present.mutate(state=state), at, "revoked_at")


def _seals(table: ir.Table, at: dt.datetime) -> ir.Table:
    present = _since(table, at, "requested_at")
    is_made, is_tested = has_passed(present.made_at, at), has_passed(present.tested_at, at)
    state = ibis.cases(
        (present.state.isin(["in_use", "tested"]) & ~is_tested & is_made, "made"),
        (present.state.isin(["in_use", "tested", "made"]) & ~is_made, "making"),
        else_=present.state,
    )
    return _with(present.mutate(state=state), at, "made_at", "tested_at")


def _dispositions(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(_since(table, at, "noted_at"), at, "withdrawn_at")


def _opened(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _since(table, at, "opened_at")


def _backups(table: ir.Table, at: dt.datetime) -> ir.Table:
    # a running backup has no outcome and is not listed
    return _since(table, at, "ended_at")


#: Dataset → function that returns its rows as known at a moment; the rows of the others never change.
KNOWN: Mapping[str, Callable[[ir.Table, dt.datetime], ir.Table]] = MappingProxyType({
    "identity.accounts": _accounts,
    "sso.apps": _opened,
    "docexchange.deliveries": _deliveries,
    "oa.tasks": _tasks,
    "sms.messages": _messages,
    "sms.bills": _bills,
    "ca.certificates": _certificates,
    "seal.seals": _seals,
    "infra.problems": _problems,
    "infra.backups": _backups,
    "desk.tickets": _tickets,
    "desk.incidents": _incidents,
    "desk.changes": _changes,
    "desk.recommendations": _recommendations,
    "desk.access_grants": _access_grants,
    "desk.plans": _plans,
    "desk.trainings": _confirmed,
    "desk.drills": _confirmed,
    "desk.onboardings": _onboardings,
    "desk.report_plan": _report_plan,
    "desk.dispositions": _dispositions,
})  # fmt: skip


def known_at(dataset: str, table: ir.Table, at: dt.datetime) -> ir.Table:
    """Return the rows of a dataset as they were known at a moment, with the same columns.

    The caller leaves out the rows of days that end after ``at``.

    Args:
        dataset: name of the dataset.
        table: its rows, as they were extracted later.
        at: the moment, aware and in the site's zone: a day is over when the local one is.
    """
    return KNOWN[dataset](table, at).select(table.columns) if dataset in KNOWN else table
