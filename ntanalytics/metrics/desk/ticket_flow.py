"""Flow of tickets through the desk: how fast they are answered, closed in bulk, and which incident came again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.contract.desk_tickets import SOLVED
from ntanalytics.metrics.measure import catalogue, count, rate
from ntanalytics.metrics.slots import local_day

#: Seconds within which tickets are closed together, and how many make a bulk.
BULK_S, BULK = 600, 6

#: Time within which an incident of the same cause is the same fault again.
AGAIN_WITHIN = timedelta(days=30)

#: Share of the waits before that were slow: that of the longest.
SLOW_SHARE = 0.05

FLOW = (
    count(
        "bulk_closed",
        "集中关闭工单",
        "件",
        "The most tickets that were closed within ten minutes (docs/domain.md, Desk: bulk closing).",
        good="down",
    ),
    rate(
        "slow_response_share",
        "响应变慢占比",
        "Tickets that waited longer for a first response than nineteen of twenty did before / tickets of the day.",
        good="down",
        digits=0,
    ),
    rate(
        "unsolved_share",
        "未解决关闭占比",
        "Tickets closed otherwise than solved / tickets closed on the day with a recorded result.",
        good="down",
        digits=0,
    ),
    count(
        "same_incidents",
        "同类事件",
        "起",
        "Incidents of one cause on one subsystem within thirty days (docs/domain.md, Desk: same fault again).",
        good="down",
    ),
)

MEASURES = catalogue(FLOW)


def bulk_closings(tickets: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return the most tickets that were closed within ten minutes, by the local day of their closing.

    Args:
        tickets: rows of ``desk.tickets`` that may have been closed in the days of interest.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``day``, ``bulk_closed``, and ``bulk_from_at`` and ``bulk_until_at`` of the tickets that it counts, by day.
    """
    closed = tickets.filter(tickets.closed_at.notnull())
    dated = closed.select("ticket_no", "closed_at", day=local_day(closed.closed_at, utc_offset_h))
    first = dated.select(_no="ticket_no", _closed="closed_at", _day="day")
    until = first["_closed"] + ibis.interval(seconds=BULK_S)
    together = [dated.day == first["_day"], dated.closed_at >= first["_closed"], dated.closed_at < until]
    pairs = dated.inner_join(first, together)
    counted = pairs.group_by("day", "_no").aggregate(
        bulk_closed=pairs.count(), bulk_from_at=pairs.closed_at.min(), bulk_until_at=pairs.closed_at.max()
    )
    largest = [ibis.desc(counted.bulk_closed), counted.bulk_from_at, counted["_no"]]
    placed = counted.mutate(_place=ibis.row_number().over(ibis.window(group_by="day", order_by=largest)))
    return placed.filter(placed["_place"] == 0).drop("_place", "_no").order_by("day")


def slow_responses(tickets: ir.Table, on: date, at: datetime, by: Sequence[str] = ()) -> ir.Table:
    """Return the tickets by day, and those that waited longer than nineteen of twenty before the day.

    Args:
        tickets: rows of ``desk.tickets`` opened on the day and in the weeks before it.
        on: the day.
        at: the moment (aware) up to which a ticket without a response has waited.
        by: further columns by which they are counted.

    Returns:
        ``day``, ``by``, ``slow_s`` (that wait), ``events`` and ``hits``; no row where nothing was answered before.
    """
    moment = ibis.literal(at).cast(tickets.responded_at.type())
    answered = ibis.least(ibis.coalesce(tickets.responded_at, moment), moment)
    waited = answered.epoch_seconds() - tickets.opened_at.epoch_seconds()
    timed = tickets.select("day", *by, _waited=waited.cast("float64"))
    before = timed.filter(timed.day < ibis.literal(on))
    usual = before.aggregate(slow_s=before["_waited"].quantile(1 - SLOW_SHARE))
    both = timed.cross_join(usual)
    known = both.filter(both.slow_s.notnull())
    is_slow = known["_waited"] > known.slow_s
    return known.group_by("day", *by, "slow_s").aggregate(events=known.count(), hits=known.count(where=is_slow))


def unsolved_closings(tickets: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return the closed tickets by the local day of their closing, and those that were not solved.

    Args:
        tickets: rows of ``desk.tickets`` that may have been closed in the days of interest.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``day``, ``events`` (with a recorded result) and ``hits``, by day.
    """
    closed = tickets.filter(tickets.closed_at.notnull() & tickets.close_code.notnull())
    dated = closed.select("close_code", day=local_day(closed.closed_at, utc_offset_h))
    is_open = dated.close_code.notin(SOLVED)
    return dated.group_by("day").aggregate(events=dated.count(), hits=dated.count(where=is_open)).order_by("day")


def repeated_incidents(incidents: ir.Table, on: date) -> ir.Table:
    """Return the incidents that began on a day and had the same cause, on the same subsystem, within thirty days.

    Args:
        incidents: rows of ``desk.incidents`` of the day and of the thirty days before it.
        on: the day.

    Returns:
        ``subsystem``, ``cause``, ``same_incidents`` (that of the day among them) and ``earlier_on``, the day of the one
        before, most first.
    """
    since = ibis.literal(on - AGAIN_WITHIN)
    near = incidents.filter((incidents.day > since) & (incidents.cause != "other"))
    is_today = near.day == ibis.literal(on)
    counted = near.group_by("subsystem", "cause").aggregate(
        same_incidents=near.count(), _today=near.count(where=is_today), earlier_on=near.day.max(where=~is_today)
    )
    again = counted.filter((counted["_today"] > 0) & (counted.same_incidents > 1)).drop("_today")
    return again.order_by(ibis.desc("same_incidents"), "subsystem", "cause")
