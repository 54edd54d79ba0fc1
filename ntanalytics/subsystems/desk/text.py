"""Sentences of the service desk by rule code."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from ntanalytics.findings.event_text import lasting, value_event
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import LASTS, RECOVERED, EventWords
from ntanalytics.findings.phrases import figure_words, issue_words, listed, value_words
from ntanalytics.findings.text import RuleText, Texts, default_advice, measured, reason_words
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words
from ntanalytics.subsystems.desk.ticket_flow_text import BULK_CLOSING, SAME_INCIDENT, UNSOLVED


def overdue_tickets(finding: Finding) -> str:
    """Return how many tickets are open, and how many of them are overdue."""
    opened = figure_words(finding, "open_tickets", "件")
    return f"未关闭 {opened}，其中逾期 {value_words(finding, 'integer', '件')}。"


def overdue_event(finding: Finding) -> EventWords:
    """Return how many tickets have passed their deadline."""
    opened = figure_words(finding, "open_tickets", "件")
    late = value_words(finding, "integer", "件")
    return EventWords(f"{late}工单逾期未关闭{lasting(finding)}", detail=f"未关闭的工单共 {opened}")


def oldest_event(finding: Finding) -> EventWords:
    """Return for how long a ticket has been overdue."""
    return EventWords(f"有工单逾期 {value_words(finding, 'number:0', '天')}仍未关闭")


def overdue_oldest(finding: Finding) -> str:
    """Return for how long the oldest ticket has been overdue."""
    return f"逾期最久的工单已逾期 {value_words(finding, 'number:0', '天')}。"


def onboarding(finding: Finding) -> str:
    """Return the step of which there is no record."""
    steps = finding.details.get("steps")
    return f"接入工单中没有{'、'.join(steps) if isinstance(steps, tuple) else ''}的记录。"


def concentrated(finding: Finding) -> str:
    """Return how many tickets of a quarter are of one category."""
    count = format_number(finding.figures["tickets"], "integer", "件")
    return f"季度内 {count}，占全部工单的 {value_words(finding, 'rate:1')}。"


def attendance(finding: Finding) -> str:
    """Return whether anybody was on site; of a longer period the rate."""
    if finding.format != "integer":
        return measured(finding)
    return "有驻场或备选人员在岗。" if finding.status == "ok" else "驻场与备选人员均不在岗。"


def attendance_event(finding: Finding) -> EventWords:
    """Return that nobody was on site on a working day; of a longer period the rate."""
    if finding.format != "integer":
        return value_event(finding)
    day = "当日" if finding.since is None else day_words(finding.since)
    return EventWords(f"{day}驻场与备选人员均不在岗")


def _attendance_limits(_finding: Finding) -> str:
    return "工作日须有驻场或备选人员在岗"


def _attendance_reason(finding: Finding) -> str:
    return {
        "no_calendar": "没有该年度的工作日历，应否到岗未知",
        "not_recorded": "台账无当日考勤记录",
        "unread": "驻场考勤有记录未能读取，当日是否有人在岗未知",
        "incomplete": "数据不完整",
    }.get(finding.unknown, "数据缺失")


def _attendance_advice(finding: Finding) -> str:
    if finding.unknown:
        return {
            "no_calendar": "在配置中提供工作日历",
            "not_recorded": "补登当日考勤",
            "unread": "更正台账中未能读取的考勤记录",
        }.get(finding.unknown, "检查运维台账与抽取任务")
    return finding.rule.advice if finding.is_violation else ""


def manual_checks(finding: Finding) -> str:
    """Return how many checks were made, and what became of those that were not ok."""
    figures = {name: int(value or 0) for name, value in finding.figures.items()}
    sentence = f"人工检查 {figures['checks']} 项，异常 {figures['critical']} 项，关注 {figures['warning']} 项"
    settled = figures["critical"] + figures["warning"] - figures["open"]
    return f"{sentence}，其中 {settled} 项已当场处理。" if settled > 0 else f"{sentence}。"


def manual_event(finding: Finding) -> EventWords:
    """Return what the manual checks found and nobody set right: ``人工检查发现 1 项需关注``, with its remark."""
    figures = {name: int(value or 0) for name, value in finding.figures.items()}
    bad = [f"{figures['critical']} 项异常"] if figures["critical"] else []
    watch = [f"{figures['warning']} 项需关注"] if figures["warning"] else []
    items = finding.details.get("items")
    seen = "；".join(items) if isinstance(items, tuple) else ""
    of = "" if finding.entity.kind == "systems" else finding.entity.label
    return EventWords(f"{of}人工检查发现 {'、'.join([*bad, *watch])}", detail=seen)


def _manual_limits(_finding: Finding) -> str:
    return "各项检查结果均正常，或已当场处理"


def checks_made(finding: Finding) -> str:
    """Return how many of the usual checks were made."""
    figures = finding.figures
    if not figures["checks"]:
        return "台账无当日检查记录，工作日应有。"
    if finding.value is None:
        return f"当日检查 {figures['checks']:.0f} 项。"
    items = finding.details.get("items")
    unmade = f"，未检查：{listed(items)}" if isinstance(items, tuple) and items else ""
    return f"通常检查的 {figures['usual']:.0f} 项中当日检查 {figures['made']:.0f} 项{unmade}。"


def _made_limits(_finding: Finding) -> str:
    return "工作日各项均应检查"


def _made_reason(finding: Finding) -> str:
    return {
        "no_calendar": "没有该年度的工作日历，应否检查未知",
        "unread": "人工检查有记录未能读取，当日是否做齐未知",
    }.get(finding.unknown) or reason_words(finding)


def _made_advice(finding: Finding) -> str:
    return {"no_calendar": "在配置中提供工作日历", "unread": "更正台账中未能读取的检查记录"}.get(
        finding.unknown
    ) or default_advice(finding)


def _clocks_broken(finding: Finding) -> str:
    details = finding.details
    if "incident" not in details:
        crashes = int(finding.figures.get("crashes") or 0)
        return f"当期 {crashes} 起系统崩溃均未超时" if crashes else "当期没有供应商软件造成的系统崩溃"
    length = _length(finding)
    ended = f"{length}恢复" if details["is_restored"] else f"已历时 {length}尚未恢复"
    return f"{_crash(finding)}，{ended}，超过合同约定的 4 小时"


def clocks_broken(finding: Finding) -> str:
    """Return which crash was not restored within the four hours; that there was none where there was none."""
    return f"{_clocks_broken(finding)}。"


def clocks_event(finding: Finding) -> EventWords:
    """Return a crash with its day and its length; that it took longer than the contract allows, behind it."""
    details = finding.details
    if "incident" not in details:
        return value_event(finding)
    over = RECOVERED if details["is_restored"] else LASTS
    return EventWords(_crashed(finding), over, f"超过合同约定的 4 小时，事件编号 {details['incident']}")


def running_event(finding: Finding) -> EventWords:
    """Return a crash that lasts, with its length."""
    return EventWords(_crashed(finding), LASTS, f"合同约定 4 小时内恢复，事件编号 {finding.details['incident']}")


def _crashed(finding: Finding) -> str:
    length = _length(finding)
    return f"{_crash_began(finding)}，{finding.entity.label}系统崩溃 {length}"


def _length(finding: Finding) -> str:
    """Return the recovery time of a crash; of one that lasts, its time until now."""
    figures = finding.figures
    return format_number(figures.get("lasted_s", figures.get("clock_s")), "seconds")


def _clock_running(finding: Finding) -> str:
    length = _length(finding)
    return f"{_crash(finding)}，已历时 {length}尚未恢复，合同约定 4 小时内恢复"


def clock_running(finding: Finding) -> str:
    """Return which crash lasts, and for how long."""
    return f"{_clock_running(finding)}。"


def _crash_began(finding: Finding) -> str:
    day = finding.details.get("day")
    return f"{day_words(date.fromisoformat(day)) if isinstance(day, str) else ''}{finding.details['began']}"


def _crash(finding: Finding) -> str:
    return f"{_crash_began(finding)}{finding.entity.label}系统崩溃（{finding.details['incident']}）"


def unconfirmed_event(finding: Finding) -> EventWords:
    """Return that changes were made without the buyer's confirmation, and which."""
    changes = finding.details.get("changes")
    if not isinstance(changes, tuple):
        return value_event(finding)
    late = "事后才取得" if finding.details.get("is_confirmed_late") else "未取得"
    what = f"{finding.entity.label}{late}用户书面确认{lasting(finding)}"
    return EventWords(what, detail=f"已实施的变更为 {listed(changes)}")


