"""Backfill: a report is issued for past periods, one after the other; published reports are not made again.

Nothing is stored but the published reports: an interrupted backfill is typed again and continues. It delivers nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from ntanalytics.delivery.manifest import read_manifest
from ntanalytics.errors import BadParameter, BadPeriod
from ntanalytics.language import tr
from ntanalytics.periods import Calendar, Period, days_between
from ntanalytics.runner.notebooks import load_report
from ntanalytics.runner.report_request import ReportRequest
from ntanalytics.runner.run import run_report
from ntanalytics.runner.run_context import Progress, RunContext
from ntanalytics.runner.run_errors import RUN_ERRORS, exit_code_of, message_of

#: Kinds of periods: every working day, every day, every week, every month.
PeriodKindName = Literal["working-day", "day", "week", "month"]

#: Period of a job → kind of the periods that it issues over time.
_KIND_OF_JOB: Mapping[str, PeriodKindName] = MappingProxyType(
    {"last-working-day": "working-day", "yesterday": "day", "last-week": "week", "last-month": "month"}
)


@dataclass(frozen=True)
class PlannedPeriod:
    """Period of a backfill.

    Attributes:
        period: the period.
        folder: the folder of its report.
        is_published: whether the report is there already.
    """

    period: Period
    folder: Path
    is_published: bool


@dataclass(frozen=True)
class BackfillResult:
    """Result of one period.

    Attributes:
        period: the period as text.
        status: ``published``, ``failed``, or ``there`` if it was published already.
        message: the folder of the report, or the reason of the failure.
        exit_code: the exit code of the error; 0 without one.
    """

    period: str
    status: Literal["published", "there", "failed"]
    message: str
    exit_code: int = 0

    def as_data(self) -> dict[str, str | int]:
        """Return the result as JSON."""
        return {"period": self.period, "status": self.status, "said": self.message, "exit_code": self.exit_code}


def period_kinds_of(report: str, job_periods: Iterable[str]) -> tuple[PeriodKindName, ...]:
    """Return the kinds of periods for which the jobs issue a report.

    Raises:
        BadParameter: no job issues it.
    """
    kinds = dict.fromkeys(_KIND_OF_JOB[period] for period in job_periods if period in _KIND_OF_JOB)
    if not kinds:
        raise BadParameter(
            tr("no job issues it, so that its periods are not known"),
            where=report,
            todo=tr("say --each day, week or month"),
        )
    return tuple(kinds)


def plan(
    context: RunContext,
    report: str,
    first: dt.date,
    last: dt.date,
    kinds: Sequence[PeriodKindName],
    parameters: Mapping[str, str],
) -> list[PlannedPeriod]:
    """Return the periods that lie completely between two days and have ended, the earliest end first.

    Args:
        context: the site and the clock.
        report: the report's name.
        first: the first local day.
        last: the last local day, included.
        kinds: the kinds of periods.
        parameters: the report's own parameters, name → text.

    Raises:
        UnknownName, BadParameter: there is no such report or parameter.
        BadPeriod: the report is not made for such a period, or none lies between the days.
        CalendarMissing: a working day of a year without a calendar.
    """
    notebook = load_report(report, context.notebooks)
    calendar = context.settings.calendar()
    last_ended = min(last, context.today - dt.timedelta(days=1))
    periods = {period for kind in kinds for period in _between(kind, first, last_ended, calendar)}
    if not periods:
        raise BadPeriod(
            tr(
                "no {kinds} lies wholly between {first} and {last} and is over",
                kinds=" and no ".join(kinds),
                first=first,
                last=last,
            ),
            where=report,
            todo=tr("name more days"),
        )
    for period in periods:
        notebook.check_period(period)
    planned = []
    for period in sorted(periods, key=lambda period: (period.last, period.first)):
        folder = ReportRequest.of(notebook, period, parameters).directory(context.outputs)
        manifest = read_manifest(folder) or {}
        planned.append(PlannedPeriod(period, folder, manifest.get("report") == report))
    return planned


def backfill(
    context: RunContext, report: str, planned: Sequence[PlannedPeriod], parameters: Mapping[str, str]
) -> Iterator[BackfillResult]:
    """Issue the unpublished periods of a plan; a period that fails does not stop the others.

    The audit trail records the beginning and the end, also of an interruption.

    Args:
        context: the site and the conditions of the runs.
        report: the report's name.
        planned: the plan of :func:`plan`.
        parameters: its parameters.

    Yields:
        The result of each period.

    Raises:
        LakeError: the ledger cannot be used.
    """
    audit = context.ledger.audit
    details: dict[str, object] = {"period": f"{planned[0].period.text} … {planned[-1].period.text}"}
    details |= {"parameters": dict(parameters), "periods": len(planned)}
    audit.record("backfill", report, {**details, "status": "begun"})
    status, counts, failed = "interrupted", Counter[str](), []
    try:
        for number, period in enumerate(planned, 1):
            progress = _numbered(context.progress, f"{number}/{len(planned)} {period.period.text}")
            result = _fill(replace(context, requested_by="backfill", progress=progress), report, period, parameters)
            counts[result.status] += 1
            failed += [result.period] if result.status == "failed" else []
            yield result
        status = "ended"
    finally:
        audit.record("backfill", report, {**details, "status": status, **counts, "failed": failed})


def _fill(context: RunContext, report: str, planned: PlannedPeriod, parameters: Mapping[str, str]) -> BackfillResult:
    text = planned.period.text
    if planned.is_published:
        return BackfillResult(text, "there", str(planned.folder))
    try:
        result = run_report(context, report, planned.period, parameters)
    except RUN_ERRORS as error:  # the other periods are made
        return BackfillResult(text, "failed", message_of(error), exit_code_of(error))
    return BackfillResult(text, "published", str(result.directory))


def _between(kind: PeriodKindName, first: dt.date, last: dt.date, calendar: Calendar) -> list[Period]:
    """Return the periods of a kind that lie completely between two days."""
    if kind == "working-day":
        return [Period.day(day) for day in calendar.working_days(first, last)]
    make = {"day": Period.day, "week": Period.week, "month": Period.month}[kind]
    periods = dict.fromkeys(make(day) for day in days_between(first, last))
    return [period for period in periods if first <= period.first and period.last <= last]


def _numbered(progress: Progress, number: str) -> Progress:
    return lambda step, amount: progress(f"{number}: {step}", amount)
