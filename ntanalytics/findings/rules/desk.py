"""The rules over the service desk and the contract's duties."""

from __future__ import annotations

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules.rule import Rule

RULES = (
    Rule(
        "desk.attendance_rate", "attendance_rate", Threshold(1, 1, "up"), "补录考勤或说明缺岗原因",
        "One person is on site every working day (domain.md, O2).", of="working_days", fewest=1,
    ),
    Rule(
        "desk.overdue_tickets", "overdue_tickets", Threshold(0, 10, "down"), "逐件落实责任人和完成时间",
        "A ticket beyond its time is a promise not kept.",
    ),
    Rule(
        "desk.unconfirmed_changes", "unconfirmed_changes", Threshold(0, 3, "down"), "补办用户书面确认",
        "A workflow changes only after written confirmation (domain.md, O7).",
    ),
    Rule(
        "desk.clocks_broken", "clocks_broken", Threshold(0, 0, "down"), "提交故障分析与改进措施",
        "A crash of vendor software is restored within four hours (domain.md, O15).",
    ),
    Rule(
        "desk.team", "team", Threshold(6, 5, "up"), "补充团队名册",
        "A team of six at least (domain.md, O1).",
    ),
)  # fmt: skip
