"""Service desk: tickets, attendance and manual checks (docs/domain.md, Desk).

Every function takes Ibis tables of ``desk.tickets``, ``desk.attendance`` or ``desk.checks`` and returns one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.measure import Measure, catalogue, count, rate
from ntanalytics.metrics.slots import local_day

#: Open tickets (docs/domain.md, Desk).
BACKLOG = (
    count(
        "open_tickets",
        "未关闭工单",
        "件",
        "Tickets opened and not closed by the moment: the backlog. A missing day hides both new tickets and the end of "
        "old ones.",
        good="down",
        over_gap="unknown",
    ),
    count(
        "overdue_tickets",
        "逾期工单",
        "件",
        "Open tickets whose due time is before the moment. Over a gap unknown, as open_tickets is.",
        good="down",
        over_gap="unknown",
    ),
    Measure(
        "oldest_due_at",
        "最早应完成",
        "The earliest due time of the overdue tickets; null where none is overdue.",
        format="datetime",
    ),
)

#: Tickets opened and closed (docs/domain.md, Desk).
FLOW = (
    count("opened_tickets", "新增工单", "件", "Tickets opened in the period."),
    count("closed_tickets", "关闭工单", "件", "Tickets closed in the period, whenever they were opened.", good="up"),
    Measure(
        "resolution_p50_s",
        "处理用时中位数",
        "Median of closed_at − opened_at of the tickets closed in the period, in seconds.",
        format="seconds",
        good="down",
    ),
)

ATTENDANCE = (
    count(
        "working_days",
        "工作日",
        "天",
        "Working days of the period, by the State Council's calendar (docs/domain.md, Time).",
    ),
    count(
        "recorded_days",
        "有记录天数",
        "天",
        "Working days on which the workbook records anybody's presence or absence.",
        good="up",
    ),
    count(
        "attended_days",
        "驻场天数",
        "天",
        "Working days with the engineer or the backup present (docs/domain.md, Desk).",
        good="up",
    ),
    rate(
        "attendance_rate",
        "驻场率",
        "attended_days / working_days; null when the period has no working day (docs/domain.md, Desk).",
        good="up",
    ),
)

CHECKS = (
    count("checks", "检查项数", "项", "Manual checks recorded in the period."),
    count("checks_ok", "正常项", "项", "Manual checks with the result ok.", good="up"),
    count("checks_watch", "关注项", "项", "Manual checks with the result watch.", good="down"),
    count("checks_bad", "异常项", "项", "Manual checks with the result bad.", good="down"),
)

#: Words of a remark on a problem that was solved on the spot.
SETTLED = "已处理|已处置|已恢复|已解决|已排除|已更换|已修复|已复核"

OPEN_CHECKS = (
    count(
        "checks_open",
        "未处理的检查项",
        "项",
        "Manual checks with the result bad, and those with the result watch whose remark names no solution.",
        good="down",
    ),
)

OLDEST = (
    Measure(
        "overdue_days",
        "最长逾期",
        "The moment − oldest_due_at, in days; null without one.",
        unit="天",
        format="number:0",
        good="down",
    ),
)

SHARES = (rate("ticket_share", "工单占比", "Tickets of a category / all tickets opened in the period."),)

MEASURES = catalogue(change.with_changes((*BACKLOG, *FLOW, *ATTENDANCE, *CHECKS, *OPEN_CHECKS, *OLDEST, *SHARES)))


def backlog(tickets: ir.Table, at: datetime, by: Sequence[str] = ()) -> ir.Table:
    """Return the tickets open, and open beyond their due time, at a moment (docs/domain.md, Desk).

    Args:
        tickets: rows of ``desk.tickets``: all that were opened before ``at`` or may still be open then.
        at: the moment (aware).
        by: columns of ``tickets`` that name a group (``category``, ``subsystem``).

    Returns:
        ``by`` and the measures of ``BACKLOG`` and ``OLDEST``, most overdue first; one row when ``by`` is empty.
    """
    moment = ibis.literal(at)
    is_open = (tickets.opened_at <= moment) & (tickets.closed_at.isnull() | (tickets.closed_at > moment))
    is_overdue = is_open & (tickets.due_at < moment)
    counted = tickets.aggregate(
        by=list(by),
        open_tickets=tickets.count(where=is_open),
        overdue_tickets=tickets.count(where=is_overdue),
        oldest_due_at=tickets.due_at.min(where=is_overdue),
    )
    seconds = moment.epoch_seconds() - counted.oldest_due_at.epoch_seconds()
    counted = counted.mutate(overdue_days=seconds / 86_400)
    return counted.order_by(ibis.desc("overdue_tickets"), ibis.desc("open_tickets"), *by)


def flow(tickets: ir.Table, since: datetime, until: datetime, by: Sequence[str] = ()) -> ir.Table:
    """Return the tickets opened and closed in ``[since, until)``, and the resolution time (docs/domain.md, Desk).

    Args:
        tickets: rows of ``desk.tickets``: all that were opened or closed in the window.
        since: the window's begin (aware).
        until: its end (aware), excluded.
        by: columns of ``tickets`` that name a group.

    Returns:
        ``by`` and the measures of ``FLOW``, most opened first; one row when ``by`` is empty.
    """
    is_opened = (tickets.opened_at >= ibis.literal(since)) & (tickets.opened_at < ibis.literal(until))
    is_closed = (tickets.closed_at >= ibis.literal(since)) & (tickets.closed_at < ibis.literal(until))
    counted = tickets.aggregate(
        by=list(by),
        opened_tickets=tickets.count(where=is_opened),
        closed_tickets=tickets.count(where=is_closed),
        resolution_p50_s=tickets.resolution_s.quantile(0.5, where=is_closed),
    )
    return counted.order_by(ibis.desc("opened_tickets"), ibis.desc("closed_tickets"), *by)


def daily(tickets: ir.Table, days: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return the tickets opened and closed by day: 0 on a covered day without any, null on a gap; ordered by day.

    Args:
        tickets: rows of ``desk.tickets``: all that were opened or closed in the span of ``days``.
        days: the days of the span (metrics.days).
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    opened = tickets.select(day=local_day(tickets.opened_at, utc_offset_h), _opened=1, _closed=0)
    closed = tickets.filter(tickets.closed_at.notnull())
    closed = closed.select(day=local_day(closed.closed_at, utc_offset_h), _opened=0, _closed=1)
    both = opened.union(closed)
    counted = both.group_by("day").aggregate(
        opened_tickets=both["_opened"].sum().cast("int64"), closed_tickets=both["_closed"].sum().cast("int64")
    )
    return fill_days(counted, days, MEASURES).order_by("day")


def attendance(attendance: ir.Table, working_days: Sequence[date]) -> ir.Table:
    """Return the on-site attendance over the working days of a period (docs/domain.md, Desk; O2).

    A working day without a record of presence is not attended: an obligation needs evidence.

    Args:
        attendance: rows of ``desk.attendance``, those of the period.
        working_days: the period's working days.

    Returns:
        One row with the measures of ``ATTENDANCE``.
    """
    days = ibis.memtable(pa.table({"_day": pa.array(working_days, pa.date32())}))
    by_day = attendance.group_by(_recorded="attended_on").aggregate(_present=attendance.is_present.any())
    joined = days.left_join(by_day, days["_day"] == by_day["_recorded"])
    counted = joined.aggregate(
        working_days=joined.count(),
        recorded_days=joined["_recorded"].count(),
        attended_days=joined.count(where=joined["_present"]),
    )
    return counted.mutate(attendance_rate=counted.attended_days / counted.working_days.nullif(0))


def checks(checks: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return the manual checks by result (docs/domain.md, The reports: daily inspection).

    Args:
        checks: rows of ``desk.checks``, those of the period.
        by: columns of ``checks`` that name a group (``subsystem``).

    Returns:
        ``by`` and the measures of ``CHECKS`` and ``OPEN_CHECKS``, the worst results first; one row when ``by`` is
        empty.
    """
    is_settled = checks.remark.re_search(SETTLED).fill_null(False)
    counted = checks.aggregate(
        by=list(by),
        checks=checks.count(),
        checks_ok=checks.count(where=checks.result == "ok"),
        checks_watch=checks.count(where=checks.result == "watch"),
        checks_bad=checks.count(where=checks.result == "bad"),
        checks_open=checks.count(where=(checks.result == "bad") | ((checks.result == "watch") & ~is_settled)),
    )
    return counted.order_by(ibis.desc("checks_bad"), ibis.desc("checks_watch"), *by)
