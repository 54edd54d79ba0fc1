"""Issuing a report's periods of the past, one after the other; what stands published is left as it is.

Nothing is remembered but the published reports themselves: a backfill that was broken off, however it was, is typed
again and goes on where it was. It delivers nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from ntanalytics.errors import BadParameter, BadPeriod, NtaError
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Calendar, Period, days_between
from ntanalytics.runner import publishing
from ntanalytics.runner.engine import discard_progress
from ntanalytics.runner.notebooks import load_report
from ntanalytics.runner.parameters import Value, resolve
from ntanalytics.runner.run import Progress, run_report
from ntanalytics.settings import Settings

#: Which periods: every working day, every day, every week, every month.
PeriodKindName = Literal["working-day", "day", "week", "month"]

#: A job's rule → the periods that it issues over time.
_OF_RULE: Mapping[str, PeriodKindName] = MappingProxyType(
    {"last-working-day": "working-day", "yesterday": "day", "last-week": "week", "last-month": "month"}
)

#: What a run may end in: an error of ours, the disk's, or a defect in what makes the report.
_OF_ONE = (NtaError, OSError, ValueError, TypeError, LookupError, RuntimeError)


@dataclass(frozen=True)
class PlannedPeriod:
    """A period of a backfill.

    Attributes:
        period: which.
        folder: where its report stands, or will.
        is_published: whether it stands there already.
    """

    period: Period
    folder: Path
    is_published: bool


@dataclass(frozen=True)
class BackfillResult:
    """What became of a period.

    Attributes:
        period: as it is written.
        status: ``published``, ``failed``, or ``there`` when it stood published already.
        said: where it is, or why it failed.
        exit_code: of the error; 0 without one.
    """

    period: str
    status: Literal["published", "there", "failed"]
    said: str
    exit_code: int = 0


def period_kinds_of(report: str, job_periods: Iterable[str]) -> tuple[PeriodKindName, ...]:
    """The kinds of periods that the jobs issue a report for.

    Raises:
        BadParameter: no job issues it.
    """
    found = dict.fromkeys(_OF_RULE[period] for period in job_periods)
    if not found:
        raise BadParameter(
            "no job issues it, so that its periods are not known", where=report, todo="say --each day, week or month"
        )
    return tuple(found)


def plan(
    settings: Settings,
    report: str,
    first: dt.date,
    last: dt.date,
    each: Sequence[PeriodKindName],
    parameters: Mapping[str, str],
    *,
    today: dt.date,
    notebooks: Path | None = None,
) -> list[PlannedPeriod]:
    """The periods that lie wholly between two days and are over, the earliest end first.

    Args:
        settings: the site.
        report: a report's name.
        first: the first local day.
        last: the last one, included.
        each: which periods.
        parameters: the report's own parameters, name → text.
        today: the local day; a period that ends on it or later is not over.
        notebooks: the folder of the reports.

    Raises:
        UnknownName, BadParameter: no such report or parameter.
        BadPeriod: the report takes no such period, or none lies between the days.
        CalendarMissing: working days are asked for of a year that is not known.
    """
    notebook = load_report(report, notebooks)
    calendar = settings.calendar()
    periods = {period for kind in each for period in _between(kind, first, min(last, _before(today)), calendar)}
    if not periods:
        raise BadPeriod(
            f"no {' and no '.join(each)} lies wholly between {first} and {last} and is over",
            where=report,
            todo="name more days",
        )
    for period in periods:
        notebook.check_period(period)
    values: Mapping[str, Value] = resolve(notebook.parameters, parameters, where=report)
    defaults = {parameter.name: parameter.default for parameter in notebook.parameters}
    planned = []
    for period in sorted(periods, key=lambda period: (period.last, period.first)):
        folder = settings.outputs.resolve() / report / publishing.folder_name(period, values, defaults)
        content = publishing.read_manifest(folder) or {}
        planned.append(PlannedPeriod(period, folder, content.get("report") == report))
    return planned


def backfill(
    settings: Settings,
    report: str,
    planned: Sequence[PlannedPeriod],
    parameters: Mapping[str, str],
    *,
    today: dt.date,
    clock: Callable[[], dt.datetime] | None = None,
    progress: Progress = discard_progress,
    notebooks: Path | None = None,
) -> Iterator[BackfillResult]:
    """Issue the periods of a plan that are not published; one that fails does not stop the others.

    That it began and how it ended are events of the audit trail, also when it is interrupted.

    Args:
        settings: the site.
        report: the report's name.
        planned: as :func:`plan` gave it.
        parameters: the same as there.
        today: the local day.
        clock: tells the moment (aware) at which data are taken, where it is not the machine's.
        progress: told what is being done.
        notebooks: the folder of the reports.

    Yields:
        What became of each period, when it is known.

    Raises:
        LakeError: the ledger cannot be used.
    """
    audit = Ledger(settings.ledger).audit
    about: dict[str, Any] = {"period": f"{planned[0].period.text} … {planned[-1].period.text}"}
    about |= {"parameters": dict(parameters), "periods": len(planned)}
    audit.record("backfill", report, {**about, "status": "begun"})
    status, counts, failed = "interrupted", Counter[str](), []
    try:
        for number, each in enumerate(planned, 1):
            done = _fill(
                settings,
                report,
                each,
                parameters,
                today=today,
                clock=clock,
                notebooks=notebooks,
                progress=_numbered(progress, f"{number}/{len(planned)} {each.period.text}"),
            )
            counts[done.status] += 1
            failed += [done.period] if done.status == "failed" else []
            yield done
        status = "ended"
    finally:
        audit.record("backfill", report, {**about, "status": status, **counts, "failed": failed})


def _fill(
    settings: Settings,
    report: str,
    each: PlannedPeriod,
    parameters: Mapping[str, str],
    *,
    today: dt.date,
    clock: Callable[[], dt.datetime] | None,
    progress: Progress,
    notebooks: Path | None,
) -> BackfillResult:
    text = each.period.text
    if each.is_published:
        return BackfillResult(text, "there", str(each.folder))
    try:
        result = run_report(
            settings,
            report,
            text,
            parameters,
            today=today,
            clock=clock,
            progress=progress,
            notebooks=notebooks,
            by="backfill",
        )
    except _OF_ONE as error:  # it is named at the end; the other periods are not worth less for it
        code = error.exit_code if isinstance(error, NtaError) else NtaError.exit_code
        return BackfillResult(text, "failed", str(error) or type(error).__name__, code)
    return BackfillResult(text, "published", str(result.directory))


def _between(each: PeriodKindName, first: dt.date, last: dt.date, calendar: Calendar) -> list[Period]:
    """The periods of a kind that lie wholly between two days."""
    if each == "working-day":
        return [Period.day(day) for day in calendar.working_days(first, last)]
    make = {"day": Period.day, "week": Period.week, "month": Period.month}[each]
    periods = dict.fromkeys(make(day) for day in days_between(first, last))
    return [period for period in periods if first <= period.first and period.last <= last]


def _before(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=1)


def _numbered(progress: Progress, which: str) -> Progress:
    return lambda what, amount: progress(f"{which}: {what}", amount)
