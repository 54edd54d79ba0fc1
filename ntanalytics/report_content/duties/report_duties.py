"""Duties that issued reports prove: issued by the schedule, delivered by the plan, confirmed by the buyer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from ntanalytics.contract.desk_plans import DECISIONS, report_label
from ntanalytics.metrics.desk import compliance
from ntanalytics.metrics.desk.duties import Result
from ntanalytics.metrics.rows import rows
from ntanalytics.periods import Period, days_between
from ntanalytics.periods.day_text import day_words
from ntanalytics.report_content.duties.duty import SHORT, Duty, Fact, unless_hidden
from ntanalytics.report_content.duties.published_files import FileState
from ntanalytics.report_content.duties.report_log import DueReport, of_report
from ntanalytics.report_content.duties.span import DutySpan
from ntanalytics.subsystems.desk.obligation_checks import SIGNED_WITHIN, confirmation_due, confirmed_weeks

#: Digits of a digest that a row shows.
_DIGITS = 16


def _issued(*reports: str) -> Callable[[DutySpan], Iterator[Fact]]:
    """Return the facts of the reports that the schedule demanded; of all reports without a name."""

    def facts(span: DutySpan) -> Iterator[Fact]:
        names = reports or tuple(dict.fromkeys(due.report for due in span.log.due))
        for name in names:
            for due in of_report(span.log.due, name):
                fact = _fact_of(span, due) if due.at < span.ends_at else None
                if fact is not None:
                    yield fact

    return facts


def _fact_of(span: DutySpan, due: DueReport) -> Fact | None:
    """Return what the ledger says of a due report; None while its deadline is not over."""
    day, subject = span.day(due.at), f"{report_label(due.report)} {due.period}"
    first, latest = span.log.first_issue(due.report, due.period), span.log.latest_issue(due.report, due.period)
    state = span.log.state_of(due, span.ends_at)
    if state == "open":
        return None
    if first is None or latest is None:
        if state == "unknown":
            return Fact(day, subject, "没有出具记录", "unproven", "早于运行台账的第一条记录，需另行提供")
        return Fact(day, subject, "没有出具记录", "short", "应出未出")
    text = f"{span.clock(first.at)}出具，现为第{latest.version}版，摘要{latest.manifest_sha256[:_DIGITS] or '无'}"
    if state == "on_time":
        return Fact(day, subject, text, "met")
    if state == "unknown":
        return Fact(day, subject, text, "unproven", "时限早于运行台账的第一条记录，需另行提供")
    return Fact(day, subject, text, "short", f"时限为{span.clock(due.deadline)}")


def _genuine(span: DutySpan) -> Iterator[Fact]:
    """Yield the issued reports of the span by whether their files are still those that the ledger knows."""
    text: dict[FileState, tuple[str, Result, str]] = {
        "genuine": ("文件与台账摘要一致", "met", ""),
        "altered": ("文件与台账摘要不一致", "short", "出具后被改动"),
        "missing": ("文件不在原处", "unproven", "文件已移走，无法核对"),
    }
    for due in span.log.due:
        latest = span.log.latest_issue(due.report, due.period)
        state = span.log.files.get(latest.run_id) if latest is not None else None
        if state is not None and due.at < span.ends_at:
            yield Fact(span.day(due.at), f"{report_label(due.report)} {due.period}", *text[state])


def _delivered(span: DutySpan) -> Iterator[Fact]:
    """Yield the due reports of the plan (docs/domain.md, Service quality and score: reports on time)."""
    late = rows(compliance.undelivered_reports(span.view("desk.report_plan").cases, span.last))
    undelivered = {(row["report"], row["period"]) for row in late}
    for row in span.cases("desk.report_plan"):
        due, delivered = row["due_on"], row["delivered_on"]
        is_kept = delivered is not None and delivered <= due
        # of what was due on the eve of the span, and came later, the span before could not tell yet
        if not (span.first if is_kept else span.due_from(1)) <= due <= span.last:
            continue
        subject = f"{report_label(row['report'])} {row['period']}"
        to = f"，报送{row['recipient']}" if row["recipient"] else ""
        if is_kept:
            yield Fact(due, subject, f"{day_words(delivered)}送达{to}", "met")
        elif delivered is not None and delivered <= span.last:
            yield Fact(due, subject, f"{day_words(delivered)}送达{to}", "short", f"应于{day_words(due)}前送达")
        elif (row["report"], row["period"]) in undelivered:
            fact = Fact(due, subject, f"未送达{to}", "short", f"应于{day_words(due)}前送达")
            yield unless_hidden(span, fact, "desk.report_plan", since=span.first)


def _signed(span: DutySpan) -> Iterator[Fact]:
    """Yield the weekly reports that were confirmed in the span, or should have been (docs/domain.md, O12)."""
    signed = confirmed_weeks(span.recent("desk.signoffs", _SIGNED_BACK), span.last).get("weekly_service_report", {})
    since = span.due_from(_SIGNED_BACK)
    worked = span.context.calendar.known_working_days(since, span.last)
    for monday in (day for day in days_between(since, span.last) if day.weekday() == 0):
        week = Period.week(monday).previous()
        on, due = signed.get(week.first), confirmation_due(monday, worked)
        ended = min((day for day in (on, due) if day is not None), default=None)
        if ended is not None and ended >= span.first:
            yield _confirmation(span, monday, week.text, on, due)


def _confirmation(span: DutySpan, monday: date, name: str, on: date | None, due: date | None) -> Fact:
    """Return what is known of the confirmation of a week's report, which was issued on a Monday."""
    subject, reason = f"服务周报 {name}", f"出具后{SIGNED_WITHIN}个工作日内未确认"
    if on is not None:
        is_late = due is not None and on > due
        return Fact(monday, subject, f"{day_words(on)}用户确认", "short" if is_late else "met", reason * is_late)
    fact = Fact(monday, subject, "没有用户确认记录", "short", reason)
    if monday < span.first and not span.view("desk.signoffs", _SIGNED_BACK).since(monday).is_complete:
        return replace(fact, result="unproven", reason="其间有用户确认数据未取得")
    return unless_hidden(span, fact, "desk.signoffs", since=monday, until=due)


