"""Jobs that stop where the calendar of working days ends: told from 1 November on, while the notice can be added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ntanalytics.errors import BadPeriod, CalendarMissing
from ntanalytics.periods import Calendar, days_between, parse_period
from ntanalytics.settings.jobs import Job

#: Month from which a missing next year is told: the State Council's notice comes out from late October on.
_FIRST_MONTH = 11


@dataclass(frozen=True)
class CalendarEnd:
    """Year without a calendar, and the jobs that stop in it.

    Attributes:
        year: the year.
        stops: job → the first day on which it cannot be judged, in the order of days.
    """

    year: int
    stops: Mapping[str, dt.date]

    def as_data(self) -> dict[str, object]:
        """Return the year and the jobs as JSON."""
        return {"year": self.year, "stops": {job: day.isoformat() for job, day in self.stops.items()}}

    @property
    def text(self) -> str:
        """Sentence in Chinese for the operators, with each job and its day, and the command."""
        stops = f"将停止的任务：{self._by_day({})}" if self.stops else "没有任务因此停止"
        return (
            f"{self.year} 年的放假安排尚未录入，{stops}。"
            "国务院办公厅的通知公布后，请把全文存为文件，用 ntanalytics calendar add 录入。"
        )

    def for_readers(self, titles: Mapping[str, str]) -> str:
        """Return the sentence for the readers of a report.

        Args:
            titles: job → title of its report.
        """
        stops = f"{self._by_day(titles)}停止出具，请运维团队在通知公布后录入" if self.stops else "没有报告因此停止"
        return f"{self.year} 年的放假安排尚未录入，{stops}。"

    def _by_day(self, titles: Mapping[str, str]) -> str:
        by_day: dict[dt.date, list[str]] = {}
        for job, day in self.stops.items():
            by_day.setdefault(day, []).append(titles.get(job, job))
        return "；".join(
            f"{day.year}年{day.month}月{day.day}日起 {'、'.join(dict.fromkeys(jobs))}" for day, jobs in by_day.items()
        )


def calendar_end(jobs: Mapping[str, Job], calendar: Calendar, today: dt.date) -> CalendarEnd | None:
    """Return the year without a calendar and the jobs that stop in it; None if all is known, or before November.

    Args:
        jobs: the jobs by name.
        calendar: the working days.
        today: the present local day; the present year is looked at in every month, the next from November on.
    """
    years = [today.year, *([today.year + 1] if today.month >= _FIRST_MONTH else [])]
    missing = next((year for year in years if not calendar.has_year(year)), None)
    if missing is None:
        return None
    first = max(today, dt.date(missing, 1, 1))
    first_unknown = {name: _first_unknown(job, calendar, first) for name, job in jobs.items()}
    stops = {name: day for name, day in first_unknown.items() if day is not None}
    return CalendarEnd(missing, dict(sorted(stops.items(), key=lambda item: (item[1], item[0]))))


def _first_unknown(job: Job, calendar: Calendar, first: dt.date) -> dt.date | None:
    """Return the first day of five weeks on which a job's schedule or period is unknown."""
    for day in days_between(first, first + dt.timedelta(days=35)):
        try:
            if job.when.is_on(day, calendar):
                parse_period(job.period, day, calendar)
        except CalendarMissing:
            return day
        except BadPeriod:  # a contract year that is not known or has not begun: no matter of the calendar
            return None
    return None
