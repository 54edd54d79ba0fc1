"""Duties of stable running: availability, backups, recovery, reported incidents, confirmed changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from ntanalytics.contract.desk import INCIDENTS, LEVELS
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.contract.legal import INCIDENT_REPORT, REPORTING_HOURS
from ntanalytics.metrics.desk import obligations
from ntanalytics.metrics.desk.duties import Result
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.infra.backup_waits import unmade_backups
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.rows import rows
from ntanalytics.report_content.duties.duty import NO_RESULT, SHORT, SHORT_OR_OPEN, Duty, Fact, unless_hidden
from ntanalytics.report_content.duties.span import DutySpan
from ntanalytics.subsystems.infra.availability_checks import (
    every_check,
    is_surely_missed,
    measured,
    measured_from,
    target,
)

#: Time from discovery within which an incident of the level 较大 or above is reported by a city (docs/domain.md, Desk).
REPORTED_WITHIN = timedelta(hours=REPORTING_HOURS["other"])

_CAUSES = INCIDENTS.column("cause").values
_CLOCKS: dict[str, tuple[Result, str]] = {
    "kept": ("met", ""),
    "broken": ("short", "超过4小时"),
    "running": ("open", ""),
    "overrun": ("short", "超过4小时"),
    "no_crash": ("none", ""),
    "no_crash_lasts": ("none", ""),
}


def _availability(span: DutySpan) -> Iterator[Fact]:
    table, views = span.context.shared(measured, every_check), measured_from(span.context)
    goal = target(span.context)
    for row in figures(table, *views):
        name = SUBSYSTEMS[row["subsystem"]]
        parts = "，".join(
            row.quantity(part).named() for part in ("availability", "unplanned_s", "planned_s", "unmeasured_s")
        )
        result: Result = {"met": "met", "not_met": "short", "not_shown": "unproven"}[row["target_met"]]  # type: ignore[assignment]  # one of the three
        reason = {"short": f"低于目标{format_number(goal, 'rate:1')}", "unproven": "未测时长过多"}.get(result, "")
        is_certain = is_surely_missed(row, goal, *views) if result == "short" else row.quantity("availability").is_exact
        if not is_certain:
            result, reason = "unproven", "部分检查或维护时段的数据未取得"
        yield Fact(span.last, name, parts, result, reason)


def _backups(medium: str) -> Callable[[DutySpan], Iterator[Fact]]:
    """Return the facts of the backup plans of a medium: no success came later than its plan allows."""

    def facts(span: DutySpan) -> Iterator[Fact]:
        plans: dict[str, list[Mapping[str, Any]]] = {}
        for row in span.recent("infra.backups", _BACKUP_BACK):
            if row["medium"] == medium and row["started_at"] < span.ends_at:
                plans.setdefault(str(row["plan"]), []).append(row)
        for plan, runs in sorted(plans.items()):
            yield _plan(span, plan, runs)

    return facts


def _plan(span: DutySpan, plan: str, runs: list[Mapping[str, Any]]) -> Fact:
    good = sorted(row["started_at"] for row in runs if row["outcome"] == "success")
    text = _made(span, runs)
    gaps = [later - earlier for earlier, later in pairwise(good)]
    if len(gaps) < _FEWEST_GAPS:
        return Fact(span.last, plan, text, "unproven", "成功次数太少，备份间隔未知")
    # as a number: what a site may set is longer than a duration can be
    limit_s = median(gaps).total_seconds() * span.critical_limit("infra.backup_lateness")
    waits = [(begin, end) for begin, end in zip(good, [*good[1:], span.ends_at], strict=True) if end > span.begins_at]
    begin, end = max(waits, key=lambda wait: wait[1] - wait[0], default=(span.begins_at, span.begins_at))
    longest = format_number((end - begin).total_seconds(), "seconds")
    is_hidden = span.is_hidden("infra.backups", span.day(begin), span.day(end))  # a backup between would shorten it
    text += f"，最长间隔{'≤' * is_hidden}{longest}"
    if (end - begin).total_seconds() <= limit_s:
        return Fact(span.last, plan, text, "met")
    fact = Fact(span.day(begin), plan, text, "short", f"{span.clock(begin)}后{longest}没有成功的备份")
    return unless_hidden(span, fact, "infra.backups", since=fact.on, until=span.day(end))


def _made(span: DutySpan, runs: Sequence[Mapping[str, Any]]) -> str:
    """Return how many backups of a plan were made, and how many were not, as the weekly report counts them."""
    own = [row for row in runs if span.begins_at <= row["started_at"] and row["outcome"] == "success"]
    unmade = unmade_backups(runs, span.begins_at, span.ends_at)
    if span.is_hidden("infra.backups", span.first) or span.unread_rows("infra.backups", span.first):
        return f"成功≥{len(own)}次，未成功次数未知" if own else "成功、未成功次数未知"
    return f"成功{len(own)}次，未成功{unmade}次"


def _recovery(span: DutySpan) -> Iterator[Fact]:
    view = span.view("desk.incidents", _CASES_BACK)
    without_end, until = view.sources_without("restored_at"), min(span.ends_at, view.known_end)
    for row in rows(obligations.recovery(view.cases, span.begins_at, until, without_end)):
        text = f"{SUBSYSTEMS[row['subsystem']]}，{_CAUSES[row['cause']]}，{_lasted(row)}"
        if row["clock"] is None:
            result: Result = "unproven"
            reason = "数据源没有恢复时间"
        elif row["clock"] in ("support", "support_lasts"):
            is_shown = row["responded_at"] is not None
            result = "met" if is_shown else "unproven"
            text, reason = (f"{text}，{obligations.CLOCKS['support']}", "" if is_shown else "未记录响应时间")
        else:
            result, reason = _CLOCKS[row["clock"]]
            text += f"，{obligations.CLOCKS['no_crash']}" if result == "none" else ""
        began = span.day(row["began_at"])
        fact = Fact(began, str(row["incident_no"]), text, result, reason)
        yield unless_hidden(span, fact, "desk.incidents", since=began) if row["clock"] == "overrun" else fact


def _lasted(row: Mapping[str, Any]) -> str:
    """Return how long an incident was, or has been until now: ``历时3小时30分``, ``已持续2天，尚未恢复``."""
    if row["lasted_s"] is not None:
        return f"已持续{format_number(row['lasted_s'], 'seconds')}，尚未恢复"
    return "恢复时间未知" if row["clock_s"] is None else f"历时{format_number(row['clock_s'], 'seconds')}"


def _reported(span: DutySpan) -> Iterator[Fact]:
    """Yield the incidents of the span by their second clock: from discovery to the report."""
    for row in span.rows("desk.incidents"):
        day, number, level = span.day(row["began_at"]), str(row["incident_no"]), row["level"]
        if level is None:
            yield Fact(day, number, "未定级", "unproven", "事件未定级，是否须报告未知")
        elif level == "ordinary":
            yield Fact(day, number, f"{LEVELS[level]}事件，无须报告", "none")
        else:
            yield _reporting(span, row, f"{LEVELS[level]}事件，{span.clock(row['discovered_at'])}发现")


def _reporting(span: DutySpan, row: Mapping[str, Any], text: str) -> Fact:
    day, number = span.day(row["began_at"]), str(row["incident_no"])
    discovered, reported = row["discovered_at"], span.known(row["reported_at"])
    text += f"，{span.clock(reported)}报告" if reported is not None else "，没有报告记录"
    hours = int(REPORTED_WITHIN.total_seconds() // 3600)
    if discovered is None:
        return Fact(day, number, text, "unproven", "未记录发现时间")
    if (reported or span.ends_at) - discovered <= REPORTED_WITHIN:
        return Fact(day, number, text, "met" if reported is not None else "open")
    fact = Fact(day, number, text, "short", f"发现后{hours}小时内未报告")
    return fact if reported is not None else unless_hidden(span, fact, "desk.incidents", since=day)


def _bad_effects(span: DutySpan) -> Iterator[Fact]:
    """Yield the incidents of the span by whether the buyer found a bad effect."""
    for row in span.rows("desk.incidents"):
        effect = row["has_bad_effect"]
        text = f"{SUBSYSTEMS[row['subsystem']]}，{_CAUSES[row['cause']]}，{span.clock(row['began_at'])}发生"
        result: Result = "unproven" if effect is None else "short" if effect else "met"
        reason = "是否造成不良影响未认定" if effect is None else "造成不良影响" * effect
        yield Fact(span.day(row["began_at"]), str(row["incident_no"]), text, result, reason)


def _confirmed(span: DutySpan) -> Iterator[Fact]:
    changes = span.view("desk.changes", _CASES_BACK).cases
    unconfirmed = {
        row["change_no"]: row for row in rows(obligations.unconfirmed_changes(changes, span.begins_at, span.ends_at))
    }
    for row in rows(changes):
        finished = row["finished_at"]
        if row["kind"] != "workflow" or finished is None or not span.begins_at <= finished < span.ends_at:
            continue
        if row["result"] == "cancelled":
            yield Fact(span.day(finished), str(row["change_no"]), f"{span.clock(finished)}取消", "none")
            continue
        number, unit = str(row["change_no"]), f"{row['unit']}，" if row["unit"] else ""
        text = f"{SUBSYSTEMS[row['subsystem']]}，{unit}{span.clock(finished)}完成"
        text += f"，书面确认{span.clock(row['confirmed_at'])}"
        is_short, day = row["change_no"] in unconfirmed, span.day(finished)
        fact = Fact(day, number, text, "short" if is_short else "met", "实施前没有书面确认" * is_short)
        is_open, noted = is_short and row["confirmed_at"] is None, row["noted_at"]
        since = span.first if noted is None else span.day(noted)  # before it the ledger had no row to confirm
        yield unless_hidden(span, fact, "desk.changes", since=since) if is_open else fact


def _results(span: DutySpan) -> Iterator[Fact]:
    """Yield the finished changes by their result (docs/domain.md, Desk: changes)."""
    words = {"failed": "变更失败", "rolled_back": "变更已回退"}
    for row in span.cases("desk.changes", _CASES_BACK):
        finished, result = row["finished_at"], row["result"]
        if finished is None or not span.begins_at <= finished < span.ends_at:
            continue
        text = f"{SUBSYSTEMS[row['subsystem']]}，{span.clock(finished)}结束"
        outcome: Result = "unproven" if result is None else "short" if result in words else "met"
        if result == "cancelled":
            outcome, text = "none", f"{text}，已取消"
        reason = "未记录变更结果" if result is None else words.get(result, "")
        yield Fact(span.day(finished), str(row["change_no"]), text, outcome, reason)


#: Days before the span in which cases may have begun that end in it, and in which backups give the usual interval.
_CASES_BACK, _BACKUP_BACK = 70, 35

#: Fewest intervals between successes from which the usual one is known.
_FEWEST_GAPS = 3

RUNNING_DUTIES = (
    Duty(
        id="availability",
        label="系统可用率",
        target="不低于约定可用率",
        facts=_availability,
        is_lasting=True,
        reads={"infra.checks": 28},
        needs="可用性检查",
    ),
    Duty(
        id="online_backups",
        label="在线备份",
        target="各计划按间隔成功",
        facts=_backups("online"),
        reads={"infra.backups": _BACKUP_BACK},
        none_words="未取得在线备份记录",
        is_lasting=True,
        needs="在线备份记录",
    ),
    Duty(
        id="offline_backups",
        label="离线备份",
        target="各计划按间隔成功",
        facts=_backups("offline"),
        reads={"infra.backups": _BACKUP_BACK},
        none_words="未取得离线备份记录",
        is_lasting=True,
        needs="离线备份记录",
    ),
    Duty(
        id="recovery",
        label="故障恢复",
        target="供应商软件崩溃4小时内恢复",
        facts=_recovery,
        reads={"desk.incidents": _CASES_BACK},
        when_none="met",
        none_words="期内没有系统崩溃",
        needs="事件记录",
    ),
    Duty(
        id="reported_incidents",
        label=INCIDENT_REPORT,
        target=f"较大及以上{REPORTING_HOURS['other']}小时内报告",
        facts=_reported,
        reads={"desk.incidents": 0},
        rests_on={"desk.incidents.reported_at": SHORT_OR_OPEN},
        when_none="met",
        none_words="期内没有须报告的事件",
        needs="事件定级与报告时间",
    ),
    Duty(
        id="bad_effects",
        label="不良影响",
        target="事件未造成不良影响",
        facts=_bad_effects,
        reads={"desk.incidents": 0},
        when_none="met",
        none_words="期内没有事件",
        needs="事件影响的认定",
    ),
    Duty(
        id="confirmed_changes",
        label="流程调整书面确认",
        target="实施前有书面确认",
        facts=_confirmed,
        reads={"desk.changes": _CASES_BACK},
        rests_on={
            "desk.changes.confirmed_at": SHORT,
            "desk.changes.result": SHORT,
            "desk.changes.finished_at": NO_RESULT,
        },
        when_none="met",
        none_words="期内没有流程调整",
        needs="变更记录",
    ),
    Duty(
        id="change_results",
        label="变更成功",
        target="变更均成功",
        facts=_results,
        reads={"desk.changes": _CASES_BACK},
        rests_on={"desk.changes.result": NO_RESULT, "desk.changes.finished_at": NO_RESULT},
        when_none="met",
        none_words="期内没有变更",
        needs="变更结果",
    ),
)