def unconfirmed_changes(finding: Finding) -> str:
    """Return which changes were made without the buyer's confirmation; that there is none, of the days looked at."""
    changes = finding.details.get("changes")
    if not isinstance(changes, tuple):
        days = finding.figures.get("days_back")
        return f"{'' if days is None else f'近 {days:.0f} 天'}没有未经书面确认的流程变更。"
    late = finding.details.get("is_confirmed_late")
    return f"变更 {listed(changes)} 已实施，{'事后才取得' if late else '未取得'}用户书面确认。"


def _overran(finding: Finding) -> str:
    """Return by how much a change took longer than planned; of one that nobody recorded as ended, that it lasts."""
    end = f"{day_words(date.fromisoformat(str(finding.details['planned_on'])))}{finding.details['planned']}"
    late = value_words(finding, "seconds", "")
    over = f"实际超出 {late}" if finding.details["is_over"] else f"已超出 {late}，台账尚无完成时间"
    return f"计划{end}前完成，{over}"


def overrun_event(finding: Finding) -> EventWords:
    """Return that a change took longer than planned."""
    return EventWords(f"{finding.entity.label}超出计划时间", detail=_overran(finding))


def standby(finding: Finding) -> str:
    """Return whether a backup is named."""
    return measured(finding) if finding.status == "ok" else "团队名册中没有指定备选驻场人员。"


