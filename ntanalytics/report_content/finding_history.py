"""History of findings: what is new, still open and closed, from the inspections that the ledger knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.engine import Evaluation
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.errors import LakeError
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.headline import RECOVERED
from ntanalytics.findings.lifecycle import (
    CHANGES,
    FindingLifecycle,
    LifecycleState,
    ObservedDay,
    follow_lifecycles,
    observe,
)
from ntanalytics.findings.lifecycle_text import change_count
from ntanalytics.findings.phrases import listed
from ntanalytics.findings.related_subjects import LASTING
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.text import SHORT_DOUBT
from ntanalytics.findings.threshold import ORDER
from ntanalytics.findings.week_strip import DAYS as STRIP_DAYS
from ntanalytics.findings.week_strip import week_strips
from ntanalytics.ledger.findings_upgrade import LABEL_KIND
from ntanalytics.metrics.quantity import UNKNOWN
from ntanalytics.periods.day_text import day_words
from ntanalytics.report_content.details import HAZARDS
from ntanalytics.reports import Table
from ntanalytics.reports.record import Field
from ntanalytics.workspace.past_findings import PastFindings, observed_days, past_findings
from ntanalytics.workspace.report import Report

#: The report whose inspections tell of hazards in a longer period.
INSPECTION = "daily_inspection"

_LIFECYCLE = (
    Field("state", "string", "最高级别", format="state"),
    Field("subsystem", "string", "系统"),
    Field("subject", "string", "对象"),
    Field("check", "string", "检查项"),
    Field("begun_on", "date", "起始", format="date"),
)
_CLOSED = (*_LIFECYCLE, Field("days", "integer", "历时", unit="天", format="integer"), Field("how", "string", "去向"))
#: Kind of the rules whose violations are events with an end of their own, and not states that last.
_EVENT = "burst"
_HAZARDS = (
    *_LIFECYCLE,
    Field("days", "integer", "天数", unit="天", format="integer"),
    Field("opened", "string", "来源"),
    Field("how", "string", "处置状态"),
)


def past_inspections(
    report: Report, until: date, of: str = INSPECTION, since: date = date.min
) -> list[ObservedDay] | None:
    """Return the inspections of the days up to ``until``, oldest first; None when the ledger cannot be read.

    Args:
        report: knows the site's ledger.
        until: the last day.
        of: the report that inspects.
        since: the first day.
    """
    try:
        inspections = report.workspace.ledger.inspections.until(of, until, since)
    except (LakeError, ValueError):  # gone, held, damaged
        return None
    return observed_days(inspections)


def _followed(report: Report, until: date, of: str, since: date) -> PastFindings | None:
    """Return the inspections up to ``until``, those of earlier months followed; None without a readable ledger."""
    try:
        return past_findings(report.workspace, of, until, since)
    except (LakeError, ValueError):  # gone, held, damaged
        return None


def inspection_lifecycle(report: Report, evaluation: Evaluation) -> LifecycleState:
    """Return the lifecycles of an inspection's findings, by the inspections of the days before it.

    Args:
        report: the inspection of a day.
        evaluation: its findings.
    """
    on = report.period.last
    findings = evaluation.findings
    enabled = [code for code, rule in evaluation.context.rules.items() if rule.enabled and code in evaluation.codes]
    is_working_day = on in _working_days(report)
    today = observe(on, findings, enabled, unjudged=evaluation.unjudged, is_working_day=is_working_day)
    past = _followed(report, on - timedelta(days=1), report.name, on)
    if past is None:
        return replace(follow_lifecycles([today]), is_known=False)
    known = {(finding.code, finding.entity.label): finding.entity for finding in findings}
    earlier = [_with_entities(day, known) for day in past.days]
    return follow_lifecycles([*earlier, today], past.before)


def period_lifecycles(evaluation: Evaluation) -> LifecycleState:
    """Return what became of the findings by the end of a longer period, by the inspections up to it."""
    return evaluation.context.shared(_period_lifecycles)


def _period_lifecycles(context: CheckContext) -> LifecycleState:
    past: PastFindings | None = context.shared(_inspections)
    state = LifecycleState() if past is None else follow_lifecycles(past.days, past.before)
    return state if state.on is None else replace(_changed_in(state, context.period.first), on=context.on)


def _changed_in(state: LifecycleState, first: date) -> LifecycleState:
    """Return lifecycles of which none is new that began, or may have begun, before the period.

    The last inspection may have been the first to look: that does not make new what had lasted for a week.
    """
    lifecycles = (
        replace(item, change="same") if item.change == "new" and not _is_new(item, first) else item
        for item in state.lifecycles
    )
    return replace(state, lifecycles=tuple(lifecycles), since=first)


def _inspections(context: CheckContext) -> PastFindings | None:
    return _followed(context.report, context.on, INSPECTION, context.period.first)


def inspection_strips(report: Report, evaluation: Evaluation) -> dict[str, str]:
    """Return the identity of each finding → what the issued inspections of the last seven days said of it."""
    on = report.period.last
    past = past_inspections(report, on - timedelta(days=1), report.name, on - timedelta(days=STRIP_DAYS))
    return week_strips(evaluation.findings, past or (), on)


def closed(state: LifecycleState, *, id: str = "closed") -> list[Table]:
    """Return what the inspection closed, the worst first, as a table; no table where there is nothing."""
    gone = sorted(state.closed, key=lambda item: ORDER.index(item.worst)) if state.is_known else []
    if not gone:
        return []
    rows = tuple({**_row(item), "days": item.day(item.confirmed_on), "how": CHANGES[item.change]} for item in gone)
    return [Table(id, "已消除", fields=_CLOSED, rows=rows)]


def left_open(evaluation: Evaluation) -> list[Finding]:
    """Return what the last inspection of a longer period left open, and the report's own checks do not judge.

    Of these findings nothing is known but what an inspection recorded: the rule, the entity, the status and the value.
    What a day did is no longer open where the report could not judge its period anew, nor is what ended on that day.
    """
    state, rules = period_lifecycles(evaluation), evaluation.context.rules
    judged = {finding.identity for finding in evaluation.findings if finding.status != "unknown"}
    return [
        Finding(
            rule=rules[item.code],
            entity=item.entity,
            status=item.status,
            value=item.value,
            since=item.begun_on,
            since_is_bound=item.is_older,
            details={"is_doubtful": True} if item.is_doubtful else {},
        )
        for item in state.lifecycles
        if state.is_known and item.is_open and not item.is_over
        if item.identity not in judged and item.code in rules
        if item.code not in evaluation.codes or rules[item.code].kind in LASTING
    ]


def hazards(evaluation: Evaluation, *, id: str = HAZARDS) -> Table:
    """Return what the inspections of a report's period opened, left open and closed, and whether there were any."""
    report, first = evaluation.context.report, evaluation.context.period.first
    past: PastFindings | None = evaluation.context.shared(_inspections)
    state, rules = period_lifecycles(evaluation), evaluation.context.rules
    days = [day for day in state.days if day >= first]
    lifecycles = (
        [item for item in state.lifecycles if item.closed_on is None or item.closed_on >= first] if days else []
    )
    lifecycles.sort(key=lambda item: (not item.is_open, ORDER.index(item.worst), item.opened_on))
    events = {item.identity for item in lifecycles if item.is_open and (item.is_over or _is_event(rules, item))}
    rows = tuple(
        {
            **_row(item),
            # nobody looked later; an event lasted as long as an inspection saw it
            "days": item.day(item.confirmed_on if item.identity in events else days[-1]),
            "opened": _opened_words(report, item),
            "how": _ended_words(item, days[-1], is_event=item.identity in events),
        }
        for item in lifecycles
    )
    note = "巡检记录无法读取，隐患的新增与消除未知。"
    if past is not None:
        note = _counted(report, days, lifecycles, len(events), is_partial=_has_unknown(past, days))
    return Table(id, "巡检发现的隐患", fields=_HAZARDS, rows=rows, note=note)


