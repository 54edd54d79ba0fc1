"""What should have come out and did not: runs that failed, and gaps in what comes out regularly."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntanalytics.delivery.catalogue import IssuedReport
from ntanalytics.errors import BadPeriod, CalendarMissing
from ntanalytics.ledger import Run
from ntanalytics.periods import Calendar, Period, PeriodKind, parse_period

#: From so many periods on, a report is taken to come out regularly.
REGULAR = 3

#: No gap is looked for further back.
FURTHEST_DAYS = 400

_WHY = {
    4: "映射与数据规范不符", 5: "数据源读取失败", 6: "数据湖或台账出错", 7: "报表运行出错",
    8: "发布失败，请检查磁盘与权限", 9: "核对不一致，未予发布", 10: "缺少工作日历",
}  # fmt: skip
_UNKNOWN_WHY = "运行未完成"

#: A report with its parameters, as a key.
Key = tuple[str, str]


@dataclass(frozen=True)
class MissingReport:
    """Periods of one report that did not come out.

    Attributes:
        report: its name.
        parameters: name → value of each parameter that is not its default.
        periods: the periods, the latest first; several stand in one row only when they follow one another.
        why: the reason, in Chinese.
        at: when the run failed; None for a gap.
        run_id: the run that failed, or empty.
        standing: the version that still stands when only a further one failed, else None.
    """

    report: str
    parameters: Mapping[str, Any]
    periods: tuple[Period, ...]
    why: str
    at: dt.datetime | None = None
    run_id: str = ""
    standing: int | None = None


def key_of(report: str, parameters: Mapping[str, Any]) -> Key:
    """A report with its parameters as something that can be looked up."""
    return report, json.dumps(dict(parameters), ensure_ascii=False, sort_keys=True, default=str)


def failures(issued: Iterable[IssuedReport], runs: Iterable[Run], outputs: Path) -> list[MissingReport]:
    """The reports whose latest run failed, the latest first.

    Args:
        issued: what stands in the outputs.
        runs: the ledger's runs, newest first.
        outputs: where the evidence of a failed run says what kind of failure it was.
    """
    standing = {(*key_of(each.report, each.parameters), each.period.text): each.version for each in issued}
    seen, found = set(), []
    for run in runs:
        key = (*key_of(run.report, run.parameters), run.period)
        if key in seen or run.status == "running":
            continue
        seen.add(key)
        if run.status == "failed" and (period := _period(run.period)) is not None:
            why = _why(outputs / ".failed" / run.id / "error.json")
            when = run.ended_at or run.started_at
            found.append(MissingReport(run.report, run.parameters, (period,), why, when, run.id, standing.get(key)))
    return found


def publication_gaps(
    issued: Iterable[IssuedReport], failed: Iterable[MissingReport], today: dt.date, calendar: Calendar
) -> tuple[list[MissingReport], list[str]]:
    """The periods that are missing of what has come out for at least ``REGULAR`` periods.

    A period is due on the first working day after its end, and missing when that day has passed. Of daily reports only
    working days count. What a failed run explains is no gap.

    Returns:
        The gaps, and what could not be judged, in Chinese.
    """
    groups: dict[tuple[Key, PeriodKind], dict[str, IssuedReport]] = {}
    for each in issued:
        group = key_of(each.report, each.parameters), each.period.kind
        groups.setdefault(group, {})[each.period.text] = each
    explained = {(key_of(each.report, each.parameters), each.periods[0].text) for each in failed}
    found, unjudged = [], set()
    for (key, kind), there in groups.items():
        if len(there) < REGULAR:
            continue
        one = next(iter(there.values()))
        earliest = max(min(each.period.first for each in there.values()), today - dt.timedelta(days=FURTHEST_DAYS))
        try:
            due = _due(kind, earliest, today, calendar)
        except CalendarMissing:
            unjudged.add(f"{one.title}：缺少工作日历，未能判断是否有缺期")
            continue
        is_missing = [each.text not in there and (key, each.text) not in explained for each in due]
        found += [
            MissingReport(one.report, one.parameters, tuple(run), "没有运行记录") for run in _runs(due, is_missing)
        ]
    return found, sorted(unjudged)


def _due(kind: PeriodKind, earliest: dt.date, today: dt.date, calendar: Calendar) -> list[Period]:
    """The periods that should be there, the latest first."""
    make = {PeriodKind.DAY: Period.day, PeriodKind.WEEK: Period.week, PeriodKind.MONTH: Period.month}[kind]
    period, found = make(today).previous(), []
    while period.first >= earliest:
        is_wanted = kind is not PeriodKind.DAY or calendar.is_working_day(period.first)
        if is_wanted and _made_on(period, calendar) < today:
            found.append(period)
        period = period.previous()
    return found


def _made_on(period: Period, calendar: Calendar) -> dt.date:
    """The first working day after a period."""
    day = period.last + dt.timedelta(days=1)
    while not calendar.is_working_day(day):
        day += dt.timedelta(days=1)
    return day


def _runs(due: Sequence[Period], is_missing: Sequence[bool]) -> list[list[Period]]:
    """The missing periods, those that follow one another together."""
    found: list[list[Period]] = []
    was_missing = False
    for period, missing in zip(due, is_missing, strict=True):
        if missing and was_missing:
            found[-1].append(period)
        elif missing:
            found.append([period])
        was_missing = missing
    return found


def _period(text: str) -> Period | None:
    try:
        return parse_period(text, dt.date.min + dt.timedelta(days=400))
    except BadPeriod:
        return None


def _why(evidence: Path) -> str:
    """What kind of failure a run's evidence tells of; its words are for the engineer and stay there."""
    try:
        code = json.loads(evidence.read_text(encoding="utf-8"))["exit_code"]
    except (OSError, ValueError, KeyError, TypeError):
        return _UNKNOWN_WHY
    return _WHY.get(code, _UNKNOWN_WHY) if isinstance(code, int) else _UNKNOWN_WHY
