"""Note of the weekly report on a year whose working days are not known yet, and on the jobs that stop in it."""

from __future__ import annotations

from ntanalytics.errors import SettingsError
from ntanalytics.reports import sentences
from ntanalytics.reports.blocks.block import Block
from ntanalytics.settings.calendar_end import calendar_end
from ntanalytics.settings.jobs import load_jobs
from ntanalytics.workspace.report import Report, title_of


def calendar_notes(report: Report) -> list[Block]:
    """Return the note as a block; none if the calendar is complete, or before November.

    The day of the report is the last of its period, so that a report of the past says the same again.
    """
    workspace = report.workspace
    try:
        jobs = load_jobs(workspace.settings.jobs)
    except SettingsError:  # a workspace without a schedule; the schedule's own command tells what is wrong in it
        jobs = {}
    end = calendar_end(jobs, workspace.calendar, report.period.last)
    if not end or not end.stops:
        return []
    titles = {name: title_of(job.report) for name, job in jobs.items()}
    return [sentences([end.for_readers(titles)], "工作日历", id="calendar")]
