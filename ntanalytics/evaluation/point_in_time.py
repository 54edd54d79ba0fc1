"""What was known at a moment that has passed, of rows that were taken later.

A lake that is filled once, at the end, holds what became of every case and message since; the inspection of a past
day must not see it. Whatever tells of a moment after the one asked for is taken back: rows that were not there yet
are left out, what had not happened yet is null, and a state is what it was. What a dataset does not tell the time of
(whether an account is enabled, of what kind a seal is) stays as it is at the end; docs/evaluation.md names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

#: A certificate that expired so long ago is archived, at the earliest.
_ARCHIVED_AFTER = dt.timedelta(days=60)


def has_passed(moment: ir.TimestampColumn, at: dt.datetime) -> ir.BooleanColumn:
    """Whether a moment is there and was before ``at``."""
    found: ir.BooleanColumn = (moment <= ibis.literal(at)).fill_null(False)
    return found


def _happened(table: ir.Table, at: dt.datetime, *names: str) -> dict[str, ir.Column]:
    """The columns with null where they tell of a moment after ``at``."""
    return {name: has_passed(table[name], at).ifelse(table[name], ibis.null(table[name].type())) for name in names}


def _with(table: ir.Table, at: dt.datetime, *names: str, **lasted: str) -> ir.Table:
    """A case as it was: some moments, what lasted until one of them, and when it last changed."""
    known = _happened(table, at, *names)
    known |= {
        name: has_passed(table[until], at).ifelse(table[name], ibis.null(table[name].type()))
        for name, until in lasted.items()
    }
    if "changed_at" in table.columns:
        known["changed_at"] = ibis.least(table.changed_at, ibis.literal(at).cast(table.changed_at.type()))
    return table.mutate(**known)


def _since(table: ir.Table, at: dt.datetime, name: str) -> ir.Table:
    """Without what came later; what has no moment has always been there."""
    return table.filter(table[name].isnull() | (table[name] <= ibis.literal(at)))


def _accounts(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(_since(table, at, "opened_at"), at, "last_login_at")


def _deliveries(table: ir.Table, at: dt.datetime) -> ir.Table:
    is_back = table.state.isin(["returned", "refused", "recalled"])
    # when it came back is not told of all of them: then by its last change
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
    return _with(table, at, "responded_at", "closed_at", resolution_s="closed_at")


def _incidents(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(table, at, "responded_at", "restored_at", down_s="restored_at")


def _changes(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(table, at, "confirmed_at", "finished_at")


def _recommendations(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _with(table, at, "finished_at")


def _messages(table: ir.Table, at: dt.datetime) -> ir.Table:
    # what the platform refuses is settled at once, and no report of it ever comes
    is_settled = table.reported_at.isnull() | has_passed(table.reported_at, at)
    told = ("outcome", "failure_code", "reported_at", "receipt_latency_s")
    return table.mutate(**{name: is_settled.ifelse(table[name], ibis.null(table[name].type())) for name in told})


def _bills(table: ir.Table, at: dt.datetime) -> ir.Table:
    # a carrier bills a month when it is over
    first = at.date().replace(day=1)
    return table.filter(table.month_on < ibis.literal(first))


def _certificates(table: ir.Table, at: dt.datetime) -> ir.Table:
    there = _since(table, at, "issued_at")
    is_revoked_later = (there.state == "revoked") & (there.revoked_at > ibis.literal(at)).fill_null(False)
    is_archived_later = (there.state == "archived") & (there.expires_at > ibis.literal(at - _ARCHIVED_AFTER))
    state = (is_revoked_later | is_archived_later).ifelse("active", there.state)
    return _with(there.mutate(state=state), at, "revoked_at")


def _seals(table: ir.Table, at: dt.datetime) -> ir.Table:
    there = _since(table, at, "requested_at")
    was_made, was_tested = has_passed(there.made_at, at), has_passed(there.tested_at, at)
    state = ibis.cases(
        (there.state.isin(["in_use", "tested"]) & ~was_tested & was_made, "made"),
        (there.state.isin(["in_use", "tested", "made"]) & ~was_made, "making"),
        else_=there.state,
    )
    return _with(there.mutate(state=state), at, "made_at", "tested_at")


def _opened(table: ir.Table, at: dt.datetime) -> ir.Table:
    return _since(table, at, "opened_at")


def _backups(table: ir.Table, at: dt.datetime) -> ir.Table:
    # one that still runs has no outcome, and is not listed
    return _since(table, at, "ended_at")


#: Dataset → what of its rows was known at a moment; of the others a day's rows say nothing that came later.
KNOWN: Mapping[str, Callable[[ir.Table, dt.datetime], ir.Table]] = MappingProxyType({
    "identity.accounts": _accounts,
    "sso.apps": _opened,
    "docexchange.deliveries": _deliveries,
    "oa.tasks": _tasks,
    "sms.messages": _messages,
    "sms.applications": _opened,
    "sms.bills": _bills,
    "ca.certificates": _certificates,
    "seal.seals": _seals,
    "infra.problems": _problems,
    "infra.backups": _backups,
    "desk.tickets": _tickets,
    "desk.incidents": _incidents,
    "desk.changes": _changes,
    "desk.recommendations": _recommendations,
})  # fmt: skip


def known_at(dataset: str, table: ir.Table, at: dt.datetime) -> ir.Table:
    """The rows of a dataset as they were known at a moment.

    Args:
        dataset: its name.
        table: its rows, as they were taken later.
        at: the moment, aware.

    Returns:
        The same columns; rows of days that end after ``at`` are the caller's to leave out.
    """
    return KNOWN[dataset](table, at).select(table.columns) if dataset in KNOWN else table
