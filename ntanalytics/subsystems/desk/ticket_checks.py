"""Checks of tickets: what is overdue, what rises, what waits outside working hours, what has one root."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.by_detector import seasonal_baseline
from ntanalytics.checks.check import EVERY_PERIOD, QUARTER, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import unless_unread
from ntanalytics.checks.rise_parts import with_rise_parts
from ntanalytics.contract.desk_tickets import CATEGORIES
from ntanalytics.detectors.series import Series
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.judgement import judge_row, judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.desk import compliance
from ntanalytics.metrics.desk import daily_service as daily
from ntanalytics.metrics.desk import tickets as ticket_metrics
from ntanalytics.metrics.desk.compliance import ONBOARDED_WITHIN, STEPS
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.subsystems.desk.ticket_flow_checks import as_open, bulk_closings

#: Days of a quarter.
QUARTER_BACK = 90

#: Days for which a unit that is not connected is reported, and in which its training is looked for.
REPORTED_FOR, TRAININGS_BACK = 7, 180

#: Tickets of a quarter below which a share says nothing.
_MIN_TICKETS = 50

_TICKETS = Entity("tickets", "all", "服务台")


def day_series(context: CheckContext, days: Rows) -> Series:
    """Return the days of a dataset up to the end of the period as a series."""
    ordered = sorted((row for row in rows(days) if row["day"] <= context.on), key=lambda row: row["day"])
    return Series(tuple(ordered), context.on)


def missing(rule: Rule, series: Series, entity: Entity) -> Finding:
    """Return the finding of a day that was not extracted."""
    onset = series.missing_since()
    finding = unknown(rule, "missing", entity)
    return finding if onset is None else finding.since_day(onset.day, is_bound=onset.is_bound)


def _backlog(context: CheckContext) -> FigureRow:
    """Return the open tickets at the end of the period in one row; of a day those closed in bulk are open still."""
    tickets = context.dataset("desk.tickets", HISTORY_DAYS)
    counted = as_open(tickets.cases, context.shared(bulk_closings)) if context.is_day else tickets.cases
    return figures(ticket_metrics.backlog(counted, tickets.known_end), tickets).total


def _overdue(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many tickets are open beyond their time."""
    series = day_series(context, context.dataset("desk.tickets", HISTORY_DAYS).days)
    if context.is_day and not series.today:
        return [missing(rule, series, _TICKETS)]
    row = context.shared(_backlog)
    finding = judge_row(rule, row, _TICKETS).with_figures(open_tickets=row["open_tickets"])
    return [_since_oldest(context, finding, row)]


