"""What the inspection of a day asks of the service desk and of the contract's duties."""

from __future__ import annotations

from datetime import timedelta

from ntanalytics.findings import inspection_desk, inspection_duties
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rules import judged
from ntanalytics.metrics import desk, desk_day, duties, proofs
from ntanalytics.workspace.inspecting.alike import unusual
from ntanalytics.workspace.inspecting.web import HISTORY
from ntanalytics.workspace.looks.look import nearby_working_days
from ntanalytics.workspace.looks.service import OLDEST_TICKET
from ntanalytics.workspace.report import Report

#: Weeks of manual checks that tell what is usual, and days in which a change without confirmation stays a matter.
CHECKS_BACK, CHANGES_BACK = 28, 45

#: A unit is connected within so many days, and told of for a week after that; trainings are looked for in a half year.
CONNECTED_WITHIN, TOLD_FOR, TRAININGS_BACK = 30, 7, 180

#: Weeks of confirmations that are looked at.
SIGNOFFS_BACK = 80


def inspect_desk(report: Report) -> list[Finding]:
    """Tickets, attendance, manual checks, changes, clocks, team, confirmations, trainings."""
    return _tickets(report) + _present(report) + _checked(report) + _promised(report) + _proved(report)


def _tickets(report: Report) -> list[Finding]:
    on, at, offset, rules = report.period.last, report.ends_at, report.zone_offset_h, report.rules
    tickets = report.dataset("desk.tickets", history=OLDEST_TICKET)
    if not tickets.sources:
        return []
    found = inspection_desk.tickets(desk.backlog(tickets.recent, at), tickets.days, on, offset, rules)
    days = tickets.days.filter(tickets.days.day >= on - timedelta(days=HISTORY))
    opened = desk.daily(tickets.recent, days, offset)
    waiting = desk_day.open_daily(tickets.recent, days, offset)
    found += unusual(report, rules["desk.opened_rise"], opened, subject="工单", is_wrong_only=True)
    found += unusual(report, rules["desk.backlog_rise"], waiting, subject="工单", is_wrong_only=True)
    if tickets.is_complete:
        off_hours = desk_day.off_hours(tickets.table, tickets.days, offset, at)
        found += judged([rules["desk.late_responses"]], off_hours, "工单")
    trainings = report.dataset("desk.trainings", history=TRAININGS_BACK)
    first, last = (on - timedelta(days=CONNECTED_WITHIN + back) for back in (TOLD_FOR, 0))
    begun = proofs.onboarding(tickets.recent, trainings.recent, first, last)
    return found + inspection_duties.onboarding(rules["desk.onboarding"], begun)


def _present(report: Report) -> list[Finding]:
    attendance = report.dataset("desk.attendance")
    if not attendance.sources:
        return []
    worked = report.working_days if report.workspace.calendar.knows(report.period.last.year) else []
    present = desk.attendance(attendance.table, worked)
    rule = report.rules["desk.attendance_rate"]
    return inspection_desk.attendance(present, attendance.days, report.period.last, rule)


def _checked(report: Report) -> list[Finding]:
    on, rules = report.period.last, report.rules
    checks = report.dataset("desk.checks", history=CHECKS_BACK)
    if not checks.sources:
        return []
    by_system = desk.checks(checks.table, ["subsystem"]).to_pyarrow()
    found = inspection_desk.checks(by_system, checks.days, on, rules["desk.checks"])
    usual = desk_day.made(checks.recent, checks.days, on)
    count = sum(by_system["checks"].to_pylist())
    return found + inspection_desk.made(usual, checks.days, on, rules["desk.checks_made"], count=count)


def _promised(report: Report) -> list[Finding]:
    """The clocks of crashes, and changes of workflows that are still not confirmed."""
    begin, end, offset = report.begins_at, report.ends_at, report.zone_offset_h
    incidents = report.dataset("desk.incidents", history=HISTORY)
    changes = report.dataset("desk.changes", history=HISTORY)
    found: list[Finding] = []
    if incidents.sources:
        found += inspection_duties.clocks(report.rules, duties.recovery(incidents.recent, begin, end), offset)
    if changes.sources:
        today = duties.unconfirmed(changes.recent, begin, end)
        since = end - timedelta(days=CHANGES_BACK)
        earlier = duties.unconfirmed(changes.recent, since, begin)
        still = earlier.filter(earlier.confirmed_at.isnull())
        found += inspection_duties.unconfirmed(
            report.rules["desk.unconfirmed_changes"], today.union(still).order_by("finished_at"), offset
        )
    return found


def _proved(report: Report) -> list[Finding]:
    """The team, the confirmations of reports, trainings."""
    on, rules = report.period.last, report.rules
    roster, signoffs = report.dataset("desk.roster", history=62), report.dataset("desk.signoffs", history=SIGNOFFS_BACK)
    trainings = report.dataset("desk.trainings", history=TRAININGS_BACK)
    month = on.replace(day=1)
    found: list[Finding] = []
    if roster.sources:
        before = (month - timedelta(days=1)).replace(day=1)
        this_month, last_month = (duties.team(roster.recent, each) for each in (month, before))
        found += inspection_duties.team(rules, this_month, last_month, on)
    if signoffs.sources:
        worked = nearby_working_days(report, before=SIGNOFFS_BACK)
        found += inspection_duties.unsigned(rules["desk.unconfirmed_reports"], signoffs.recent, worked, on)
    if trainings.sources:
        held = proofs.untrained(trainings.recent, on).to_pyarrow().to_pylist()
        # where none was ever written down, nobody keeps that book
        found += judged([rules["desk.untrained"]], [row for row in held if row["untrained_days"] is not None], "培训")
    return found
