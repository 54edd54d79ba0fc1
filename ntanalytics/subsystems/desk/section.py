"""Summary of the service desk in any report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import ibis

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, evaluated, highlights, series
from ntanalytics.checks.subsystem import Section
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.desk import obligations
from ntanalytics.metrics.desk import tickets as desk_metrics
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.desk.ticket_checks import OLDEST_TICKET


def summarize(context: CheckContext, _findings: Sequence[Finding]) -> SubsystemSummary:
    """Return tickets, recovery clocks, attendance and changes (docs/domain.md, Desk)."""
    tickets = context.dataset("desk.tickets", OLDEST_TICKET)
    attendance, changes = context.dataset("desk.attendance"), context.dataset("desk.changes", HISTORY)
    incidents = context.dataset("desk.incidents", HISTORY)
    since, until = context.begins_at, context.ends_at
    before = context.previous.window(context.workspace.settings.zone)[0]
    now, earlier = desk_metrics.flow(tickets.recent, since, until), desk_metrics.flow(tickets.recent, before, since)
    total = compared(now, earlier, desk_metrics.FLOW, tickets)
    [open_now] = rows(desk_metrics.backlog(tickets.recent, until))
    [open_then] = rows(desk_metrics.backlog(tickets.recent, since))
    days = tickets.days.filter(tickets.days.day >= ibis.literal(context.period.first - timedelta(days=HISTORY)))
    by_day = desk_metrics.daily(tickets.recent, days, context.utc_offset_h)
    row = {**total, **open_now, "open_tickets_before": open_then["open_tickets"]}
    names = ["opened_tickets", "closed_tickets", "open_tickets"]
    return SubsystemSummary(
        subsystem="desk",
        highlights=highlights(row, names, is_complete=tickets.is_complete),
        lead="opened_tickets",
        total=row,
        recent=series(by_day, "opened_tickets"),
        others={"closed_tickets": series(by_day, "closed_tickets")},
        tables=evaluated(
            ("clocks", obligations.recovery(incidents.recent, since, until)),
            ("categories", desk_metrics.flow(tickets.recent, since, until, ["category"])),
            ("subsystems", desk_metrics.flow(tickets.recent, since, until, ["subsystem"])),
            ("changes", obligations.changes(changes.recent, since, until, ["kind"])),
            ("unconfirmed", obligations.unconfirmed_changes(changes.recent, since, until)),
            ("planned", obligations.planned_changes(changes.recent, until, until + timedelta(days=7))),
            ("attendance", desk_metrics.attendance(attendance.table, context.working_days)),
        ),
        origin=context.origin("desk.flow", tickets),
        note=tickets.note,
        is_complete=tickets.is_complete,
        was_complete=tickets.was_complete,
    )


SECTION = Section(
    summarize=summarize,
    lead="opened_tickets",
    reads={"desk.tickets": OLDEST_TICKET, "desk.attendance": 0, "desk.changes": HISTORY, "desk.incidents": HISTORY},
    requires=("desk.tickets",),
)
