"""The service desk by day: usual manual checks, first responses outside office hours, open tickets.

Every function takes Ibis tables of ``desk.tickets`` or ``desk.checks`` and returns one.
"""

from __future__ import annotations

from datetime import date, datetime

import ibis
import ibis.expr.types as ir

from ntanalytics.contract.desk_tickets import WITHDRAWN
from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.measure import catalogue, count, rate
from ntanalytics.metrics.slots import local_day

USUAL_CHECKS = (
    count(
        "usual_items",
        "通常检查项",
        "项",
        "Items that were checked on at least four of five working days of the weeks before, up to their last check: "
        "one that was left off is missed until it is made again, or has not been usual for weeks.",
    ),
    count("made_items", "已检查项", "项", "Usual items that were checked on the day.", good="up"),
    rate(
        "made_rate",
        "检查完成率",
        "made_items / usual_items; null where nothing is usual yet.",
        good="up",
        is_share=False,
    ),
)

#: First responses outside office hours (docs/domain.md, O3).
RESPONSE = (
    count("off_hours_tickets", "非工作时间工单", "件", "Tickets opened outside 08:30–18:00 of a working day."),
    count(
        "late_responses",
        "响应迟缓工单",
        "件",
        "Off-hours tickets without a first response within two hours. A missing day hides both tickets and responses.",
        good="down",
        over_gap="unknown",
    ),
    count(
        "unrecorded_responses",
        "未记录响应工单",
        "件",
        "Off-hours tickets that were closed without a recorded first response: nobody knows when it was. A missing day "
        "hides both tickets and responses.",
        good="down",
        over_gap="unknown",
    ),
)

WAITING = (
    count(
        "open_now",
        "未关闭工单",
        "件",
        "Tickets opened and not closed at the end of the day (docs/domain.md, Desk: backlog). A missing day hides "
        "both new tickets and the end of old ones.",
        good="down",
        over_gap="unknown",
    ),
)

#: Office hours in minutes of the local day, and the limit of a first response in seconds.
OFFICE_MINUTES, RESPONSE_S = (510, 1080), 7200

#: Share of the working days before on which a usual item is checked, and the least number of those days.
USUAL_SHARE, MIN_USUAL_DAYS = 0.8, 5

MEASURES = catalogue(change.with_changes((*USUAL_CHECKS, *RESPONSE, *WAITING)))


def usual_checks(checks: ir.Table, days: ir.Table, on: date) -> ir.Table:
    """Return the number of usual manual checks, and of those made on a day (docs/domain.md, O12).

    Args:
        checks: rows of ``desk.checks`` of some weeks up to ``on``.
        days: the days of those weeks (metrics.days).
        on: the day.

    Returns:
        One row with the measures of ``USUAL_CHECKS``.
    """
    both = _usual_items(checks, days, on)
    totals = both.aggregate(usual_items=both.count(), made_items=both["_made"].count())
    return totals.mutate(made_rate=totals.made_items / totals.usual_items.nullif(0))


def unmade_checks(checks: ir.Table, days: ir.Table, on: date) -> ir.Table:
    """Return the usual manual checks that were not made on a day, those that were left off first at the top.

    Args:
        checks: rows of ``desk.checks`` of some weeks up to ``on``.
        days: the days of those weeks (metrics.days).
        on: the day.

    Returns:
        ``item`` and ``last_checked_on``.
    """
    both = _usual_items(checks, days, on)
    return both.filter(both["_made"].isnull()).select("item", "last_checked_on").order_by("last_checked_on", "item")


