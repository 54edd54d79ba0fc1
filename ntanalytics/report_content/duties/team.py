"""Duties of the team: its size, presence on site, the named backup, manual checks of each working day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.phrases import listed
from ntanalytics.findings.rule import with_limits
from ntanalytics.metrics.desk import obligations
from ntanalytics.metrics.rows import only
from ntanalytics.periods import days_between
from ntanalytics.report_content.duties.duty import Duty, Fact, unless_hidden
from ntanalytics.report_content.duties.span import DutySpan
from ntanalytics.subsystems.desk.obligation_checks import ROSTER_DUE
from ntanalytics.subsystems.infra.retention_checks import PATCH_DAYS


def _months(span: DutySpan) -> Iterator[tuple[date, Mapping[str, Any], bool]]:
    """Yield the months whose roster is due, with the team and whether the roster may be missing for want of data."""
    for month in span.months:
        row = span.context.shared(_team_of, month)
        days = days_between(month, min((month + timedelta(days=31)).replace(day=1) - timedelta(days=1), span.last))
        is_lacking = span.is_hidden("desk.roster", days[0], days[-1])
        is_lacking = is_lacking or span.unread_rows("desk.roster", days[0], days[-1]) > 0
        if row["team"] or span.last > month.replace(day=ROSTER_DUE):
            yield month, row, is_lacking


def _team_of(context: CheckContext, month: date) -> Mapping[str, Any]:
    return only(obligations.team(context.dataset("desk.roster", 31).recent, month))


def _counted(label: str, persons: int, *, is_lacking: bool) -> str:
    """Return a number of persons of a month's roster; of one that lacks data at least those that it names."""
    if not is_lacking:
        return f"{label}{persons}人"
    return f"{label}≥{persons}人" if persons else f"{label}人数未知"


def _team(span: DutySpan) -> Iterator[Fact]:
    rule = span.rule("desk.team")
    for month, row, is_lacking in _months(span):
        name, text = f"{month:%Y-%m}", _counted("团队", row["team"], is_lacking=is_lacking)
        if rule.threshold.judge(row["team"]) == "ok":
            yield Fact(month, name, text, "met")
        elif is_lacking:
            yield Fact(month, name, text, "unproven", "该月名册数据不全")
        else:
            yield Fact(
                month,
                name,
                text,
                "short",
                with_limits("少于 {desk.team}", span.context.rules) if row["team"] else "没有该月名册",
            )


def _standby(span: DutySpan) -> Iterator[Fact]:
    for month, row, is_lacking in _months(span):
        name, text = f"{month:%Y-%m}", _counted("备选", row["standbys"], is_lacking=is_lacking)
        if row["standbys"]:
            yield Fact(month, name, text, "met")
        elif is_lacking:
            yield Fact(month, name, text, "unproven", "该月名册数据不全")
        else:
            yield Fact(month, name, text, "short", "没有指定备选人员")


def _attendance(span: DutySpan) -> Iterator[Fact]:
    present: dict[date, list[str]] = {}
    recorded: set[date] = set()
    for row in span.rows("desk.attendance"):
        day = row["attended_on"]
        recorded.add(day)
        if row["is_present"]:
            present.setdefault(day, []).append("驻场" if row["role"] == "engineer" else "备选")
    for day in span.working_days:
        if day in present:
            yield Fact(day, day.isoformat(), f"{'、'.join(sorted(set(present[day]), reverse=True))}在岗", "met")
        elif span.is_missing("desk.attendance", day):
            yield Fact(day, day.isoformat(), "没有取得考勤数据", "unproven", "该日数据未取得")
        else:
            text = "驻场和备选均不在岗" if day in recorded else "没有考勤记录"
            fact = Fact(day, day.isoformat(), text, "short", "工作日无人在岗的记录")
            yield unless_hidden(span, fact, "desk.attendance", since=day, until=day)


def _inspections(span: DutySpan) -> Iterator[Fact]:
    checked: dict[date, list[str]] = {}
    for row in span.rows("desk.checks"):
        checked.setdefault(row["checked_on"], []).append(str(row["result"]))
    for day in span.working_days:
        results = checked.get(day, [])
        if results:
            bad = len(results) - results.count("ok")
            yield Fact(day, day.isoformat(), f"检查{len(results)}项，需关注{bad}项", "met")
        elif span.is_missing("desk.checks", day):
            yield Fact(day, day.isoformat(), "没有取得检查数据", "unproven", "该日数据未取得")
        else:
            fact = Fact(day, day.isoformat(), "没有检查记录", "short", "工作日未登记检查")
            yield unless_hidden(span, fact, "desk.checks", since=day, until=day)


def _patches(span: DutySpan) -> Iterator[Fact]:
    tried_by_day = sorted(span.recent("infra.patches", PATCH_DAYS), key=lambda row: row["patched_on"])
    last = {(row["host"], row["patch"]): row for row in tried_by_day if row["patched_on"] <= span.last}
    by_patch: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for (_, patch), row in last.items():
        if row["patched_on"] >= span.first or row["outcome"] != "success":  # what failed earlier waits still
            by_patch.setdefault((patch, row["outcome"]), []).append(row)
    for (patch, outcome), tried in by_patch.items():
        day = max(row["patched_on"] for row in tried)
        text = f"{listed(sorted(row['host'] for row in tried))}共{len(tried)}台"
        if outcome == "success":
            yield Fact(day, patch, f"{text}已安装", "met")
        else:
            fact = Fact(day, patch, f"{text}安装失败", "short", "失败后未补装")
            first = min(row["patched_on"] for row in tried)
            if first < span.first and not span.view("infra.patches", PATCH_DAYS).since(first).is_complete:
                fact = replace(fact, result="unproven", reason="其间有补丁数据未取得")
            yield unless_hidden(span, fact, "infra.patches", since=first)


TEAM_DUTIES = (
    Duty(
        id="team",
        label="支撑团队",
        target="每月不少于 {desk.team}",
        facts=_team,
        reads={"desk.roster": 31},
        needs="各月团队名册",
    ),
    Duty(
        id="attendance",
        label="现场驻场",
        target="每工作日1人在岗",
        facts=_attendance,
        reads={"desk.attendance": 0},
        needs="驻场考勤",
    ),
    Duty(
        id="standby",
        label="备选人员",
        target="每月有备选1名",
        facts=_standby,
        reads={"desk.roster": 31},
        needs="各月团队名册",
    ),
    Duty(
        id="inspections",
        label="现场检查",
        target="每工作日检查并记录",
        facts=_inspections,
        reads={"desk.checks": 0},
        needs="人工检查记录",
    ),
    Duty(
        id="patches",
        label="补丁升级",
        target="补丁均已安装",
        facts=_patches,
        reads={"infra.patches": PATCH_DAYS},
        none_words="期内没有补丁记录",
        needs="安全服务商的补丁安装记录",
    ),
)
