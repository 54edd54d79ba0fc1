"""Summary of the service desk in any report."""

from __future__ import annotations

from datetime import timedelta

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import register
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics.desk import obligations
from ntanalytics.metrics.desk import tickets as desk_metrics
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import case_list, figures
from ntanalytics.subsystems.desk.service_checks import attendance_figures


def summarize(context: CheckContext) -> SubsystemSummary:
    """Return tickets, recovery clocks, attendance and changes (docs/domain.md, Desk)."""
    tickets = context.dataset("desk.tickets", HISTORY)
    changes, incidents = context.dataset("desk.changes", HISTORY), context.dataset("desk.incidents", HISTORY)
    since, until = context.begins_at, context.ends_at
    clocks = obligations.recovery(incidents.cases, since, incidents.known_end, incidents.sources_without("restored_at"))
    before = context.previous.window(context.workspace.settings.zone)[0]
    now, earlier = desk_metrics.flow(tickets.cases, since, until), desk_metrics.flow(tickets.cases, before, since)
    moments = (tickets.known_end, since)
    open_now, open_then = (figures(desk_metrics.backlog(tickets.cases, at), tickets).total for at in moments)
    was_open = FigureRow(
        {"open_tickets_before": open_then["open_tickets"]},
        was_complete=tickets.was_complete,
        at_least=open_then.at_least,
    )
    total = compared(now, earlier, desk_metrics.FLOW, tickets) | open_now | was_open
    known_changes = register(changes, context.on - timedelta(days=HISTORY))
    names = ["opened_tickets", "closed_tickets", "open_tickets"]
    return SubsystemSummary(
        subsystem="desk",
        highlights=highlights(total, names),
        lead="opened_tickets",
        total=total,
        daily=figures(desk_metrics.daily(tickets.cases, tickets.days, context.utc_offset_h), tickets),
        tables={
            "clocks": case_list(clocks, register(incidents)),
            "categories": figures(desk_metrics.flow(tickets.cases, since, until, ["category"]), tickets),
            "subsystems": figures(desk_metrics.flow(tickets.cases, since, until, ["subsystem"]), tickets),
            "changes": figures(obligations.changes(changes.cases, since, until, ["kind"]), changes),
            "unconfirmed": case_list(obligations.unconfirmed_changes(changes.cases, since, until), known_changes),
            "planned": case_list(
                obligations.planned_changes(changes.cases, until, until + timedelta(days=7)), known_changes
            ),
            "attendance": attendance_figures(context),
        },
        origin=context.origin("desk.flow", tickets),
    )


SECTION = Section(
    summarize=summarize,
    lead="opened_tickets",
    reads={"desk.tickets": HISTORY, "desk.attendance": 0, "desk.changes": HISTORY, "desk.incidents": HISTORY},
    requires=("desk.tickets",),
)
