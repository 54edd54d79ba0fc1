"""Index of the issued reports, written after each run, whether its report was published or not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from ntanalytics.errors import CalendarMissing, NtaError, ReportFailed, SettingsError
from ntanalytics.runner.notebooks import load_report, report_names
from ntanalytics.runner.overdue import overdue, started_jobs
from ntanalytics.runner.run_context import RunContext
from ntanalytics.runner.staging import index_lock
from ntanalytics.settings.jobs import load_jobs

if TYPE_CHECKING:
    from pathlib import Path

    from ntanalytics.delivery.index import OverdueReports, ReportIndex

#: Number of the latest runs that are searched for failures: years of a schedule.
_RUNS = 5000

#: Status of a scheduled run whose deadline has passed → the reason that a reader is told.
_WHY = {
    "missing": "已过时限，没有运行记录",
    "running": "已过时限，正在运行",
    "retry": "已过时限，将再次运行",
    "failed": "已过时限，运行未成功",
}


def index(context: RunContext) -> ReportIndex:
    """Write ``outputs/index.html``; one process at a time.

    Returns:
        The content of the page.

    Raises:
        PublishError: it cannot be written.
        LakeError: the ledger cannot be read.
    """
    # the page's labels come with pandas, and a wrong parameter of a run is refused earlier
    from ntanalytics.delivery.index import SiteLabels, write_index

    settings, outputs = context.settings, context.outputs
    site = SiteLabels(settings.site.name, report_titles(context.notebooks), settings.zone)
    with index_lock(outputs):
        return write_index(
            outputs,
            context.ledger.runs.history(_RUNS),
            site=site,
            calendar=settings.calendar(),
            now=context.clock(),
            overdue=_overdue(context, site.titles),
        )


def _overdue(context: RunContext, titles: Mapping[str, str]) -> OverdueReports:
    """Return what the jobs owe, as ``ntanalytics health`` tells it; pages of units are told there alone."""
    from ntanalytics.delivery.index import OverdueReports
    from ntanalytics.delivery.missing import MissingReport

    if not context.settings.jobs.is_file():
        return OverdueReports()
    try:
        jobs = load_jobs(context.settings.jobs)
    except SettingsError:
        return OverdueReports(unjudged=["任务表无法读取，未能判断定期报告是否按时出具"])
    started = started_jobs(context, jobs)
    if jobs and not started:
        return OverdueReports(unjudged=["定期任务尚未运行过，未能判断定期报告是否按时出具"])
    reports, unjudged = [], []
    for name, job in started.items():
        try:
            late = [] if job.each else list(overdue(context, name, job, context.clock()))
        except CalendarMissing:
            unjudged.append(f"{titles.get(job.report, job.report)}：缺少工作日历，未能判断是否按时出具")
            continue
        reports += [
            MissingReport(report=job.report, parameters=job.parameters, periods=(period,), why=_WHY[status])
            for period, status in late
        ]
    return OverdueReports(reports, list(dict.fromkeys(unjudged)))


def index_or_warn(context: RunContext) -> str:
    """Write the index; a report is issued without it.

    Returns:
        The reason why it could not be written, or an empty text.
    """
    try:
        index(context)
    except NtaError as error:
        return str(error)
    return ""


def report_titles(notebooks: Path | None) -> dict[str, str]:
    """Return the Chinese title of each report that can be read, by its name."""
    titles = {}
    for name in report_names(notebooks):
        with suppress(ReportFailed):  # a notebook that is being written has no title yet
            titles[name] = load_report(name, notebooks).title
    return titles
