"""Opening of a span of duties: a report's own period, or the contract year up to the end of it."""

from __future__ import annotations

from datetime import timedelta

from ntanalytics.checks.context import CheckContext
from ntanalytics.periods import Period
from ntanalytics.report_content.duties.report_log import read_report_log
from ntanalytics.report_content.duties.span import DutySpan
from ntanalytics.subsystems import rules_of
from ntanalytics.workspace.report import Report


def open_span(report: Report) -> DutySpan:
    """Return the span of a report's own period.

    Raises:
        SettingsError: the site names an unknown rule, or its limits contradict each other.
    """
    context = CheckContext(report, rules_of(report.workspace.settings))
    log = read_report_log(report.workspace, report.begins_at, report.ends_at, report.known_until)
    return DutySpan(context, log)


def contract_span(report: Report) -> DutySpan | None:
    """Return the span of the contract year up to the end of a report's period.

    Returns:
        None where the site names no contract year, or it had not begun or was over before the period.

    Raises:
        SettingsError: the site names an unknown rule, or its limits contradict each other.
    """
    year = report.workspace.calendar.contract_year
    if year is None or report.period.last < year[0] or report.period.first > year[1]:
        return None
    period = Period.contract(year[0], min(report.period.last, year[1]))
    return open_span(Report(report.workspace, "acceptance", "", period))


def days_of_year(span: DutySpan) -> tuple[int, int] | None:
    """Return the days of the span that are over, and those of its contract year; None where the site names no year."""
    year = span.context.calendar.contract_year
    if year is None:
        return None
    day, last = timedelta(days=1), span.last
    if span.log.known_until is not None:  # the report may be made before its period ends
        last = min(last, span.day(span.log.known_until) - day)
    return max(0, (last - span.first) // day + 1), (year[1] - year[0]) // day + 1
