"""The inspection's rules over the service desk: tickets, attendance and manual checks.

``days`` is the day table of the dataset (metrics.days): whether ``on`` was extracted, and is a working day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.detectors.series import Series
from ntanalytics.findings.finding import Finding, State
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.sentences import day_words, limits
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.rows import Rows, only, rows

_EXTRACT = "检查运维台账与抽取任务"
_NO_CALENDAR = "没有该年度的工作日历，应否到岗未知。"
_GIVE_CALENDAR = "在配置中提供工作日历"

#: What is checked by hand is told of all subsystems where nothing was.
_ALL = "全部系统"


def tickets(backlog: Rows, days: Rows, on: date, utc_offset_h: int, rules: Mapping[str, Rule]) -> list[Finding]:
    """Tickets open beyond their time, in all or by subsystem.

    Args:
        backlog: ``metrics.desk.backlog`` at the end of ``on``, in one row or by subsystem.
        days: the day table of ``desk.tickets``.
        on: the inspected day.
        utc_offset_h: hours by which local time is ahead of UTC.
        rules: the rules, as the site has them.

    Returns:
        A finding a row, in its order, of how many are late, and one more of a row whose oldest was forgotten.
    """
    series, rule, oldest = _series(days, on), rules["desk.overdue_tickets"], rules["desk.overdue_oldest"]
    found: list[Finding] = []
    for row in rows(backlog):
        name = row.get("subsystem")
        subsystem, subject = (name, f"{SUBSYSTEMS.get(name, name)}工单") if name else ("desk", "工单")
        if not series.today:
            missing = _missing(rule, series, subject, limits(rule.threshold, "integer", "件"))
            found += [] if rule.is_off else [replace(missing, subsystem=subsystem)]
            continue
        late = row["overdue_tickets"]
        since = _local_day(row["oldest_due_at"], utc_offset_h) if late else None
        said = f"未关闭 {format_number(row['open_tickets'], 'integer', '件')}，其中逾期 {format_number(late, 'integer', '件')}。"
        told = [] if rule.is_off else [_judged(rule, row, subject, said, since)]
        days_late = row.get("overdue_days")
        if not oldest.is_off and days_late is not None and oldest.threshold.judge(days_late) != "ok":
            words = f"逾期最久的工单已逾期 {format_number(days_late, 'number:0', '天')}。"
            told.append(_judged(oldest, row, subject, words, since))
        found += [replace(each, subsystem=subsystem) for each in told]
    return found


def attendance(attendance: Rows, days: Rows, on: date, rule: Rule) -> list[Finding]:
    """Whether the engineer or the backup was on site.

    Args:
        attendance: ``metrics.desk.attendance`` of ``on`` alone.
        days: the day table of ``desk.attendance``.
        on: the inspected day.
        rule: the rule.

    Returns:
        One finding: ``critical`` when the ledger says that nobody was there, ``unknown`` when it says nothing; on a day
        that is no working day nobody is due, and it is ``ok``.
    """
    if rule.is_off:
        return []
    series = _series(days, on)
    threshold = "工作日须有驻场或备选人员在岗"
    if not series.today:
        return [replace(_missing(rule, series, "驻场", threshold), check="到岗", evidence="到岗未知：数据缺失。")]
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
        state, value, evidence, advice = "critical", 0.0, "驻场与备选人员均不在岗。", rule.advice
    since = day_words(on) if state in ("critical", "unknown") else None
    return [
        Finding(
            rule.code,
            "desk",
            "驻场",
            "到岗",
            state,
            value,
            "integer",
            threshold,
            evidence,
            since,
            advice,
            is_asked=series.today["is_working_day"] is not False,
        )
    ]


def checks(checks: Rows, days: Rows, on: date, rule: Rule) -> list[Finding]:
    """What the manual checks of the day found.

    Args:
        checks: ``metrics.desk.checks`` of ``on`` by subsystem.
        days: the day table of ``desk.checks``.
        on: the inspected day.
        rule: the rule.

    Returns:
        A finding a subsystem that was checked: ``critical`` where a result is, ``warning`` where something was seen that the
        remark does not say to have been dealt with; ``unknown`` where the day was not extracted, and none where
        nothing was checked (``made`` asks that).
    """
    if rule.is_off:
        return []
    series = _series(days, on)
    threshold = "各项检查结果均正常，或已当场处理"
    if not series.today:
        return [_missing(rule, series, _ALL, threshold)]
    found = []
    for row in rows(checks):
        if not row["checks"]:
            continue
        seen, unsettled = row["checks_bad"] + row["checks_watch"], row["checks_open"]
        state: State = "critical" if row["checks_bad"] else rule.threshold.judge(unsettled)
        evidence = f"人工检查 {row['checks']} 项，异常 {row['checks_bad']} 项，关注 {row['checks_watch']} 项"
        evidence += f"，其中 {seen - unsettled} 项已当场处理。" if seen > unsettled else "。"
        name = row.get("subsystem") or "desk"
        found.append(
            Finding(
                rule.code,
                name,
                SUBSYSTEMS.get(name, name),
                rule.words,
                state,
                float(unsettled),
                "integer",
                threshold,
                evidence,
                None if state == "ok" else day_words(on),
                "" if state == "ok" else rule.advice,
            )
        )
    return found


def made(made: Rows, days: Rows, on: date, rule: Rule, *, count: int = 0) -> list[Finding]:
    """Whether the manual checks of a working day were made.

    Args:
        made: ``metrics.desk_day.made`` of ``on``.
        days: the day table of ``desk.checks``.
        on: the inspected day.
        rule: the rule.
        count: how many checks the ledger has of ``on``, of whatever.

    Returns:
        One finding: none made is ``warning`` at least, since the obligation has no evidence; ``ok`` on a day that is no
        working day, ``unknown`` where nobody knows whether it is one. None where the day was not extracted, which
        ``checks`` tells.
    """
    series = _series(days, on)
    if rule.is_off or not series.today:
        return []
    row = only(made)
    is_working_day = series.today["is_working_day"]
    rate = row["made_rate"]
    state: State
    since: str | None = day_words(on)
    advice = rule.advice
    if is_working_day is None:
        state, evidence, advice = "unknown", "没有该年度的工作日历，应否检查未知。", _GIVE_CALENDAR
    elif not is_working_day:
        state, evidence, since, advice = "ok", "非工作日，不要求人工检查。", None, ""
    elif not count:
        state, evidence = "warning", "台账无当日检查记录，工作日应有。"
        rate = 0.0
    elif rate is None:
        state, evidence, since, advice = "ok", f"当日检查 {count} 项。", None, ""
    else:
        state = rule.threshold.judge(rate)
        evidence = f"通常检查的 {row['usual_items']} 项中当日检查 {row['made_items']} 项。"
        since, advice = (None, "") if state == "ok" else (since, advice)
    return [
        Finding(
            rule.code,
            "desk",
            _ALL,
            rule.words,
            state,
            rate,
            "rate:0",
            "工作日各项均应检查",
            evidence,
            since,
            advice,
            is_asked=is_working_day is not False,
        )
    ]


def _judged(rule: Rule, row: Mapping[str, Any], subject: str, said: str, since: str | None) -> Finding:
    found = rule.judge(row, subject)
    return replace(found, evidence=said, since=since if found.state in ("warning", "critical") else None)


def _series(days: Rows, on: date) -> Series:
    found = sorted((row for row in rows(days) if row["day"] <= on), key=lambda row: row["day"])
    return Series(tuple(found), on)


def _missing(rule: Rule, series: Series, subject: str, threshold: str) -> Finding:
    return Finding(
        rule.code,
        "desk",
        subject,
        rule.words,
        "unknown",
        None,
        "integer",
        threshold,
        f"{rule.words}未知：数据缺失。",
        series.missing_since(),
        _EXTRACT,
    )


def _local_day(moment: datetime, utc_offset_h: int) -> str:
    return day_words((moment + timedelta(hours=utc_offset_h)).date())
