"""Checks of the flow of tickets: bulk closing, slow first responses, the same fault again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from ntanalytics.checks.baseline import HISTORY_DAYS, is_beyond_chance
from ntanalytics.checks.check import Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.desk import INCIDENTS
from ntanalytics.contract.desk_tickets import CATEGORIES, TICKETS
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.desk import ticket_flow
from ntanalytics.metrics.rows import rows

#: Times the largest number that was ever closed together from which it is not the desk's habit.
_BEYOND_HABIT = 2.0

#: Share of the tickets that waited long from which their category is told.
_MOST_OF_SLOW = 2 / 3

#: Days for which tickets that were closed in bulk count as open: closing them answers nothing.
_COUNTED_FOR = timedelta(days=7)

_TICKETS = Entity("tickets", "all", "服务台")


def bulk_closings(context: CheckContext) -> Sequence[Mapping[str, Any]]:
    """Return the last week's days on which far more tickets were closed together than the desk ever did before.

    A desk that closes its day's tickets in the evening does so each day, and no more than the day brought.
    """
    tickets = context.dataset("desk.tickets", HISTORY_DAYS)
    by_day = rows(ticket_flow.bulk_closings(tickets.cases, context.utc_offset_h))
    closings = []
    for row in by_day:
        habit = max((other["bulk_closed"] for other in by_day if other["day"] < row["day"]), default=0)
        is_recent = context.on - _COUNTED_FOR < row["day"] <= context.on
        is_beyond = row["bulk_closed"] >= ticket_flow.BULK and row["bulk_closed"] > _BEYOND_HABIT * habit
        if is_recent and is_beyond:
            closings.append({**row, "habit": habit})
    return closings


def as_open(tickets: ir.Table, closings: Sequence[Mapping[str, Any]]) -> ir.Table:
    """Return the tickets; those that were closed in bulk as if they were open."""
    for closing in closings:
        since, until = (ibis.literal(closing[name]) for name in ("bulk_from_at", "bulk_until_at"))
        is_closed = tickets.closed_at.between(since, until).fill_null(False)
        closed_at = is_closed.ifelse(ibis.null(), tickets.closed_at).cast(tickets.closed_at.type())
        tickets = tickets.mutate(closed_at=closed_at)
    return tickets


def _bulk_closing(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether tickets were closed in bulk on the day."""
    tickets = context.dataset("desk.tickets", HISTORY_DAYS)
    today = [row for row in context.shared(bulk_closings) if row["day"] == context.on]
    findings = []
    for row in today:
        window = context.window(row["bulk_from_at"], row["bulk_until_at"])
        finding = replace(judge_value(rule, row["bulk_closed"], [tickets], _TICKETS), window=window, since=context.on)
        findings.append(finding.with_figures(habit=float(row["habit"])))
    return findings


def _slow_responses(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether tickets of the day waited far longer for a first response than those before."""
    tickets = context.dataset("desk.tickets", HISTORY_DAYS)
    if not tickets.is_complete:
        return []
    until = tickets.known_end
    waited = rows(ticket_flow.slow_responses(tickets.recent, context.on, until))
    today = next((row for row in waited if row["day"] == context.on), None)
    if today is None or today["events"] < rule.min_count:
        return []
    if not is_beyond_chance(today["hits"], today["events"], ticket_flow.SLOW_SHARE):
        return []
    share = today["hits"] / today["events"]
    finding = (
        judge_value(rule, share, [tickets], _TICKETS)
        .since_day(context.on)
        .with_figures(hits=float(today["hits"]), events=float(today["events"]), usual_s=today["slow_s"])
    )
    by_category = rows(ticket_flow.slow_responses(tickets.recent, context.on, until, ["category"]))
    return violations([_with_category(finding, [row for row in by_category if row["day"] == context.on])])


def _unsolved_closings(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether far more of the tickets closed on the day than usual were not solved."""
    tickets = context.dataset("desk.tickets", HISTORY_DAYS)
    by_day = rows(ticket_flow.unsolved_closings(tickets.cases, context.utc_offset_h))
    today = next((row for row in by_day if row["day"] == context.on), None)
    before = [row for row in by_day if row["day"] < context.on]
    closed = sum(row["events"] for row in before)
    if today is None or today["events"] < rule.min_count or not closed:
        return []
    # one more than were seen: none of a few is not never
    usual = (sum(row["hits"] for row in before) + 1) / (closed + 1)
    if not is_beyond_chance(today["hits"], today["events"], usual):
        return []
    finding = judge_value(rule, today["hits"] / today["events"], [tickets], _TICKETS).since_day(context.on)
    figures = {"hits": float(today["hits"]), "events": float(today["events"]), "usual": usual}
    return violations([finding.with_figures(**figures)])


def _with_category(finding: Finding, by_category: Sequence[Mapping[str, Any]]) -> Finding:
    """Return slow responses with the category that had most of them, where there were tickets of another, too."""
    most = max(by_category, key=lambda row: int(row["hits"]))
    if len(by_category) > 1 and most["hits"] >= _MOST_OF_SLOW * float(finding.figures["hits"] or 0):
        label = TICKETS.column("category").label
        finding = finding.with_details(narrower=f"{label} {CATEGORIES.get(most['category'], most['category'])}")
    return finding


def _same_incident(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the subsystems that had the same fault again."""
    incidents, causes = context.dataset("desk.incidents", ticket_flow.AGAIN_WITHIN.days), INCIDENTS.column("cause")
    findings = []
    for row in rows(ticket_flow.repeated_incidents(incidents.recent, context.on)):
        entity = Entity("subsystem", row["subsystem"], subsystem_label(row["subsystem"]))
        finding = judge_value(rule, row["same_incidents"], [incidents], entity)
        details = {"cause": causes.values.get(row["cause"], row["cause"]), "earlier": row["earlier_on"].isoformat()}
        if row["earlier_on"] is not None:
            findings.append(finding.with_details(**details).since_day(context.on))
    return findings


_READS = {"desk.tickets": HISTORY_DAYS}

FLOW_CHECKS: tuple[Check, ...] = (
    Check(rule="desk.bulk_closing", evaluate=_bulk_closing, reads=_READS),
    Check(rule="desk.unsolved_closings", evaluate=_unsolved_closings, reads=_READS),
    Check(rule="desk.slow_responses", evaluate=_slow_responses, reads=_READS),
    Check(rule="desk.same_incident", evaluate=_same_incident, reads={"desk.incidents": ticket_flow.AGAIN_WITHIN.days}),
)
