"""Missing reports: failed runs, and gaps among the periods of a regular report."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from ntanalytics.delivery.failure_causes import CAUSES
from ntanalytics.delivery.issued_reports import IssuedReport
from ntanalytics.delivery.report_folder import parameters_key
from ntanalytics.errors import BadPeriod, CalendarMissing, UsageError
from ntanalytics.ledger import Run
from ntanalytics.periods import Calendar, Period, PeriodKind, parse_period
from ntanalytics.settings.parts import FURTHEST_DAYS

#: Number of issued periods from which a report counts as regular.
REGULAR = 3

_UNKNOWN_REASON = "运行未完成"

#: A report with its parameters, as a key.
_Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class MissingReport:
    """Periods of one report that were not issued.

    Attributes:
        report: its name.
        parameters: the parameters that differ from their defaults, name → value.
        periods: the periods, the latest first; several only if they are successive.
        why: the reason, in Chinese.
        at: the moment of the failure (aware); None for a gap.
        run_id: the failed run, or empty.
        standing: the issued version that remains valid if only a later run failed, else None.
    """

    report: str
    parameters: Mapping[str, Any]
    periods: tuple[Period, ...]
    why: str
    at: dt.datetime | None = None
    run_id: str = ""
    standing: int | None = None


def failures(issued: Iterable[IssuedReport], runs: Iterable[Run], outputs: Path) -> list[MissingReport]:
    """Return the reports whose latest run failed, the latest first.

    A command that could not be carried out as it was given (an unknown unit, a wrong value) is no missing report.

    Args:
        issued: the issued reports.
        runs: the ledger's runs, newest first.
        outputs: the folder of all reports, with the evidence of failed runs.
    """
    versions = {(*_key(report), report.period.text): report.version for report in issued}
    seen, missing = set(), []
    for run in runs:
        key = (*_key(run), run.period)
        if key in seen or run.status == "running":
            continue
        code = exit_code_of(outputs / ".failed" / run.id / "error.json") if run.status == "failed" else None
        if code == UsageError.exit_code:
            continue
        seen.add(key)
        if run.status == "failed" and (period := _period(run.period)) is not None:
            missing.append(
                MissingReport(
                    report=run.report,
                    parameters=run.parameters,
                    periods=(period,),
                    why=CAUSES.get(code or 0, _UNKNOWN_REASON),
                    at=run.ended_at or run.started_at,
                    run_id=run.id,
                    standing=versions.get(key),
                )
            )
    return missing


def publication_gaps(
    issued: Iterable[IssuedReport], failed: Iterable[MissingReport], today: dt.date, calendar: Calendar
) -> tuple[list[MissingReport], list[str]]:
    """Return the missing periods of the regular reports, those issued for at least ``REGULAR`` periods.

    A period is due on the first working day after its end, and missing if that day has passed. For daily reports only
    working days count. A period with a failed run is no gap.

    Returns:
        The gaps, and Chinese sentences on reports of which it is not known whether they have gaps.
    """
    groups: dict[tuple[_Key, PeriodKind], dict[str, IssuedReport]] = {}
    for report in issued:
        groups.setdefault((_key(report), report.period.kind), {})[report.period.text] = report
    explained = {(_key(report), report.periods[0].text) for report in failed}
    gaps, unjudged = [], set()
    periods_due = cache(partial(_due, today=today, calendar=calendar))  # pages of units share theirs
    for (key, kind), issues in groups.items():
        if len(issues) < REGULAR or kind is PeriodKind.CONTRACT:  # any day of it may be the last one
            continue
        report = next(iter(issues.values()))
        earliest = min(issue.period.first for issue in issues.values())
        earliest = max(earliest, today - dt.timedelta(days=FURTHEST_DAYS))
        try:
            due = periods_due(kind, earliest)
        except CalendarMissing:
            unjudged.add(f"{report.title}：缺少工作日历，未能判断是否有缺期")
            continue
        is_missing = [period.text not in issues and (key, period.text) not in explained for period in due]
        gaps += [
            MissingReport(report=report.report, parameters=report.parameters, periods=tuple(run), why="没有运行记录")
            for run in _runs(due, is_missing)
        ]
    return gaps, sorted(unjudged)


def without_known(
    overdue: Iterable[MissingReport], issued: Iterable[IssuedReport], missing: Iterable[MissingReport]
) -> list[MissingReport]:
    """Return the overdue reports of the jobs that are not issued, and not among those that are missing anyway."""
    known = {(_key(report), report.period.text) for report in issued}
    known |= {(_key(report), period.text) for report in missing for period in report.periods}
    late: dict[tuple[_Key, str], MissingReport] = {}
    for report in overdue:  # two jobs may issue the same report
        key = (_key(report), report.periods[0].text)
        if key not in known:
            late.setdefault(key, report)
    return list(late.values())


def _key(report: IssuedReport | Run | MissingReport) -> _Key:
    return report.report, parameters_key(report.parameters)


def _due(kind: PeriodKind, earliest: dt.date, today: dt.date, calendar: Calendar) -> list[Period]:
    """Return the periods that should be issued, the latest first."""
    make = {PeriodKind.DAY: Period.day, PeriodKind.WEEK: Period.week, PeriodKind.MONTH: Period.month}[kind]
    period, periods = make(today).previous(), []
    while period.first >= earliest:
        is_wanted = kind is not PeriodKind.DAY or calendar.is_working_day(period.first)
        if is_wanted and _due_on(period, calendar) < today:
            periods.append(period)
        period = period.previous()
    return periods


def _due_on(period: Period, calendar: Calendar) -> dt.date:
    """Return the first working day after a period."""
    day = period.last + dt.timedelta(days=1)
    while not calendar.is_working_day(day):
        day += dt.timedelta(days=1)
    return day


def _runs(due: Sequence[Period], is_missing: Sequence[bool]) -> list[list[Period]]:
    """Return the missing periods, successive ones together."""
    runs: list[list[Period]] = []
    was_missing = False
    for period, missing in zip(due, is_missing, strict=True):
        if missing and was_missing:
            runs[-1].append(period)
        elif missing:
            runs.append([period])
        was_missing = missing
    return runs


def _period(text: str) -> Period | None:
    try:
        return parse_period(text, dt.date.min + dt.timedelta(days=400))
    except BadPeriod:
        return None


def exit_code_of(evidence: Path) -> int | None:
    """Return the exit code in the evidence of a failed run, whose text is for engineers only; None if it has none."""
    try:
        code = json.loads(evidence.read_text(encoding="utf-8"))["exit_code"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return code if isinstance(code, int) else None
