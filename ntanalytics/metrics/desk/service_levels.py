"""Service levels of the desk: responses, resolutions, satisfaction, repeated causes, changes, access rights.

Defined in docs/domain.md, Desk; Service quality and score.

Every function takes Ibis tables of ``desk.*`` and returns one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.contract.desk_tickets import SOLVED, WITHDRAWN
from ntanalytics.metrics.measure import Measure, catalogue, count, rate
from ntanalytics.metrics.slots import local_day

#: Fewest tickets of one cause on one subsystem in a period that are repeated.
REPEATED = 3

#: Days without use after which a right counts as unused (docs/domain.md, Identity and SSO).
UNUSED = timedelta(days=90)

TICKETS = (
    count(
        "no_deadline_tickets",
        "无时限工单",
        "件",
        "Tickets opened in the period without a deadline (docs/domain.md, Desk).",
    ),
    Measure(
        "response_p50_s",
        "首次响应中位数",
        "Median of responded_at − opened_at of the tickets opened in the period that have both.",
        format="seconds",
        good="down",
    ),
    count("unanswered_tickets", "无响应记录工单", "件", "Tickets opened in the period without a first response."),
    count(
        "solved_tickets", "已解决工单", "件", "Tickets closed in the period as solved or by a workaround.", good="up"
    ),
    rate(
        "resolution_rate",
        "解决率",
        "solved_tickets / tickets closed in the period whose result is recorded; withdrawn and doubled ones are left "
        "out; null where any result is missing (docs/domain.md, Desk: resolution rate).",
        good="up",
    ),
    Measure(
        "resolution_mean_s",
        "处理用时平均",
        "Mean of closed_at − opened_at of the tickets closed in the period.",
        format="seconds",
        good="down",
    ),
    count("marked_tickets", "已评价工单", "件", "Tickets closed in the period with a mark of the unit."),
    Measure(
        "satisfaction_mean",
        "满意度",
        "Mean mark of the tickets closed in the period that have one, of 5; null without any.",
        unit="分",
        format="number:1",
        good="up",
    ),
    count(
        "reopened_tickets", "重开工单", "件", "Tickets closed in the period that had been closed before.", good="down"
    ),
)

CAUSES = (count("repeated_tickets", "重复工单", "件", "Tickets of one cause on one subsystem.", good="down"),)

CHANGES = (
    count("ended_changes", "结束变更", "项", "Changes finished, rolled back or cancelled in the period."),
    count(
        "unapproved_changes",
        "未经批准变更",
        "项",
        "Ended changes without a confirmation before their end.",
        good="down",
        over_gap="unknown",
    ),
    count("unsuccessful_changes", "未成功变更", "项", "Ended changes that failed or were rolled back.", good="down"),
    count("cancelled_changes", "取消变更", "项", "Changes cancelled in the period."),
    count("unrecorded_changes", "未记录结果变更", "项", "Ended changes whose result is not recorded."),
    rate("unapproved_rate", "未经批准占比", "unapproved_changes / ended_changes.", good="down"),
    rate(
        "unsuccessful_rate",
        "未成功占比",
        "unsuccessful_changes / ended_changes; null where a result is not recorded (docs/domain.md, Desk: changes).",
        good="down",
    ),
    rate("cancelled_rate", "取消占比", "cancelled_changes / ended_changes."),
)

ACCESS = (
    count("granted_rights", "新授权限", "项", "Rights granted in the period."),
    count("modified_rights", "变更权限", "项", "Rights modified in the period."),
    count("removed_rights", "撤销权限", "项", "Rights removed in the period."),
    count("held_rights", "在用权限", "项", "Rights held at the end of the period.", over_gap="unknown"),
    count(
        "unused_rights",
        "长期未用权限",
        "项",
        "Held rights whose last recorded use is 90 days or more before the end.",
        good="down",
        over_gap="unknown",
    ),
    count("use_unknown_rights", "使用情况未知", "项", "Held rights without a recorded use.", over_gap="unknown"),
    count(
        "unapproved_rights", "未经批准权限", "项", "Held rights without an approval.", good="down", over_gap="unknown"
    ),
    count(
        "closed_unit_rights",
        "已撤并单位权限",
        "项",
        "Held rights of a unit that is out of use.",
        good="down",
        over_gap="unknown",
    ),
)

#: Rights that do not end with their removal.
REMOVED = (
    count(
        "used_removed_rights",
        "撤销后仍在用权限",
        "项",
        "Rights whose last recorded use is after the day of their removal, and that were not reviewed since that use "
        "(docs/domain.md, Service quality and score: access review). A missing day may hide a review.",
        good="down",
        over_gap="upper_bound",
    ),
)

MEASURES = catalogue((*TICKETS, *CAUSES, *CHANGES, *ACCESS, *REMOVED))


def ticket_levels(tickets: ir.Table, since: datetime, until: datetime) -> ir.Table:
    """Return how tickets were answered, solved and marked (docs/domain.md, Desk).

    Args:
        tickets: rows of ``desk.tickets``: all that were opened or closed in the window.
        since: the window's begin (aware).
        until: its end (aware), excluded.

    Returns:
        One row with the measures of ``TICKETS``.
    """
    begin, end = ibis.literal(since), ibis.literal(until)
    is_opened = (tickets.opened_at >= begin) & (tickets.opened_at < end)
    is_closed = ((tickets.closed_at >= begin) & (tickets.closed_at < end)).fill_null(False)
    is_answered = (tickets.responded_at < end).fill_null(False)
    is_solved = tickets.close_code.isin(SOLVED).fill_null(False)
    is_asked = ~tickets.close_code.isin(WITHDRAWN).fill_null(False)
    waited = (tickets.responded_at.epoch_seconds() - tickets.opened_at.epoch_seconds()).cast("float64")
    counted = tickets.aggregate(
        no_deadline_tickets=tickets.count(where=is_opened & tickets.due_at.isnull()),
        response_p50_s=waited.quantile(0.5, where=is_opened & is_answered),
        unanswered_tickets=tickets.count(where=is_opened & ~is_answered),
        solved_tickets=tickets.count(where=is_closed & is_solved),
        _asked=tickets.count(where=is_closed & is_asked),
        _unknown=tickets.count(where=is_closed & tickets.close_code.isnull()),
        resolution_mean_s=tickets.resolution_s.mean(where=is_closed),
        marked_tickets=tickets.count(where=is_closed & tickets.satisfaction.notnull()),
        satisfaction_mean=tickets.satisfaction.mean(where=is_closed),
        reopened_tickets=tickets.count(where=is_closed & (tickets.reopenings > 0).fill_null(False)),
    )
    solved = counted.solved_tickets / counted["_asked"].nullif(0)
    rated = counted.mutate(resolution_rate=(counted["_unknown"] == 0).ifelse(solved, ibis.null("float64")))
    return rated.select(*(measure.name for measure in TICKETS))


def repeated_causes(tickets: ir.Table) -> ir.Table:
    """Return the causes that came again on one subsystem (docs/domain.md, Desk: repeated tickets).

    Args:
        tickets: rows of ``desk.tickets``, those opened in the period.

    Returns:
        ``subsystem``, ``cause`` and ``repeated_tickets``, most first; what units merely ask for or how to use a thing
        is no cause.
    """
    known = tickets.filter(tickets.cause.notnull() & ~tickets.cause.isin(["usage", "request", "account"]))
    counted = known.group_by("subsystem", "cause").aggregate(repeated_tickets=known.count())
    repeated = counted.filter(counted.repeated_tickets >= REPEATED)
    return repeated.order_by(ibis.desc("repeated_tickets"), "subsystem", "cause")


def change_shares(changes: ir.Table, since: datetime, until: datetime, by: Sequence[str] = ()) -> ir.Table:
    """Return the changes that ended in a window, and the shares that went wrong (docs/domain.md, Desk: changes).

    Args:
        changes: rows of ``desk.changes``: all that may have ended in the window.
        since: the window's begin (aware).
        until: its end (aware), excluded.
        by: columns that name a group: ``kind``.

    Returns:
        ``by`` and the measures of ``CHANGES``, most first; one row when ``by`` is empty.
    """
    ended = changes.filter((changes.finished_at >= ibis.literal(since)) & (changes.finished_at < ibis.literal(until)))
    is_cancelled = (ended.result == "cancelled").fill_null(False)
    is_unapproved = (ended.confirmed_at.isnull() | (ended.confirmed_at > ended.finished_at)) & ~is_cancelled
    counted = ended.aggregate(
        by=list(by),
        ended_changes=ended.count(),
        unapproved_changes=ended.count(where=is_unapproved),
        unsuccessful_changes=ended.count(where=ended.result.isin(["failed", "rolled_back"])),
        cancelled_changes=ended.count(where=is_cancelled),
        unrecorded_changes=ended.count(where=ended.result.isnull()),
    )
    total = counted.ended_changes.nullif(0)
    unsuccessful = (counted.unrecorded_changes == 0).ifelse(counted.unsuccessful_changes / total, ibis.null("float64"))
    rated = counted.mutate(
        unapproved_rate=counted.unapproved_changes / total,
        unsuccessful_rate=unsuccessful,
        cancelled_rate=counted.cancelled_changes / total,
    )
    return rated.order_by(ibis.desc("ended_changes"), *by)


def access_rights(
    grants: ir.Table, closed_units: Collection[str], since: datetime, until: datetime, by: Sequence[str] = ()
) -> ir.Table:
    """Return the rights granted, modified, removed and held (docs/domain.md, Service quality and score: access review).

    Args:
        grants: rows of ``desk.access_grants``: all that are held or changed in the window.
        closed_units: names of the units that are out of use.
        since: the window's begin (aware).
        until: its end (aware), excluded.
        by: columns that name a group: ``holder``, ``subsystem``.

    Returns:
        ``by`` and the measures of ``ACCESS``, most held first; one row when ``by`` is empty.
    """

    def within(column: ir.TimestampColumn) -> ir.BooleanColumn:
        inside: ir.BooleanColumn = ((column >= ibis.literal(since)) & (column < ibis.literal(until))).fill_null(False)
        return inside

    is_held = (grants.granted_at < ibis.literal(until)) & (
        grants.removed_at.isnull() | (grants.removed_at >= ibis.literal(until))
    )
    unused = ibis.literal((until - UNUSED).date())
    counted = grants.aggregate(
        by=list(by),
        granted_rights=grants.count(where=within(grants.granted_at)),
        modified_rights=grants.count(where=within(grants.modified_at)),
        removed_rights=grants.count(where=within(grants.removed_at)),
        held_rights=grants.count(where=is_held),
        unused_rights=grants.count(where=is_held & (grants.last_used_on <= unused).fill_null(False)),
        use_unknown_rights=grants.count(where=is_held & grants.last_used_on.isnull()),
        unapproved_rights=grants.count(where=is_held & grants.approved_at.isnull()),
        closed_unit_rights=grants.count(where=is_held & grants.unit.isin([*closed_units]).fill_null(False)),
    )
    return counted.order_by(ibis.desc("held_rights"), *by)


def used_after_removal(grants: ir.Table, on: date, utc_offset_h: int) -> ir.Table:
    """Return the rights that were used after the day of their removal, and not reviewed since.

    Args:
        grants: rows of ``desk.access_grants``.
        on: the last day whose uses are known.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``subsystem``, ``grant_no``, ``permission``, ``unit``, ``removed_on`` and ``last_used_on``; the first use first.
    """
    dated = grants.mutate(removed_on=local_day(grants.removed_at, utc_offset_h))
    is_used = (dated.last_used_on > dated.removed_on) & (dated.last_used_on <= ibis.literal(on))
    is_reviewed = (dated.reviewed_on >= dated.last_used_on).fill_null(False)
    used = dated.filter(is_used.fill_null(False) & ~is_reviewed)
    columns = ("subsystem", "grant_no", "permission", "unit", "removed_on", "last_used_on")
    return used.select(*columns).order_by("last_used_on", "grant_no")
