"""What the inspection of a day asks of the service desk and of the contract's duties."""

from __future__ import annotations

from datetime import timedelta

from ntanalytics.checks.baseline import unusual
from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics.desk import compliance, daily, obligations
from ntanalytics.metrics.desk import tickets as desk_tickets
from ntanalytics.subsystems.desk import obligation_checks, service_checks
from ntanalytics.subsystems.desk.section import OLDEST_TICKET
from ntanalytics.subsystems.infra.web_checks import HISTORY

#: Weeks of manual checks that tell what is usual, and days in which a change without confirmation stays a matter.
CHECKS_BACK, CHANGES_BACK = 28, 45

#: A unit is connected within so many days, and told of for a week after that; trainings are looked for in a half year.
CONNECTED_WITHIN, TOLD_FOR, TRAININGS_BACK = 30, 7, 180

#: Weeks of confirmations that are looked at.
SIGNOFFS_BACK = 80


def inspect_desk(context: CheckContext) -> list[Finding]:
    """Tickets, attendance, manual checks, changes, clocks, team, confirmations, trainings."""
    return _tickets(context) + _present(context) + _checked(context) + _promised(context) + _proved(context)


def _tickets(context: CheckContext) -> list[Finding]:
    on, at, offset, rules = context.period.last, context.ends_at, context.utc_offset_h, context.rules
    tickets = context.dataset("desk.tickets", history=OLDEST_TICKET)
    if not tickets.sources:
        return []
    found = service_checks.tickets(desk_tickets.backlog(tickets.recent, at), tickets.days, on, offset, rules)
    days = tickets.days.filter(tickets.days.day >= on - timedelta(days=HISTORY))
    opened = desk_tickets.daily(tickets.recent, days, offset)
    waiting = daily.open_daily(tickets.recent, days, offset)
    found += unusual(context, rules["desk.opened_rise"], opened, subject="工单", is_wrong_only=True)
    found += unusual(context, rules["desk.backlog_rise"], waiting, subject="工单", is_wrong_only=True)
    if tickets.is_complete:
        off_hours = daily.off_hours(tickets.table, tickets.days, offset, at)
        found += evaluate_rules([rules["desk.late_responses"]], off_hours, "工单")
    trainings = context.dataset("desk.trainings", history=TRAININGS_BACK)
    first, last = (on - timedelta(days=CONNECTED_WITHIN + back) for back in (TOLD_FOR, 0))
    begun = compliance.onboarding(tickets.recent, trainings.recent, first, last)
    return found + obligation_checks.onboarding(rules["desk.onboarding"], begun)


def _present(context: CheckContext) -> list[Finding]:
    attendance = context.dataset("desk.attendance")
    if not attendance.sources:
        return []
    worked = context.working_days if context.calendar.has_year(context.period.last.year) else []
    present = desk_tickets.attendance(attendance.table, worked)
    rule = context.rules["desk.attendance_rate"]
    return service_checks.attendance(present, attendance.days, context.period.last, rule)


def _checked(context: CheckContext) -> list[Finding]:
    on, rules = context.period.last, context.rules
    checks = context.dataset("desk.checks", history=CHECKS_BACK)
    if not checks.sources:
        return []
    by_system = desk_tickets.checks(checks.table, ["subsystem"]).to_pyarrow()
    found = service_checks.checks(by_system, checks.days, on, rules["desk.checks"])
    usual = daily.made(checks.recent, checks.days, on)
    count = sum(by_system["checks"].to_pylist())
    return found + service_checks.made(usual, checks.days, on, rules["desk.checks_made"], count=count)


def _promised(context: CheckContext) -> list[Finding]:
    """The clocks of crashes, and changes of workflows that are still not confirmed."""
    begin, end, offset = context.begins_at, context.ends_at, context.utc_offset_h
    incidents = context.dataset("desk.incidents", history=HISTORY)
    changes = context.dataset("desk.changes", history=HISTORY)
    found: list[Finding] = []
    if incidents.sources:
        found += obligation_checks.clocks(context.rules, obligations.recovery(incidents.recent, begin, end), offset)
    if changes.sources:
        today = obligations.unconfirmed(changes.recent, begin, end)
        since = end - timedelta(days=CHANGES_BACK)
        earlier = obligations.unconfirmed(changes.recent, since, begin)
        still = earlier.filter(earlier.confirmed_at.isnull())
        found += obligation_checks.unconfirmed(
            context.rules["desk.unconfirmed_changes"], today.union(still).order_by("finished_at"), offset
        )
    return found


def _proved(context: CheckContext) -> list[Finding]:
    """The team, the confirmations of reports, trainings."""
    on, rules = context.period.last, context.rules
    roster, signoffs = (
        context.dataset("desk.roster", history=62),
        context.dataset("desk.signoffs", history=SIGNOFFS_BACK),
    )
    trainings = context.dataset("desk.trainings", history=TRAININGS_BACK)
    month = on.replace(day=1)
    found: list[Finding] = []
    if roster.sources:
        before = (month - timedelta(days=1)).replace(day=1)
        this_month, last_month = (obligations.team(roster.recent, each) for each in (month, before))
        found += obligation_checks.team(rules, this_month, last_month, on)
    if signoffs.sources:
        worked = context.nearby_working_days(before=SIGNOFFS_BACK)
        found += obligation_checks.unsigned(rules["desk.unconfirmed_reports"], signoffs.recent, worked, on)
    if trainings.sources:
        held = compliance.untrained(trainings.recent, on).to_pyarrow().to_pylist()
        # where none was ever written down, nobody keeps that book
        found += evaluate_rules(
            [rules["desk.untrained"]], [row for row in held if row["untrained_days"] is not None], "培训"
        )
    return found
