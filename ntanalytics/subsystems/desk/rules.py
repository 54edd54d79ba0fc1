"""Rules of the service desk."""

from __future__ import annotations

from ntanalytics.findings.rule import Rule, source_rule
from ntanalytics.findings.threshold import Threshold

RULES: tuple[Rule, ...] = (
    Rule(
        "desk.attendance_rate", "attendance_rate", Threshold(1, 1, "up"),
        "立即安排备选人员到岗，补录考勤或说明缺岗原因", "One person is on site every working day (docs/domain.md, O2).",
        count_measure="working_days", min_count=1, kind="absence", cause="duties",
    ),
    Rule(
        "desk.standby", "standbys", Threshold(1, 0, "up"), "在团队名册中指定备选驻场人员",
        "A backup is named for the engineer on site (docs/domain.md, O2).", kind="hygiene", cause="duties",
    ),
    Rule(
        "desk.team", "team", Threshold(6, 5, "up"), "补充团队名册", "A team of six at least (docs/domain.md, O1).",
        kind="hygiene", cause="duties",
    ),
    Rule(
        "desk.overdue_tickets", "overdue_tickets", Threshold(1, 10, "down"), "逐件落实责任人和完成时间",
        "A ticket beyond its time is a promise not kept; a single one may be closed this morning.", kind="deadline",
        cause="tickets",
    ),
    Rule(
        "desk.overdue_oldest", "overdue_days", Threshold(10, 30, "down"), "落实该工单的责任人，向用户说明",
        "Even one ticket that has been late for ten days was forgotten.", kind="deadline", cause="tickets",
    ),
    Rule(
        "desk.opened_rise", "opened_tickets", Threshold(1.0, 3.0, "down"), "按系统与类别查看新增工单的共同原因",
        "Twice as many tickets as on such a day have one cause.", kind="usual",
        scale="departure", min_count=4, label="新增工单上升",
        cause="tickets",
    ),
    Rule(
        "desk.backlog_rise", "open_now", Threshold(1.0, 3.0, "down"), "增派人手，优先关闭积压工单",
        "More comes in than is closed.", kind="usual",
        scale="departure", min_count=8, label="工单积压", cause="tickets",
    ),
    Rule(
        "desk.late_responses", "late_responses", Threshold(0, 3, "down"), "核实值班安排，立即响应",
        "Support is around the clock (docs/domain.md, O3); two hours are two dozen times what an answer takes by "
        "day.", kind="deadline", label="非工作时间响应", cause="tickets",
    ),
    Rule(
        "desk.bulk_closing", "bulk_closed", Threshold(5, 29, "down"),
        "逐件核实集中关闭的工单是否已解决，未解决的重新打开",
        "Nobody solves six tickets within ten minutes; a desk that closes its day in the evening is known by it.",
        kind="burst", label="工单集中关闭", cause="tickets",
    ),
    Rule(
        "desk.unsolved_closings", "unsolved_share", Threshold(0.3, 0.9, "down"),
        "逐件核实未解决即关闭的工单，需要继续处理的重新打开",
        "Nearly all tickets are closed as solved; a day on which a third are not was closed for the deadline's sake.",
        kind="usual", min_count=4, label="工单未解决即关闭占比", cause="tickets",
    ),
    Rule(
        "desk.slow_responses", "slow_response_share", Threshold(0.3, 0.8, "down"), "核实当日值守与派单，及时响应",
        "One in twenty waits long, as a matter of definition; when a third more do, nobody is at the desk.",
        kind="usual", min_count=4, label="首次响应变慢占比", cause="tickets",
    ),
    Rule(
        "desk.same_incident", "same_incidents", Threshold(1, 3, "down"), "复盘前次整改是否到位，消除根因",
        "What failed for the same cause within a month was not set right.", kind="hygiene", label="同类事件再次发生",
        cause="recurring",
    ),
    Rule(
        "desk.onboarding", "missing_steps", Threshold(0, 3, "down"), "补齐接入步骤并登记",
        "A unit is connected by account, permission, seal and training (docs/domain.md, O6).", kind="hygiene",
        label="单位接入缺步骤", cause="duties",
    ),
    Rule(
        "desk.unconfirmed_changes", "unconfirmed_changes", Threshold(0, 3, "down"), "补办用户书面确认",
        "A workflow changes only after written confirmation (docs/domain.md, O7).", kind="hygiene",
        label="未经书面确认", cause="unconfirmed",
    ),
    Rule(
        "desk.overrun_changes", "overrun_s", Threshold(3600, 4 * 3600, "down"),
        "核实变更是否完成、系统是否正常，补报延长的时间窗口",
        "Users were told until when to wait; an hour more is a change that met a difficulty, and four hours are what a "
        "crash may take (docs/domain.md, O15).", kind="deadline", label="变更超出计划时间", cause="duties",
    ),
    Rule(
        "desk.clocks_broken", "clocks_broken", Threshold(0, 0, "down"), "提交故障分析与改进措施",
        "A crash of vendor software is restored within four hours (docs/domain.md, O15).", kind="deadline",
        cause="clocks",
    ),
    Rule(
        "desk.clock_running", "lasted_s", Threshold(3 * 3600, 4 * 3600, "down"), "升级至供应商负责人，一小时内恢复",
        "Of the four hours that are promised one is left (docs/domain.md, O15).", kind="deadline", label="崩溃持续时间",
        cause="clocks",
    ),
    Rule(
        "desk.checks", "checks_open", Threshold(0, 4, "down"), "按台账说明处理并复查",
        "What the engineer saw and did not set right is still so.", label="人工检查", cause="seen",
    ),
    Rule(
        "desk.checks_made", "made_rate", Threshold(1, 0.5, "up"), "补做并登记人工检查",
        "The same things are looked at each working day (docs/domain.md, O12).", kind="absence", label="人工检查完成",
        cause="duties",
    ),
    Rule(
        "desk.unconfirmed_reports", "unsigned_reports", Threshold(0, 2, "down"), "送用户确认并登记",
        "The weekly report is confirmed by the buyer (docs/domain.md, O12), in the week in which it is issued.",
        kind="deadline", label="报告未经确认", cause="duties",
    ),
    Rule(
        "desk.undelivered_reports", "undelivered_reports", Threshold(0, 2, "down"), "出具后送达用户，登记送达日期",
        "What the plan of reports promises by a day is delivered by it (docs/domain.md, Service quality and score: "
        "reports on time).", kind="deadline", label="报告逾期未报送", cause="duties",
    ),
    Rule(
        "desk.removed_rights", "used_removed_rights", Threshold(0, 2, "down"),
        "立即在系统中撤销该权限，核查撤销后的操作并登记复核日期",
        "A right that was removed is not used; one that is was removed in the ledger alone (docs/domain.md, Service "
        "quality and score: access review).", kind="hygiene", label="权限撤销后仍在使用", cause="administration",
    ),
    Rule(
        "desk.untrained", "untrained_days", Threshold(60, 120, "down"), "与用户确认并落实培训计划",
        "Trainings are planned and held (docs/domain.md, O18); two months without one are a plan that lapsed.",
        kind="absence", cause="duties",
    ),
    Rule(
        "desk.concentrated", "ticket_share", Threshold(0.4, 0.7, "down"), "分析该类工单的共同原因",
        "One category that takes more than two fifths of all tickets has a root of its own.", label="占比",
        cause="demands",
    ),
    source_rule("desk"),
)  # fmt: skip