def _overdue_oldest(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the ticket that has been overdue longest, where it was forgotten."""
    row = context.shared(_backlog)
    if row.get("overdue_days") is None:
        return []
    return [_since_oldest(context, finding, row) for finding in violations([judge_row(rule, row, _TICKETS)])]


def _since_oldest(context: CheckContext, finding: Finding, row: FigureRow) -> Finding:
    if not finding.is_violation or row["oldest_due_at"] is None:
        return finding
    return finding.since_day(context.local_day(row["oldest_due_at"]))


def _rise(context: CheckContext, rule: Rule, *, is_backlog: bool) -> list[Finding]:
    """Return whether far more tickets than usual were opened, or are open."""
    tickets = context.dataset("desk.tickets", HISTORY_DAYS)
    count = daily.open_by_day if is_backlog else ticket_metrics.daily
    by_day = count(tickets.cases, tickets.days, context.utc_offset_h)
    findings = seasonal_baseline(rule, by_day, context.on, entity=_TICKETS, violations_only=True, ahead=context.ahead)
    if is_backlog:
        return findings
    columns = ("subsystem", "category")
    return [with_rise_parts(context, finding, tickets, tickets.recent, columns) for finding in findings]


def _late_responses(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many tickets outside working hours had no response in time; unknown where none was recorded."""
    tickets = context.dataset("desk.tickets", HISTORY_DAYS)
    if not tickets.is_complete:
        return []
    off_hours = daily.off_hours_responses(tickets.table, tickets.days, context.utc_offset_h, tickets.known_end)
    row = figures(off_hours, tickets).total
    finding = judge_row(rule, row, _TICKETS)
    is_hidden = finding.status == "ok" and row["unrecorded_responses"]
    return [unknown(rule, "not_recorded", _TICKETS) if is_hidden else finding]


def _onboarding(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units that were connected without one of the four steps.

    Units of the register are judged by it. Of the others, a unit that shows three steps was connected; one that shows
    two may just have asked.
    """
    tickets = context.dataset("desk.tickets", TRAININGS_BACK)
    trainings = context.dataset("desk.trainings", TRAININGS_BACK)
    views = [tickets, trainings] if trainings.sources else [tickets]  # a ledger may record trainings as tickets alone
    register = context.dataset("desk.onboardings", TRAININGS_BACK)
    first, last = (context.on - timedelta(days=ONBOARDED_WITHIN + back) for back in (REPORTED_FOR, 1))
    # the register tells when a step is done, so that what is late is late until then
    since = context.on - timedelta(days=TRAININGS_BACK)
    joined = compliance.registered_onboarding(register.cases, context.on)
    late = figures(joined.filter(joined.is_late), register)
    registered = {row["unit"] for row in rows(joined.select("unit"))}
    lacking = {row["unit"]: row for row in sorted(late, key=lambda row: len(_missing_steps(row)))}
    findings = {unit: _unconnected(rule, row) for unit, row in lacking.items()}
    for row in figures(compliance.onboarding(tickets.recent, trainings.recent, first, last), *views):
        if len(_missing_steps(row)) == 1 and row["unit"] not in registered:
            finding = _unconnected(rule, row)
            for view in views:
                finding = unless_unread(finding, view, since)
            findings[row["unit"]] = finding
    return list(findings.values())


def _missing_steps(row: FigureRow) -> tuple[str, ...]:
    return tuple(word for name, word in STEPS.items() if not row[name])


def _unconnected(rule: Rule, row: FigureRow) -> Finding:
    """Return the finding of a unit with its missing steps."""
    finding = judge_row(rule, row, Entity("unit", str(row["unit"]), str(row["unit"])))
    begin = row["begun_on"]
    day = begin.date() if isinstance(begin, datetime) else begin
    return finding.with_details(steps=_missing_steps(row)).since_day(day if finding.is_violation else None)


def _concentrated(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the categories that take too large a share of the quarter's tickets."""
    tickets = context.dataset("desk.tickets", QUARTER_BACK)
    since = datetime.combine(context.quarter_begins_on, time(), context.workspace.settings.zone)
    flow = ticket_metrics.flow(tickets.cases, since, context.ends_at, ["category"])
    counts = {row["category"]: row["opened_tickets"] or 0 for row in rows(flow)}
    total = sum(counts.values())
    if total < _MIN_TICKETS:
        return []
    return violations(
        judge_value(
            rule,
            count / total,
            [tickets.since(context.quarter_begins_on)],
            Entity("category", str(category), f"{CATEGORIES.get(category, category)}工单"),
        ).with_figures(tickets=float(count))
        for category, count in counts.items()
    )


_READS = {"desk.tickets": HISTORY_DAYS}

TICKET_CHECKS: tuple[Check, ...] = (
    Check(rule="desk.overdue_tickets", evaluate=_overdue, reads=_READS, every=EVERY_PERIOD),
    Check(rule="desk.overdue_oldest", evaluate=_overdue_oldest, reads=_READS),
    Check(rule="desk.opened_rise", evaluate=partial(_rise, is_backlog=False), reads=_READS),
    Check(rule="desk.backlog_rise", evaluate=partial(_rise, is_backlog=True), reads=_READS),
    Check(rule="desk.late_responses", evaluate=_late_responses, reads=_READS),
    Check(
        rule="desk.onboarding",
        evaluate=_onboarding,
        reads=dict.fromkeys(("desk.tickets", "desk.trainings", "desk.onboardings"), TRAININGS_BACK),
        optional=("desk.trainings", "desk.onboardings"),
    ),
    Check(rule="desk.concentrated", evaluate=_concentrated, reads={"desk.tickets": QUARTER_BACK}, every=(QUARTER,)),
)