def _usual_items(checks: ir.Table, days: ir.Table, on: date) -> ir.Table:
    """Return ``item`` of each usual manual check, its last day, and ``_made``, which is null if it was not made."""
    worked = days.filter(days.is_covered & days.is_working_day & (days.day < ibis.literal(on))).select("day")
    past = checks.semi_join(worked, [checks.checked_on == worked.day])
    counted = past.group_by("subsystem", "item").aggregate(
        _on=past.checked_on.nunique(), _first=past.checked_on.min(), last_checked_on=past.checked_on.max()
    )
    meanwhile = counted.join(worked, [worked.day >= counted["_first"], worked.day <= counted.last_checked_on])
    usual = meanwhile.group_by("subsystem", "item", "last_checked_on", "_on").aggregate(_days=meanwhile.count())
    usual = usual.filter((usual["_days"] >= MIN_USUAL_DAYS) & (usual["_on"] >= USUAL_SHARE * usual["_days"]))
    today = checks.filter(checks.checked_on == ibis.literal(on)).select("subsystem", _made="item").distinct()
    joined = usual.left_join(today, [usual.subsystem == today.subsystem, usual["item"] == today["_made"]])
    return joined.select("item", "last_checked_on", "_made")


def responses(tickets: ir.Table, days: ir.Table, utc_offset_h: int, until: datetime) -> ir.Table:
    """Return the first response of each ticket: in time, late, not recorded, or still to come in time (O3).

    Withdrawn and doubled tickets ask for none.

    Args:
        tickets: rows of ``desk.tickets``, those opened in the period.
        days: the days of the period (metrics.days).
        utc_offset_h: hours by which local time is ahead of UTC.
        until: the period's end (aware), up to which open tickets have waited.

    Returns:
        ``ticket_no``, ``opened_at``, ``responded_at``, ``is_off_hours`` (opened outside office hours), ``waited_s`` and
        ``response``: ``met``, ``late``, ``unrecorded`` (closed without one) or ``open``.
    """
    tickets = tickets.filter(tickets.close_code.notin(WITHDRAWN).fill_null(True))
    local = tickets.opened_at + ibis.interval(hours=utc_offset_h)
    dated = tickets.mutate(_day=local.date(), _minute=local.hour() * 60 + local.minute())
    free = days.filter(~days.is_working_day.fill_null(True)).select(_free="day")
    marked = dated.left_join(free, [dated["_day"] == free["_free"]])
    end = ibis.literal(until).cast(marked.responded_at.type())
    is_open = marked.closed_at.isnull() | (marked.closed_at > end)
    waited = ibis.coalesce(marked.responded_at, end).epoch_seconds() - marked.opened_at.epoch_seconds()
    return marked.select(
        "ticket_no",
        "opened_at",
        "responded_at",
        is_off_hours=marked["_free"].notnull() | ~marked["_minute"].between(OFFICE_MINUTES[0], OFFICE_MINUTES[1] - 1),
        waited_s=waited,
        response=ibis.cases(
            (marked.responded_at.isnull() & ~is_open, "unrecorded"),
            (waited > RESPONSE_S, "late"),
            (marked.responded_at.isnull(), "open"),
            else_="met",
        ),
    )


def off_hours_responses(tickets: ir.Table, days: ir.Table, utc_offset_h: int, until: datetime) -> ir.Table:
    """Return the tickets opened outside office hours, and those that waited for a first response (O3).

    Args:
        tickets: as of :func:`responses`.
        days: the same.
        utc_offset_h: the same.
        until: the same.

    Returns:
        One row with the measures of ``RESPONSE``.
    """
    answered = responses(tickets, days, utc_offset_h, until)
    off = answered.filter(answered.is_off_hours)
    return off.aggregate(
        off_hours_tickets=off.count(),
        late_responses=off.count(where=off.response == "late"),
        unrecorded_responses=off.count(where=off.response == "unrecorded"),
    )


def open_by_day(tickets: ir.Table, days: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return ``open_now`` at the end of open_tickets day; null on a gap; ordered by day.

    Args:
        tickets: rows of ``desk.tickets``: all that were opened before the last of ``days`` or may be open then.
        days: the days of the span (metrics.days).
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    spans = tickets.select(
        _opened=local_day(tickets.opened_at, utc_offset_h),
        _closed=local_day(tickets.closed_at, utc_offset_h),
        _no="ticket_no",
    )
    is_open = (spans["_opened"] <= days.day) & (spans["_closed"].isnull() | (spans["_closed"] > days.day))
    open_tickets = days.inner_join(spans, is_open)
    counted = open_tickets.group_by("day").aggregate(open_now=open_tickets.count())
    return fill_days(counted, days, MEASURES).order_by("day")