def unconfirmed_reports(finding: Finding) -> str:
    """Return which reports wait for their confirmation."""
    weeks = finding.details.get("weeks")
    if not weeks or not isinstance(weeks, tuple):
        return "已到期的周期均经用户确认。"
    return f"{'、'.join(map(issue_words, weeks))}已到确认期限，未经用户确认。"


def _undelivered(finding: Finding) -> str:
    names = "、".join(f"{finding.entity.label} {period}" for period in _periods(finding))
    return f"{issue_words(names)}应于{day_words(date.fromisoformat(str(finding.details['due_on'])))}前送达，尚未送达"


def undelivered_reports(finding: Finding) -> str:
    """Return which reports of the plan are past their last day and not delivered."""
    return f"{_undelivered(finding)}。" if _periods(finding) else "应送达的报告均已送达。"


def undelivered_event(finding: Finding) -> EventWords:
    """Return the same as an event."""
    return EventWords(_undelivered(finding)) if _periods(finding) else value_event(finding)


def _used_right(finding: Finding) -> str:
    used, removed = (
        day_words(date.fromisoformat(str(finding.details[name]))) for name in ("last_used_on", "removed_on")
    )
    return f"{finding.details['holder']}已于{removed}撤销，{used}仍有使用"


def _used_grants(finding: Finding) -> str:
    grants = finding.details["grants"]
    return f"权限编号 {listed(grants) if isinstance(grants, tuple) else ''}"


def removed_rights_event(finding: Finding) -> EventWords:
    """Return how many rights of a system were used after their removal, and the first of them."""
    what = f"{value_words(finding, 'integer', '项')}{finding.entity.label}撤销后仍在使用{lasting(finding)}"
    return EventWords(what, detail=f"{_used_right(finding)}；{_used_grants(finding)}")


def _periods(finding: Finding) -> tuple[str, ...]:
    periods = finding.details.get("periods")
    return periods if isinstance(periods, tuple) else ()


#: Sentences by rule code, where the general ones do not serve.
TEXTS: Texts = MappingProxyType(
    {
        "desk.overdue_tickets": RuleText(evidence=overdue_tickets, event=overdue_event),
        "desk.overdue_oldest": RuleText(evidence=overdue_oldest, event=oldest_event),
        "desk.bulk_closing": BULK_CLOSING,
        "desk.same_incident": SAME_INCIDENT,
        "desk.unsolved_closings": UNSOLVED,
        "desk.onboarding": RuleText(evidence=onboarding),
        "desk.concentrated": RuleText(evidence=concentrated),
        "desk.attendance_rate": RuleText(
            evidence=attendance,
            event=attendance_event,
            limits=_attendance_limits,
            reason=_attendance_reason,
            advice=_attendance_advice,
        ),
        "desk.checks": RuleText(evidence=manual_checks, event=manual_event, limits=_manual_limits),
        "desk.checks_made": RuleText(
            evidence=checks_made, limits=_made_limits, reason=_made_reason, advice=_made_advice
        ),
        "desk.clocks_broken": RuleText(evidence=clocks_broken, event=clocks_event),
        "desk.clock_running": RuleText(evidence=clock_running, event=running_event),
        "desk.unconfirmed_changes": RuleText(evidence=unconfirmed_changes, event=unconfirmed_event),
        "desk.overrun_changes": RuleText(evidence=lambda finding: f"{_overran(finding)}。", event=overrun_event),
        "desk.standby": RuleText(evidence=standby),
        "desk.unconfirmed_reports": RuleText(evidence=unconfirmed_reports),
        "desk.removed_rights": RuleText(
            evidence=lambda finding: f"{_used_right(finding)}；{_used_grants(finding)}。", event=removed_rights_event
        ),
        "desk.undelivered_reports": RuleText(evidence=undelivered_reports, event=undelivered_event),
    }
)
