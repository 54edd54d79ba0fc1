"""The life of findings in a report: what is new, still open and closed, from the inspections that the ledger knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.errors import LakeError
from ntanalytics.findings.finding import ORDER, Finding, State
from ntanalytics.findings.lifecycle import (
    CHANGES,
    FindingLifecycle,
    LifecycleState,
    Observation,
    ObservedDay,
    follow_lifecycles,
    observe,
)
from ntanalytics.findings.sentences import day_words, listed
from ntanalytics.ledger import PastInspection
from ntanalytics.reports import Table
from ntanalytics.reports.record import Field
from ntanalytics.reports.renamed import current_state
from ntanalytics.subsystems import check_context
from ntanalytics.workspace.report import Report

#: The report whose inspections tell of hazards in a longer period.
INSPECTION = "daily_inspection"

_MATTER = (
    Field("state", "string", "最重状态", format="state"),
    Field("subsystem", "string", "系统"),
    Field("subject", "string", "对象"),
    Field("check", "string", "检查项"),
    Field("begun_on", "date", "起始", format="date"),
)
_CLOSED = (*_MATTER, Field("days", "integer", "历时", unit="天", format="integer"), Field("how", "string", "去向"))
_HAZARDS = (
    *_MATTER,
    Field("days", "integer", "天数", unit="天", format="integer"),
    Field("opened", "string", "本期"),
    Field("how", "string", "期末"),
)


def past_inspections(report: Report, until: date, of: str = INSPECTION) -> list[ObservedDay] | None:
    """What the inspections of the days up to ``until`` saw, oldest first; None when the ledger cannot be read.

    Args:
        report: knows the site's ledger.
        until: the last day.
        of: the report that inspects.
    """
    try:
        return [_inspected(each) for each in report.workspace.ledger.inspections.until(of, until)]
    except (LakeError, ValueError):  # gone, held, damaged
        return None


def inspection_lifecycle(report: Report, findings: Iterable[Finding]) -> LifecycleState:
    """The life of what an inspection finds, by the inspections of the days before it, whenever those were made.

    Args:
        report: the inspection of a day.
        findings: all that it found, what is in order, too.
    """
    on = report.period.last
    asked = [code for code, rule in check_context(report).rules.items() if not (rule.is_off or rule.is_of_quarter)]
    today = observe(on, findings, asked, is_working_day=on in _working_days(report))
    before = past_inspections(report, on - timedelta(days=1), report.name)
    return replace(follow_lifecycles([*(before or ()), today]), is_known=before is not None)


def closed(found: LifecycleState, *, id: str = "closed") -> list[Table]:
    """What the inspection closed, the worst first, as a table; none where there is nothing."""
    gone = sorted(found.closed, key=lambda life: ORDER.index(life.worst)) if found.is_known else []
    if not gone:
        return []
    rows = tuple({**_matter(each), "days": each.day(each.confirmed_on), "how": CHANGES[each.change]} for each in gone)
    return [Table(id, "已消除", fields=_CLOSED, rows=rows)]


def hazards(report: Report, *, id: str = "hazards") -> Table:
    """What the daily inspections of a report's period opened, left open and closed, and whether there were any."""
    first, last = report.period.first, report.period.last
    before = past_inspections(report, last)
    found = follow_lifecycles(before or ())
    days = [day for day in found.days if day >= first]
    lives = [life for life in found.lives if life.closed_on is None or life.closed_on >= first] if days else []
    lives.sort(key=lambda life: (not life.is_open, ORDER.index(life.worst), life.opened_on))
    rows = tuple(
        {
            **_matter(life),
            "days": life.day(last),
            "opened": "本期新增" if _is_new(life, first) else "此前已有",
            "how": "未消除" if life.closed_on is None else f"{day_words(life.closed_on)}{CHANGES[life.change]}",
        }
        for life in lives
    )
    note = "巡检记录无法读取，隐患的新增与消除未知。" if before is None else _counted(report, days, lives)
    return Table(id, "巡检发现的隐患", fields=_HAZARDS, rows=rows, note=note)


def _counted(report: Report, days: list[date], lives: list[FindingLifecycle]) -> str:
    """How many inspections there were, and what they opened, closed and left open."""
    if not days:
        return "无每日巡检记录，隐患的新增与消除未知。"
    new = sum(_is_new(life, report.period.first) for life in lives)
    left = sum(life.is_open for life in lives)
    said = f"巡检 {len(days)} 天：新增 {new} 项，已消除 {len(lives) - left} 项，期末未消除 {left} 项。"
    missing = [day_words(day) for day in _working_days(report) if day not in days]
    return said + (f"{listed(missing)}无巡检记录。" if missing else "")


def _is_new(life: FindingLifecycle, first: date) -> bool:
    """Whether a matter began in a period, as far as anybody knows."""
    return life.begun_on >= first and not life.is_older


def _working_days(report: Report) -> list[date]:
    """The working days of the period, as far as the calendar knows them."""
    has_year = report.workspace.calendar.has_year
    return report.working_days if has_year(report.period.first.year) and has_year(report.period.last.year) else []


def _matter(life: FindingLifecycle) -> dict[str, Any]:
    return {
        "state": life.worst,
        "subsystem": SUBSYSTEMS.get(life.subsystem, life.subsystem),
        "subject": life.subject,
        "check": life.check,
        "begun_on": life.begun_on.isoformat(),
    }


def _inspected(noted: PastInspection) -> ObservedDay:
    seen = tuple(
        Observation(
            each.code,
            each.subsystem,
            each.subject,
            each.check,
            cast("State", current_state(each.state)),
            each.value,
            each.format,
            each.since,
        )
        for each in noted.findings
    )
    return ObservedDay(noted.day, seen, noted.codes)
