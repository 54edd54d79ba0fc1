"""The inspection's rules over the service desk: tickets, attendance and manual checks.

``days`` is the day table of the dataset (metrics.days): whether ``on`` was extracted, and is a working day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ntanalytics.contract.words import SUBSYSTEMS
from ntanalytics.findings.finding import Finding, State, Threshold
from ntanalytics.findings.rows import Rows, only, rows
from ntanalytics.findings.sentences import day_words, limits
from ntanalytics.findings.series import Series
from ntanalytics.metrics.figures import figure

OVERDUE = Threshold(0, 5, "down")

_EXTRACT = "检查运维台账与抽取任务"
_NO_CALENDAR = "没有该年度的工作日历，应否到岗未知。"
_GIVE_CALENDAR = "在配置中提供工作日历"


def tickets(backlog: Rows, days: Rows, on: date, utc_offset_h: int, *, overdue: Threshold = OVERDUE) -> list[Finding]:
    """Tickets open beyond their time, in all or by subsystem.

    Args:
        backlog: ``metrics.desk.backlog`` at the end of ``on``, in one row or by subsystem.
        days: the day table of ``desk.tickets``.
        on: the inspected day.
        utc_offset_h: hours by which local time is ahead of UTC.
        overdue: thresholds of the number of overdue tickets.

    Returns:
        A finding a row, in its order.
    """
    series = _series(days, on)
    threshold = limits(overdue, "integer", "件")
    found = []
    for row in rows(backlog):
        name = row.get("subsystem")
        subsystem, subject = (name, f"{SUBSYSTEMS.get(name, name)}工单") if name else ("desk", "工单")
        if not series.today:
            found.append(
                _missing(
                    "desk.overdue_tickets",
                    series,
                    subsystem=subsystem,
                    subject=subject,
                    check="逾期",
                    threshold=threshold,
                )
            )
            continue
        late, state = row["overdue_tickets"], overdue.judge(row["overdue_tickets"])
        since = _local_day(row["oldest_due_at"], utc_offset_h) if late else None
        evidence = f"未关闭 {figure(row['open_tickets'], 'integer', '件')}，其中逾期 {figure(late, 'integer', '件')}。"
        advice = "逐件确认责任人与完成时间" if late else ""
        found.append(
            Finding("desk.overdue_tickets", subsystem, subject, "逾期", state, float(late), "integer",
                    threshold, evidence, since, advice)
        )  # fmt: skip
    return found


def attendance(attendance: Rows, days: Rows, on: date) -> list[Finding]:
    """Whether the engineer or the backup was on site.

    Args:
        attendance: ``metrics.desk.attendance`` of ``on`` alone.
        days: the day table of ``desk.attendance``.
        on: the inspected day.

    Returns:
        One finding: ``bad`` when the ledger says that nobody was there, ``unknown`` when it says nothing; on a day
        that is no working day nobody is due, and it is ``ok``.
    """
    series = _series(days, on)
    threshold = "工作日须有驻场或备选人员在岗"
    if not series.today:
        return [
            _missing("desk.attendance", series, subsystem="desk", subject="驻场", check="到岗", threshold=threshold)
        ]
    row = only(attendance)
    state: State
    if series.today["is_working_day"] is None:
        state, value, evidence, advice = "unknown", None, _NO_CALENDAR, _GIVE_CALENDAR
    elif not series.today["is_working_day"]:
        state, value, evidence, advice = "ok", None, "非工作日，不要求驻场。", ""
    elif not row["recorded_days"]:
        state, value, evidence, advice = "unknown", None, "台账无当日考勤记录，到岗未知。", "补登当日考勤"
    elif row["attended_days"]:
        state, value, evidence, advice = "ok", 1.0, "有驻场或备选人员在岗。", ""
    else:
        state, value, evidence, advice = "bad", 0.0, "驻场与备选人员均不在岗。", "立即安排备选人员到岗并说明原因"
    since = day_words(on) if state in ("bad", "unknown") else None
    return [
        Finding("desk.attendance", "desk", "驻场", "到岗", state, value, "integer", threshold, evidence,
                since, advice, is_asked=series.today["is_working_day"] is not False)
    ]  # fmt: skip


def checks(checks: Rows, days: Rows, on: date) -> list[Finding]:
    """The manual checks of the day.

    Args:
        checks: ``metrics.desk.checks`` of ``on`` by subsystem.
        days: the day table of ``desk.checks``.
        on: the inspected day.

    Returns:
        A finding a subsystem that was checked; none recorded is ``watch`` on a working day, since the obligation has
        no evidence, and ``ok`` on another day.
    """
    series = _series(days, on)
    threshold = "各项检查结果均正常"
    if not series.today:
        return [
            _missing("desk.checks", series, subsystem="desk", subject="全部系统", check="人工检查", threshold=threshold)
        ]
    made = [row for row in rows(checks) if row["checks"]]
    if not made:
        return [_no_checks(series.today["is_working_day"], threshold, on)]
    found = []
    for row in made:
        state: State = "bad" if row["checks_bad"] else "watch" if row["checks_watch"] else "ok"
        evidence = f"人工检查 {row['checks']} 项，异常 {row['checks_bad']} 项，关注 {row['checks_watch']} 项。"
        name = row.get("subsystem") or "desk"
        found.append(
            Finding("desk.checks", name, SUBSYSTEMS.get(name, name), "人工检查", state,
                    float(row["checks_bad"] + row["checks_watch"]), "integer", threshold, evidence,
                    None if state == "ok" else day_words(on), "" if state == "ok" else "按台账说明处理并复查")
        )  # fmt: skip
    return found


def _no_checks(is_working_day: bool | None, threshold: str, on: date) -> Finding:
    state: State
    if is_working_day is None:
        state, evidence, since, advice = (
            "unknown",
            "无检查记录，且没有该年度的工作日历。",
            day_words(on),
            _GIVE_CALENDAR,
        )
    elif is_working_day:
        state, evidence, since = "watch", "台账无当日检查记录，工作日应有。", day_words(on)
        advice = "补做并登记人工检查"
    else:
        state, evidence, since, advice = "ok", "非工作日，不要求人工检查。", None, ""
    return Finding(
        "desk.checks", "desk", "全部系统", "人工检查", state, None, "integer", threshold, evidence, since, advice,
        is_asked=is_working_day is not False,
    )  # fmt: skip


def _series(days: Rows, on: date) -> Series:
    found = sorted((row for row in rows(days) if row["day"] <= on), key=lambda row: row["day"])
    return Series(tuple(found), on)


def _missing(code: str, series: Series, *, subsystem: str, subject: str, check: str, threshold: str) -> Finding:
    return Finding(
        code, subsystem, subject, check, "unknown", None, "integer", threshold, f"{check}未知：数据缺失。",
        series.missing_since(), _EXTRACT,
    )  # fmt: skip


def _local_day(moment: datetime, utc_offset_h: int) -> str:
    return day_words((moment + timedelta(hours=utc_offset_h)).date())
