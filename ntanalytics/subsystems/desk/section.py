"""Summary of the service desk in any report."""

from __future__ import annotations

from datetime import timedelta

import ibis

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    SubsystemSummary,
    compared,
    evaluated,
    highlights,
    no_source_summary,
    series,
)
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics.desk import obligations
from ntanalytics.metrics.desk import tickets as desk_tickets

#: Tickets may be open that long, and a backup plan run that rarely.
OLDEST_TICKET, OLDEST_BACKUP = 365, 70


def summarize(context: CheckContext) -> SubsystemSummary:
    """Tickets, recovery clocks, attendance, changes, team (docs/domain.md, Desk)."""
    tickets = context.dataset("desk.tickets", history=OLDEST_TICKET)
    attendance, changes = context.dataset("desk.attendance"), context.dataset("desk.changes", history=HISTORY)
    incidents, roster = context.dataset("desk.incidents", history=HISTORY), context.dataset("desk.roster", history=31)
    if missing := no_source_summary("desk", "opened_tickets", tickets):
        return missing
    since, until = context.begins_at, context.ends_at
    before = context.previous.window(context.workspace.settings.zone)[0]
    total = compared(
        desk_tickets.flow(tickets.recent, since, until),
        desk_tickets.flow(tickets.recent, before, since),
        desk_tickets.FLOW,
        tickets,
    )
    [open_now] = desk_tickets.backlog(tickets.recent, until).to_pyarrow().to_pylist()
    [open_then] = desk_tickets.backlog(tickets.recent, since).to_pyarrow().to_pylist()
    clocks = obligations.recovery(incidents.recent, since, until).to_pyarrow()
    present = desk_tickets.attendance(attendance.table, context.working_days)
    findings: list[Finding] = []
    if context.period.kind != "day":
        # of a day the inspection asks these and more (workspace.inspecting.desk)
        findings = evaluate_rules([context.rules["desk.overdue_tickets"]], [open_now])
        rules = [context.rules["desk.attendance_rate"]] if context.working_days else []
        findings += evaluate_rules(rules, present, "驻场", is_complete=attendance.is_complete)
        findings += evaluate_rules(
            [context.rules["desk.unconfirmed_changes"]], obligations.changes(changes.recent, since, until)
        )
        findings += evaluate_rules(
            [context.rules["desk.clocks_broken"]],
            obligations.recovery_promise(obligations.recovery(incidents.recent, since, until)),
        )
        findings += evaluate_rules(
            [context.rules["desk.team"]],
            obligations.team(roster.recent, context.period.last.replace(day=1)),
            "运维团队",
        )
    days = tickets.days.filter(tickets.days.day >= ibis.literal(context.period.first - timedelta(days=HISTORY)))
    by_day = desk_tickets.daily(tickets.recent, days, context.utc_offset_h)
    row = {**total, **open_now, "open_tickets_before": open_then["open_tickets"]}
    return SubsystemSummary(
        "desk",
        tuple(findings),
        highlights(row, ["opened_tickets", "closed_tickets", "open_tickets"]),
        "opened_tickets",
        row,
        series(by_day, "opened_tickets"),
        {
            "clocks": clocks,
            **evaluated(
                ("categories", desk_tickets.flow(tickets.recent, since, until, ["category"])),
                ("subsystems", desk_tickets.flow(tickets.recent, since, until, ["subsystem"])),
                ("changes", obligations.changes(changes.recent, since, until, ["kind"])),
                ("unconfirmed", obligations.unconfirmed_changes(changes.recent, since, until)),
                ("planned", obligations.planned_changes(changes.recent, until, until + timedelta(days=7))),
                ("attendance", present),
            ),
        },
        context.origin("desk.flow", tickets),
        tickets.note,
        tickets.is_complete,
        tickets.was_complete,
        {"closed_tickets": series(by_day, "closed_tickets")},
    )