def _is_event(rules: Mapping[str, Rule], lifecycle: FindingLifecycle) -> bool:
    return lifecycle.code in rules and rules[lifecycle.code].kind == _EVENT


def _has_unknown(past: PastFindings, days: list[date]) -> bool:
    """Return whether the last inspection of a period had checks that could not be made."""
    last = [day for day in past.days if day.on in days][-1:]
    return any(observation.status == "unknown" for day in last for observation in day.observations)


def _counted(
    report: Report, days: list[date], lifecycles: list[FindingLifecycle], events: int, *, is_partial: bool
) -> str:
    """Return how many inspections there were, and what they opened, closed and left open.

    Args:
        report: knows the period and its working days.
        days: the inspected days of the period.
        lifecycles: what was open in it.
        events: how many of those that no inspection closed have an end of their own.
        is_partial: whether the last inspection had checks that could not be made.
    """
    if not days:
        return "无每日巡检记录，隐患的新增与消除未知。"
    new = sum(_is_new(item, report.period.first) for item in lifecycles)
    left = sum(item.is_open for item in lifecycles)
    remaining = change_count("未消除", left - events, is_partial=is_partial)
    happened = f"，另有当日事件 {events} 项" if events else ""
    until = f"截至{day_words(days[-1])}巡检，" if days[-1] < report.period.last else ""
    missing = [day_words(day) for day in _working_days(report) if day not in days]
    opened, ended = (
        change_count(change, count, is_partial=bool(missing))
        for change, count in (("新增", new), ("已消除", len(lifecycles) - left))
    )
    sentence = f"巡检 {len(days)} 天：{opened}，{until}{ended}，{remaining}{happened}。"
    return sentence + (f"{listed(missing)}无巡检记录。" if missing else "")


