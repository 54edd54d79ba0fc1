"""Rules of office automation."""

from __future__ import annotations

from ntanalytics.findings.rule import Rule, activity_rule, mass_change_rule, source_rule
from ntanalytics.findings.threshold import Threshold

RULES: tuple[Rule, ...] = (
    Rule(
        "oa.active_change_rate", "daily_active_change_rate", Threshold(-0.1, -0.3, "up"),
        "按单位和版本查看流失账号，核查登录与移动端",
        "By working days, a city's use moves by a few percent from week to week.",
        count_measure="daily_active_before", min_count=5, label="日均活跃增幅", kind="change", cause="adoption",
    ),
    Rule(
        "oa.unit_active_change_rate", "daily_active_change_rate", Threshold(-0.3, -0.6, "up"),
        "核查该单位账号、登录与终端有无故障，听取用户意见",
        "A unit with five persons a day keeps more than two thirds.",
        count_measure="daily_active_before", min_count=5, label="日均活跃增幅", kind="change", cause="adoption",
    ),
    Rule(
        "oa.low_weeks", "low_weeks", Threshold(0, 3, "down"), "核查登录故障，与单位核对人员并停用闲置账号",
        "A month below two accounts in five is a habit.", count_measure="enabled", min_count=20,
        label="活跃率连续低于 40%", cause="adoption",
    ),
    Rule(
        "oa.seldom_used", "relative_use", Threshold(0.02, 0.002, "up"), "征求意见后合并或关停",
        "A module that fewer than one in fifty of the users of the busiest module use is idle.", label="模块使用",
        cause="modules",
    ),
    Rule(
        "oa.active_fall", "active", Threshold(-0.2, -0.4, "up"), "按单位和版本查看流失账号，核查登录与移动端",
        "What the calendar does not explain: before a holiday a seventh may stay away, a fifth does not.", min_count=50,
        label="活跃账号较常态", kind="usual", scale="departure", cause="adoption",
    ),
    Rule(
        "oa.unit_active_fall", "active", Threshold(-0.25, -0.9, "up"), "核查该单位账号、登录与终端有无故障，听取意见",
        "Two working days in a row, since a training empties a unit for one; what the whole city does is taken out.",
        min_count=4, label="单位活跃账号较常态", kind="change", scale="departure", cause="adoption",
    ),
    Rule(
        "oa.lull", "active_hours", Threshold(1200, 2400, "down"), "核查该版本的应用服务、移动端网关与网络",
        "Somebody acts in every edition at every working minute; twenty minutes without are an outage.", min_count=20,
        label="使用中断", kind="absence", scale="silence", cause="standstill",
    ),
    Rule(
        "oa.module_lull", "active_hours", Threshold(3 * 3600, 86_400, "down"), "核查该模块的服务与入口，通知受影响用户",
        "A module that some use every morning is broken when half a working day passes without them.", min_count=15,
        label="模块停用", kind="absence", scale="silence", cause="standstill",
    ),
    Rule(
        "oa.task_lull", "tasks", Threshold(3 * 3600, 86_400, "down"), "核查流程引擎与该流程的审批节点",
        "Of a flow that ends some times a day none ends for half a day: it is stuck.", min_count=15,
        label="流程办结停滞", kind="absence", scale="silence", cause="standstill",
    ),
    Rule(
        "oa.unit_task_lull", "tasks", Threshold(-0.7, -0.95, "up"), "核实该单位办理人员与流程授权，催办积压任务",
        "A unit that finishes a third of what it usually does on two working days lets its tasks lie.", min_count=4,
        label="单位办结任务较常态", kind="change", scale="departure", cause="handling",
    ),
    Rule(
        "oa.busiest", "busiest_actions", Threshold(1500, 6000, "down"), "核实该账号是否由程序使用，必要时停用并改密",
        "An action every two seconds for an hour is not a person's.", label="单个账号一小时操作", kind="burst",
        cause="machines",
    ),
    activity_rule("oa", Threshold(4, 20, "down")),
    Rule(
        "oa.cancelled_rise", "cancelled_tasks", Threshold(2.0, 9.0, "down"),
        "核实是否为误操作或批量清理，必要时恢复任务",
        "Three times as many cancelled tasks as on such a day are a clearing-up, or a mistake.", label="取消任务激增",
        kind="usual", scale="departure", cause="hasty",
    ),
    Rule(
        "oa.unusual_endings", "unusual_endings", Threshold(0, 199, "down"),
        "核实是否为误操作、程序自动处理或批量清理，必要时恢复任务",
        "What ends in a way that next to none of a subject do is a mistake, or a program; two hundred are many "
        "persons' work.", kind="usual", label="任务取消或过快办结", cause="hasty",
    ),
    Rule(
        "oa.overdue_rise", "overdue_tasks", Threshold(0.5, 2.0, "down"), "按模块和单位催办逾期任务，核查流程是否停滞",
        "Half as many again as the calendar explains: a flow or an office has left off.", min_count=20,
        label="逾期未办较常态", kind="growth", scale="departure", cause="handling",
    ),
    # how long work took, which no subject of surveillance measures: the slow cases have not ended yet
    Rule(
        "oa.handling_rise", "worked_p90_s", Threshold(0.5, 2.0, "down"), "按模块查看办理用时，核查待办提醒",
        "The slowest tenth takes as long one week as the next.", count_measure="tasks", min_count=100,
        label="办理工时（90%以内）较常态", kind="usual", scale="departure", cause="handling",
    ),
    Rule(
        "oa.handling", "worked_p90_s", Threshold(3 * 28_800, 10 * 28_800, "down"), "梳理流程环节",
        "Three working days of eight hours for nine of ten tasks.", count_measure="tasks", min_count=100,
        label="办理工时（90%以内）", cause="handling",
    ),
    Rule(
        "oa.mobile_share", "mobile_share", Threshold(0.25, 0.1, "up"), "核查移动端登录、证书与性能，收集用户意见",
        "Where the other editions stand at four of ten.", count_measure="active", min_count=50, cause="mobile",
    ),
    mass_change_rule("oa", Threshold(0, 0.5, "down")),
    source_rule("oa"),
)  # fmt: skip
