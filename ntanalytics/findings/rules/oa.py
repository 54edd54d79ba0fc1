"""The rules over the OA."""

from __future__ import annotations

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules.rule import Rule

RULES = (
    Rule(
        "oa.active_change_rate", "active_change_rate", Threshold(-0.1, -0.3, "up"),
        "按单位和版本查看流失账号，核查登录与移动端",
        "Between two weeks of as many working days active accounts move by a few percent.", of="active_before",
        fewest=50, check="活跃账号较上期",
    ),
    Rule(
        "oa.unit_active_change_rate", "active_change_rate", Threshold(-0.4, -0.8, "up"),
        "上门了解该单位停用原因，核查其账号与终端", "A unit of twenty persons does not halve by chance.",
        of="active_before", fewest=20, check="活跃账号较上期",
    ),
    Rule(
        "oa.handling", "worked_p90_s", Threshold(3 * 28_800, 10 * 28_800, "down"), "梳理流程环节",
        "Three working days of eight hours for nine of ten tasks.", of="tasks", fewest=100,
        check="办理工时 P90", is_of_quarter=True,
    ),
    Rule(
        "oa.mobile_share", "mobile_share", Threshold(0.25, 0.1, "up"), "推广移动端",
        "Where the other editions stand at four of ten.", of="active", fewest=50, is_of_quarter=True,
    ),
)  # fmt: skip
