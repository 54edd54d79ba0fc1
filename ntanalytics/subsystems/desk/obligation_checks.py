"""Checks of the contract's obligations: recovery clocks, changes, team, confirmations, trainings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.check import EVERY_PERIOD, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import register, since
from ntanalytics.contract.desk_plans import report_label, report_named
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.findings.finding import Entity, Finding, subsystem_entity, violations
from ntanalytics.findings.judgement import evaluate_rules, judge_row, judge_value, unknown
from ntanalytics.findings.phrases import clock
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.desk import compliance, obligations, service_levels
from ntanalytics.metrics.figures import Figures, case_list, figures
from ntanalytics.metrics.rows import only, rows
from ntanalytics.subsystems.desk.ticket_checks import TRAININGS_BACK
from ntanalytics.workspace.dataset_view import DatasetView

#: Days for which a change without confirmation is reported, of the roster, and of confirmations.
CHANGES_BACK, ROSTER_BACK, SIGNOFFS_BACK = 45, 62, 80

#: A weekly report is issued on the Monday after its week, and confirmed within so many working days after that.
SIGNED_WITHIN = 3

#: Weeks for which an open report is a finding, weeks before them, and how many of these must have been confirmed.
WEEKS_REPORTED, WEEKS_KNOWN, MIN_SIGNED = 3, 6, 3

#: Day of a month until which the roster of the month before stands for it.
ROSTER_DUE = 10

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_TEAM, _TRAINING = Entity("team", "team", "运维团队"), Entity("trainings", "all", "培训")
_CHANGES, _PLAN = Entity("changes", "all", "流程变更"), Entity("reports", "plan", "报告计划")


def _clocks(context: CheckContext) -> list[dict[str, Any]]:
    """Return the crashes by vendor software in the period, the longest first."""
    incidents = context.dataset("desk.incidents", HISTORY_DAYS)
    without_end = incidents.sources_without("restored_at")
    recovery = obligations.recovery(incidents.cases, context.begins_at, incidents.known_end, without_end)
    return [row for row in rows(recovery) if row["clock"] in ("kept", "broken", "running", "overrun")]


def _clocks_broken(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the subsystems with a crash that was not restored in time; one finding where there is none."""
    incidents, crashes = context.dataset("desk.incidents", HISTORY_DAYS), context.shared(_clocks)
    by_system: dict[str, list[dict[str, Any]]] = {}
    for row in crashes:
        if row["clock"] in ("broken", "overrun"):
            by_system.setdefault(row["subsystem"], []).append(row)
    findings = [
        _with_clock(context, judge_value(rule, len(broken), [incidents], subsystem_entity(name)), broken[0])
        for name, broken in by_system.items()
    ]
    kept = judge_value(rule, 0, [register(incidents)]).with_figures(crashes=float(len(crashes)))
    return findings or [kept]


