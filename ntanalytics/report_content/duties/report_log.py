"""Log of reports: which the suite issued, when and with which digest, and which were due by the site's schedule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from ntanalytics.errors import BadPeriod, CalendarMissing, SettingsError
from ntanalytics.ledger.publications import IssuedVersion
from ntanalytics.periods import Calendar, parse_period
from ntanalytics.report_content.duties.published_files import FileState, file_states
from ntanalytics.settings.jobs import Job, load_jobs
from ntanalytics.workspace.site import Workspace

#: State of a due report: not issued while its deadline is not over, or nobody knows since the ledger began later.
IssueState = Literal["on_time", "late", "missing", "open", "unknown"]


@dataclass(frozen=True)
class DueReport:
    """A report that a job had to issue.

    Attributes:
        report: name of the report.
        period: its period as text.
        at: the scheduled moment (aware).
        deadline: the moment by which it had to be there (aware).
        recipients: channels and addresses that the job names, in words.
    """

    report: str
    period: str
    at: datetime
    deadline: datetime
    recipients: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportLog:
    """Issued and due reports.

    Attributes:
        issued: the published versions, oldest first.
        due: the due ones of the span, in order.
        began_at: the first run that the ledger knows; nothing before it can be proven; None without a run.
        known_until: the moment up to which publications are known; None for ever.
        files: run id → what became of the files of its version, of the last versions that were due in the span.
        gaps: why the log says nothing; Chinese clauses without a full stop.
    """

    issued: tuple[IssuedVersion, ...] = ()
    due: tuple[DueReport, ...] = ()
    began_at: datetime | None = None
    known_until: datetime | None = None
    files: Mapping[str, FileState] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()

    def first_issue(self, report: str, period: str) -> IssuedVersion | None:
        """Return the first published version of a report of a period; None where there is none."""
        return next((item for item in self.issued if item.report == report and item.period == period), None)

    def latest_issue(self, report: str, period: str) -> IssuedVersion | None:
        """Return the last published version."""
        return next((item for item in reversed(self.issued) if (item.report, item.period) == (report, period)), None)

    def state_of(self, due: DueReport, until: datetime) -> IssueState:
        """Return the state of a due report at the end of a span (docs/domain.md, Service quality and score).

        Args:
            due: the report.
            until: the end of the span (aware).
        """
        first = self.first_issue(due.report, due.period)
        if first is None and due.deadline >= until:
            return "open"
        if first is not None and first.at <= due.deadline:
            return "on_time"
        if self.began_at is None or (due.at if first is None else due.deadline) < self.began_at:
            return "unknown"
        return "missing" if first is None else "late"


def due_reports(
    jobs: Mapping[str, Job], since: datetime, until: datetime, calendar: Calendar, zone: ZoneInfo
) -> list[DueReport]:
    """Return what the jobs had to issue in ``[since, until)``, in order; the pages of units are left out.

    Raises:
        CalendarMissing: a working day of a year without a calendar.
    """
    moment = timedelta(microseconds=1)
    due = []
    for job in jobs.values():
        if job.each is not None or job.parameters:
            continue
        for at in job.when.between(since - moment, until - moment, calendar, zone):
            try:
                period = parse_period(job.period, at.date(), calendar).text
            except BadPeriod:  # a contract year that had not begun
                continue
            recipients = "、".join(dict.fromkeys(f"{item.channel}" for item in job.recipients))
            due.append(DueReport(job.report, period, at, job.deadline(at), recipients))
    return sorted(due, key=lambda due: (due.at, due.report))


def read_report_log(workspace: Workspace, since: datetime, until: datetime, now: datetime) -> ReportLog:
    """Return the log of a site: its ledger and its schedule.

    Args:
        workspace: the site.
        since: begin of the span (aware).
        until: end of the span (aware).
        now: the moment up to which publications are known (aware).
    """
    ledger, settings = workspace.ledger, workspace.settings
    gaps: list[str] = []
    due: Sequence[DueReport] = ()
    try:
        due = due_reports(load_jobs(settings.jobs), since, until, workspace.calendar, settings.zone)
    except SettingsError:
        gaps.append("没有可用的报告计划（任务表）；需配置报告计划")
    except CalendarMissing:
        gaps.append("缺少工作日历，应出报告未知；需补录放假安排")
    began_at = ledger.publications.began_at()
    if began_at is None:
        gaps.append("运行台账没有报告记录；需由系统按计划出具报告")
    issued = ledger.publications.issued(now)
    wanted = {(item.report, item.period) for item in due}
    states = file_states(settings.outputs, [item for item in issued if (item.report, item.period) in wanted])
    return ReportLog(
        issued=tuple(issued), due=tuple(due), began_at=began_at, known_until=now, files=states, gaps=tuple(gaps)
    )


def of_report(due: Iterable[DueReport], report: str) -> list[DueReport]:
    """Return the due ones of one report."""
    return [item for item in due if item.report == report]