def _ended_words(lifecycle: FindingLifecycle, last: date, *, is_event: bool) -> str:
    """Return when a hazard ended, or that the last inspection still saw it; of an event on which day it was."""
    if lifecycle.is_open and lifecycle.is_over:
        return f"{day_words(lifecycle.confirmed_on)}{RECOVERED}"
    if is_event:
        return f"{day_words(lifecycle.confirmed_on)}发生，是否再现未知"
    if lifecycle.closed_on is None:
        return f"截至{day_words(last)}未消除"
    return f"{day_words(lifecycle.closed_on)}{CHANGES[lifecycle.change]}"


def _opened_words(report: Report, lifecycle: FindingLifecycle) -> str:
    """Return when a hazard began: within the period, before it, or on its first inspection or before."""
    if lifecycle.snapshot_on is not None:
        return UNKNOWN
    if _is_new(lifecycle, report.period.first):
        return f"{report.period.word}新增"
    is_older = lifecycle.begun_on < report.period.first
    return f"{report.period.before_word}遗留" if is_older else f"{report.period.word}或更早"


def _is_new(lifecycle: FindingLifecycle, first: date) -> bool:
    """Return whether it began in a period, as far as anybody knows."""
    return lifecycle.begun_on >= first and not lifecycle.is_older


def _working_days(report: Report) -> list[date]:
    """Return the working days of the period, as far as the calendar knows them."""
    knows = report.workspace.calendar.knows
    return report.working_days if all(map(knows, report.period.days)) else []


def _row(lifecycle: FindingLifecycle) -> dict[str, Any]:
    return {
        "state": lifecycle.worst,
        "subsystem": subsystem_label(lifecycle.subsystem),
        "subject": lifecycle.entity.label,
        "check": f"{lifecycle.check}{SHORT_DOUBT if lifecycle.is_doubtful else ''}",
        "begun_on": lifecycle.begun_on.isoformat() if lifecycle.snapshot_on is None else None,
    }


def _with_entities(day: ObservedDay, known: dict[tuple[str, str], Entity]) -> ObservedDay:
    """Return a day of version 0.1.0, which knew entities by their label alone, with the entities of today."""
    if not any(observation.entity.kind == LABEL_KIND for observation in day.observations):
        return day
    observations = tuple(
        replace(observation, entity=known.get((observation.code, observation.entity.label), observation.entity))
        if observation.entity.kind == LABEL_KIND
        else observation
        for observation in day.observations
    )
    return replace(day, observations=observations)