def _clock_running(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the subsystems with a crash that lasts and comes near its limit."""
    incidents = context.dataset("desk.incidents", HISTORY_DAYS)
    running = case_list([row for row in context.shared(_clocks) if row["clock"] == "running"], incidents)
    late = [row for row in running if rule.threshold.judge(row["lasted_s"]) != "ok"]
    longest = {row["subsystem"]: row for row in reversed(late)}
    return [_with_clock(context, judge_row(rule, row, subsystem_entity(name)), row) for name, row in longest.items()]


def _with_clock(context: CheckContext, finding: Finding, row: Mapping[str, Any]) -> Finding:
    began = row["began_at"] + timedelta(hours=context.utc_offset_h)
    details = {
        "incident": str(row["incident_no"]),
        "began": clock(began.hour * 3600 + began.minute * 60),
        "day": None if context.is_day else began.date().isoformat(),
        "is_restored": row["restored_at"] is not None,
    }
    length = "clock_s" if row["lasted_s"] is None else "lasted_s"
    dated = finding.with_figures(**{length: float(row[length])}).with_details(**details)
    return dated.since_day(began.date() if finding.is_violation else None)


def _unconfirmed(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the changes of workflows without the buyer's confirmation, by subsystem.

    They are those of the period, and those of the weeks before it that are still not confirmed.
    """
    changes = context.dataset("desk.changes", HISTORY_DAYS)
    own = rows(obligations.unconfirmed_changes(changes.cases, context.begins_at, context.ends_at))
    back = timedelta(days=CHANGES_BACK)
    earlier = rows(obligations.unconfirmed_changes(changes.cases, context.ends_at - back, context.begins_at))
    open_changes = own + [row for row in earlier if row["confirmed_at"] is None]
    by_system: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(open_changes, key=lambda row: row["finished_at"]):
        by_system.setdefault(row["subsystem"], []).append(row)
    findings = []
    for name, late in by_system.items():
        entity = Entity("changes", name, f"{subsystem_label(name)}变更")
        finding = judge_value(rule, len(late), [changes], entity).with_details(
            changes=tuple(str(row["change_no"]) for row in late),
            is_confirmed_late=all(row["confirmed_at"] is not None for row in late),
        )
        finding = finding.with_figures(unconfirmed=sum(row["confirmed_at"] is None for row in late))
        first = min(context.local_day(row["finished_at"]) for row in late)
        findings.append(finding.since_day(first if finding.is_violation else None))
    # none only where all these days are known
    first = context.on - back + timedelta(days=1)
    none = judge_value(rule, 0, [register(changes, first, since(changes, first))], _CHANGES)
    return findings or [none.with_figures(days_back=float(CHANGES_BACK))]


def _overrun(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the changes that took far longer than planned, with their planned end; nothing where none did.

    One that has no end in the ledger may have ended: it is a warning at most, and for some weeks.
    """
    changes = context.dataset("desk.changes", HISTORY_DAYS)
    own = changes.cases.filter(~changes.cases.source.isin(sorted(changes.sources_without("finished_at"))))
    oldest, findings = context.ends_at - timedelta(days=CHANGES_BACK), []
    for row in rows(obligations.overrun_changes(own, context.begins_at, changes.known_end)):
        if row["planned_until_at"] < oldest:
            continue
        entity = Entity("change", str(row["change_no"]), f"{subsystem_label(row['subsystem'])}变更 {row['change_no']}")
        planned = row["planned_until_at"] + timedelta(hours=context.utc_offset_h)
        finding = judge_value(rule, row["overrun_s"], [changes], entity).since_day(planned.date())
        if row["finished_at"] is None and finding.is_violation:
            finding = replace(finding, status="warning")
        findings.append(
            finding.with_details(
                planned=clock(planned.hour * 3600 + planned.minute * 60),
                planned_on=planned.date().isoformat(),
                is_over=row["finished_at"] is not None,
            )
        )
    return violations(findings)


def _roster(context: CheckContext) -> Figures:
    """Return the team of the month; that of the month before while the new roster is not due."""
    roster = context.dataset("desk.roster", ROSTER_BACK)
    month = context.on.replace(day=1)
    row = only(obligations.team(roster.recent, month))
    if not row["team"] and context.on.day <= ROSTER_DUE:
        row = only(obligations.team(roster.recent, (month - timedelta(days=1)).replace(day=1)))
    return figures([row if row["team"] else {"team": None, "standbys": None}], register(roster, month))


def _team(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether the team is large enough."""
    return evaluate_rules([rule], context.shared(_roster), _TEAM)


def _standby(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether a backup is named."""
    roster = context.shared(_roster)
    return [] if roster.total["team"] is None else evaluate_rules([rule], roster, _TEAM)


def _unsigned(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the weekly reports that are due to be confirmed and are not."""
    signoffs = context.dataset("desk.signoffs", SIGNOFFS_BACK)
    worked = context.nearby_working_days(before=SIGNOFFS_BACK)
    return unsigned_reports(rule, signoffs, worked, context.on)


def unsigned_reports(rule: Rule, signoffs: DatasetView, working_days: Sequence[date], on: date) -> list[Finding]:
    """Return a finding for each report that is regularly confirmed by the week; none for one that never was.

    Args:
        rule: the rule.
        signoffs: ``desk.signoffs`` with the months up to ``on``.
        working_days: the working days of the last weeks up to ``on``.
        on: the inspected day.
    """
    signed = confirmed_weeks(rows(signoffs.recent), on)
    monday = on - timedelta(days=on.weekday())
    ended = [monday - timedelta(weeks=back) for back in range(1, WEEKS_REPORTED + 1 + WEEKS_KNOWN)]
    findings, covered = [], register(signoffs, min(ended[:WEEKS_REPORTED]))
    for report, weeks in sorted(signed.items()):
        due = [week for week in ended[:WEEKS_REPORTED] if _is_due(week, working_days, on)]
        open_weeks = sorted(week for week in due if week not in weeks)
        known = [week for week in ended if week not in open_weeks][:WEEKS_KNOWN]
        if sum(week in weeks for week in known) < MIN_SIGNED:
            continue
        entity = Entity("report", report, report_label(report))
        names = tuple(f"{week.isocalendar().year}-W{week.isocalendar().week:02d}" for week in open_weeks)
        finding = judge_value(rule, len(open_weeks), [covered], entity).with_details(weeks=names)
        first = open_weeks[0] + timedelta(weeks=1) if open_weeks else None
        findings.append(finding.since_day(first if finding.is_violation else None))
    return findings


def confirmed_weeks(signoffs: Iterable[Mapping[str, Any]], on: date) -> dict[str, dict[date, date]]:
    """Return report → Monday of each week of which it is confirmed → day of the first confirmation.

    Args:
        signoffs: rows of ``desk.signoffs``; those whose period is no week are left out.
        on: the last day that is known.
    """
    signed: dict[str, dict[date, date]] = {}
    for row in signoffs:
        week = _WEEK.fullmatch(str(row["period"]))
        if week and row["signed_on"] <= on:
            days, monday = signed.setdefault(report_named(str(row["report"])), {}), _monday(int(week[1]), int(week[2]))
            days[monday] = min(row["signed_on"], days.get(monday, row["signed_on"]))
    return signed


def _monday(year: int, week: int) -> date:
    """Return the Monday of a week; a number that the year lacks goes on into the next year."""
    return date.fromisocalendar(year, 1, 1) + timedelta(weeks=week - 1)


def _is_due(week: date, working_days: Sequence[date], on: date) -> bool:
    """Return whether the working days in which a week's report is confirmed are over."""
    due = confirmation_due(week + timedelta(weeks=1), working_days)
    return due is not None and due <= on


def confirmation_due(issued_on: date, working_days: Iterable[date]) -> date | None:
    """Return the last of the working days after its issue in which a weekly report is confirmed.

    Args:
        issued_on: the Monday of its issue, which may be a day off.
        working_days: the working days up to the inspected one; earlier ones do not matter.

    Returns:
        None while these days are not over.
    """
    after = sorted(day for day in working_days if day > issued_on)
    return after[SIGNED_WITHIN - 1] if len(after) >= SIGNED_WITHIN else None


def _undelivered(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the reports of the plan that are past their last day and not delivered; one finding where none is.

    Where the plan has no report of the last months, or none to come, nothing is known of any.
    """
    plan = context.dataset("desk.report_plan", HISTORY_DAYS)
    covered = register(plan, context.on - timedelta(days=HISTORY_DAYS - 1))
    late: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows(compliance.undelivered_reports(plan.cases, context.on)):
        late.setdefault(str(row["report"]), []).append(row)
    findings = []
    for report, open_reports in late.items():
        periods, first = tuple(str(row["period"]) for row in open_reports), open_reports[0]["due_on"]
        finding = judge_value(rule, len(open_reports), [covered], Entity("report", report, report_label(report)))
        finding = finding.with_details(periods=periods, due_on=first.isoformat())
        findings.append(finding.since_day(first + timedelta(days=1) if finding.is_violation else None))
    if findings:
        return findings
    if covered is not plan:
        return [unknown(rule, "unread", _PLAN)]
    if not plan.is_complete:
        return [unknown(rule, "incomplete", _PLAN)]  # what else is due stands in what was not read
    if not rows(plan.cases.limit(1)):
        return [unknown(rule, "not_recorded", _PLAN)]  # a site without a plan has delivered nothing of it
    return [judge_value(rule, 0, [plan], _PLAN)]


def _used_after_removal(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the subsystems of which rights were used after their removal, until these are reviewed."""
    grants = context.dataset("desk.access_grants", HISTORY_DAYS)
    by_system: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows(service_levels.used_after_removal(grants.cases, context.on, context.utc_offset_h)):
        by_system.setdefault(row["subsystem"], []).append(row)
    findings = []
    for name, used in by_system.items():
        first, entity = used[0], Entity("grants", name, f"{subsystem_label(name)}权限")
        finding = judge_value(rule, len(used), [grants], entity).since_day(first["last_used_on"])
        holder = " ".join(part for part in (first["unit"], first["permission"]) if part)
        findings.append(
            finding.with_details(
                grants=tuple(str(row["grant_no"]) for row in used),
                holder=holder,
                removed_on=first["removed_on"].isoformat(),
                last_used_on=first["last_used_on"].isoformat(),
            )
        )
    return violations(findings)


def _untrained(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how long ago the last training was; nothing where none was ever recorded."""
    trainings = context.dataset("desk.trainings", TRAININGS_BACK)
    held = only(compliance.days_since_training(trainings.recent, context.on))
    if held["untrained_days"] is None:
        return []
    return evaluate_rules(
        [rule], figures([held], register(trainings, context.on - timedelta(days=held["untrained_days"]))), _TRAINING
    )


_INCIDENTS = {"desk.incidents": HISTORY_DAYS}
_ROSTER = {"desk.roster": ROSTER_BACK}

OBLIGATION_CHECKS: tuple[Check, ...] = (
    Check(rule="desk.standby", evaluate=_standby, reads=_ROSTER),
    Check(rule="desk.team", evaluate=_team, reads=_ROSTER, every=EVERY_PERIOD),
    Check(
        rule="desk.unconfirmed_changes", evaluate=_unconfirmed, reads={"desk.changes": HISTORY_DAYS}, every=EVERY_PERIOD
    ),
    Check(rule="desk.overrun_changes", evaluate=_overrun, reads={"desk.changes": HISTORY_DAYS}),
    Check(rule="desk.clocks_broken", evaluate=_clocks_broken, reads=_INCIDENTS, every=EVERY_PERIOD),
    Check(rule="desk.clock_running", evaluate=_clock_running, reads=_INCIDENTS),
    Check(rule="desk.unconfirmed_reports", evaluate=_unsigned, reads={"desk.signoffs": SIGNOFFS_BACK}),
    Check(rule="desk.undelivered_reports", evaluate=_undelivered, reads={"desk.report_plan": HISTORY_DAYS}),
    Check(rule="desk.removed_rights", evaluate=_used_after_removal, reads={"desk.access_grants": HISTORY_DAYS}),
    Check(rule="desk.untrained", evaluate=_untrained, reads={"desk.trainings": TRAININGS_BACK}),
)
