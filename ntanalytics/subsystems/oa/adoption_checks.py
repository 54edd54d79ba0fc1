"""The rules of the report on OA adoption: the pace of working days, and units that have long been low."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.findings.finding import Finding, Threshold
from ntanalytics.findings.rows import Rows, rows
from ntanalytics.findings.rule import Rule, unknown
from ntanalytics.metrics.oa.unit_ranking import MIN_ACCOUNTS, MIN_DAILY_ACTIVE

PACE = Rule(
    "oa.daily_active_change_rate", "daily_active_change_rate", Threshold(-0.1, -0.3, "up"),
    "按单位查看流失账号，核查登录与移动端", "By working days, a city's use moves by a few percent from week to week.",
    of="daily_active_before", min_count=MIN_DAILY_ACTIVE, check="日均活跃较上期",
)  # fmt: skip

UNIT_PACE = Rule(
    "oa.unit_daily_active_change_rate", "daily_active_change_rate", Threshold(-0.3, -0.6, "up"),
    "上门了解该单位停用原因，核查其账号与终端", "A unit with five persons a day keeps more than two thirds.",
    of="daily_active_before", min_count=MIN_DAILY_ACTIVE, check="日均活跃较上期",
)  # fmt: skip

LOW = Rule(
    "oa.low_weeks", "low_weeks", Threshold(0, 3, "down"), "上门培训，核查闲置账号并与单位核对人员",
    "A month below two accounts in five is a habit.", of="enabled", min_count=MIN_ACCOUNTS, check="活跃率连续低于 40%",
)  # fmt: skip


def city(total: Mapping[str, Any], editions: Rows, ranking: Rows, *, is_complete: bool = True) -> list[Finding]:
    """Of all and of each edition the pace; of the units those that fell, or have long been low.

    Args:
        total: the compared row of all.
        editions: the compared rows of the editions, each with ``is_complete``.
        ranking: ``metrics.adoption_ranking.ranked`` with ``low_weeks``; units without a place are not judged.
        is_complete: whether the period has no hole.
    """
    found = [_pace(PACE, total, "协同办公", is_complete=is_complete)]
    by_edition = rows(editions)
    if len(by_edition) > 1:
        found += [_pace(PACE, row, _edition(row), is_complete=row["is_complete"]) for row in by_edition]
    fair = [row for row in rows(ranking) if row["place"] is not None]
    each: list[tuple[Rule, Callable[[Mapping[str, Any]], Any]]] = [
        (UNIT_PACE, lambda row: row["daily_active_change_rate"] or 0),
        (LOW, lambda row: -(row["low_weeks"] or 0)),
    ]
    for rule, worst_first in each:
        judged = [rule.judge(row, str(row["unit"])) for row in sorted(fair, key=worst_first)]
        found += [finding for finding in judged if finding.state in ("warning", "critical")]
    return found


def unit(total: Mapping[str, Any], ranking: Rows, name: str, *, is_complete: bool = True) -> list[Finding]:
    """Of one unit its pace, and for how long it has been low."""
    found = [_pace(UNIT_PACE, total, name, is_complete=is_complete)]
    own = [row for row in rows(ranking) if row["unit"] == name]
    return found + [LOW.judge(row, name, is_complete=row["is_complete"]) for row in own]


def _pace(rule: Rule, row: Mapping[str, Any], subject: str, *, is_complete: bool) -> Finding:
    """The finding of one row; where the period before is not known it says that, and not that it was too little."""
    if is_complete and row["daily_active_before"] is None:
        return unknown(rule.code, subject, rule.check, "上期数据不完整", "")
    return rule.judge(row, subject, is_complete=is_complete)


def _edition(row: Mapping[str, Any]) -> str:
    return EDITIONS.get(row["edition"], str(row["edition"]))