def _decisions(span: DutySpan) -> Iterator[Fact]:
    """Yield the recommendations of the span's months with the decision on each (docs/domain.md, O16)."""
    for row in span.cases("desk.recommendations"):
        number, noted = str(row["recommendation_no"]), span.day(row["noted_at"])
        if not span.first <= noted <= span.last:
            continue
        text = DECISIONS[row["decision"]]
        finished = row["finished_at"]
        if row["decision"] == "adopted" and finished is not None and finished < span.ends_at:
            text += f"，{span.clock(finished)}完成"
        yield Fact(noted, number, text, "met")


#: Days before the span in which a report may have been issued, or confirmed, whose confirmation is due in it.
_SIGNED_BACK = 14


def _log_duty(id: str, label: str, target: str, *reports: str) -> Duty:
    return Duty(
        id=id,
        label=label,
        target=target,
        facts=_issued(*reports),
        needs_log=True,
        none_words="任务表中没有这项报告，或尚未到期",
        needs="按计划出具的报告",
    )


REPORT_DUTIES = (
    _log_duty("inspection_reports", "日常巡检报告", "每工作日按时出具", "daily_inspection"),
    _log_duty("weekly_reports", "服务周报出具", "每周按时出具", "weekly_service_report"),
    _log_duty("sms_reports", "短信统计出具", "按计划出具", "sms_volume"),
    _log_duty("advice_reports", "优化建议出具", "每月按时出具", "optimization_recommendations"),
    _log_duty("all_reports", "报告按时出具", "按任务表全部按时"),
    Duty(
        id="genuine_reports",
        label="报告真实",
        target="出具后未被改动",
        facts=_genuine,
        needs_log=True,
        none_words="期内没有可核对的报告",
        needs="已出具报告的文件",
    ),
    Duty(
        id="delivered_reports",
        label="报告按计划报送",
        target="在应交日期前送达",
        facts=_delivered,
        reads={"desk.report_plan": 0},
        rests_on={"desk.report_plan.delivered_on": SHORT},
        none_words="期内没有应交报告",
        needs="报告计划",
    ),
    Duty(
        id="signoffs",
        label="周报用户确认",
        target=f"出具后{SIGNED_WITHIN}个工作日内确认",
        facts=_signed,
        reads={"desk.signoffs": _SIGNED_BACK},
        none_words="期内没有应确认的周报",
        needs="用户确认记录",
    ),
    Duty(
        id="decisions",
        label="优化建议办理",
        target="建议有处理结果",
        facts=_decisions,
        reads={"desk.recommendations": 0},
        none_words="期内没有建议的处理记录",
        needs="优化建议的处理结果",
    ),
)
