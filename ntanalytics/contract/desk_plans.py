"""Service desk 运维服务: plans and what became of them: trainings, drills, onboarding, reports, recommendations."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type
from ntanalytics.contract.enumerations import SUBSYSTEMS

#: Kinds of trainings and of drills.
TRAINING_KINDS = MappingProxyType(
    {"usage": "系统使用", "maintenance": "维护排障", "onboarding": "接入培训", "exchange": "技术交流"}
)
DRILL_KINDS = MappingProxyType({"restore_drill": "恢复演练", "emergency_drill": "应急演练"})

PLANS = Dataset(
    name="desk.plans",
    label="年度计划",
    kind=Kind.CASE,
    meaning="One training or drill of the plan. It was done if a row of `desk.trainings` or `desk.drills` has its "
    "number.",
    columns=(
        Column("plan_no", Type.TEXT, "计划编号", "Number in the plan."),
        Column("noted_at", Type.TIMESTAMP, "登记时间", "Time of registration."),
        Column(
            "kind",
            Type.TEXT,
            "类别",
            "Training, or kind of drill.",
            values=MappingProxyType({"training": "培训", **DRILL_KINDS}),
        ),
        Column("topic", Type.TEXT, "内容", "Topic of the training, or object of the drill."),
        Column("planned_on", Type.DATE, "计划日期", "Day on which it is due.", is_planned=True),
        Column("confirmed_on", Type.DATE, "用户确认日期", "Day on which the buyer confirmed the plan.", nullable=True),
        Column("confirmed_by", Type.TEXT, "确认部门", "Department of the buyer that confirmed.", nullable=True),
        Column(
            "cancelled_on",
            Type.DATE,
            "取消日期",
            "Day on which it was cancelled in agreement with the buyer; null if it stands.",
            nullable=True,
        ),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
    ),
    key=("plan_no",),
    time="noted_at",
    changed="changed_at",
    ended=("cancelled_on",),
    settles_after=40,
)

TRAININGS = Dataset(
    name="desk.trainings",
    label="培训",
    kind=Kind.EVENT,
    meaning="One training session that was held.",
    columns=(
        Column("held_on", Type.DATE, "日期", "Day."),
        Column("topic", Type.TEXT, "主题", "Topic of the training."),
        Column("unit", Type.TEXT, "单位", "Unit of the trained staff.", nullable=True),
        Column("invited", Type.INTEGER, "应到人数", "Number of invited persons.", unit="人", nullable=True, minimum=0),
        Column("attended", Type.INTEGER, "实到人数", "Number of participants.", unit="人", minimum=0),
        Column("kind", Type.TEXT, "类型", "Kind of training.", values=TRAINING_KINDS, nullable=True),
        Column("plan_no", Type.TEXT, "计划编号", "Plan of `desk.plans` that it fulfils, if any.", nullable=True),
        Column(
            "confirmed_on",
            Type.DATE,
            "用户确认日期",
            "Day on which the buyer confirmed the session (signed attendance sheet).",
            nullable=True,
        ),
    ),
    key=("held_on", "topic"),
    time="held_on",
    settles_after=14,
)

DRILLS = Dataset(
    name="desk.drills",
    label="演练",
    kind=Kind.EVENT,
    meaning="One restore drill or emergency drill that was held.",
    columns=(
        Column("held_on", Type.DATE, "日期", "Day."),
        Column("kind", Type.TEXT, "类别", "Kind of drill.", values=DRILL_KINDS),
        Column("topic", Type.TEXT, "内容", "Object of the drill: the restored backup, the rehearsed emergency."),
        Column("subsystem", Type.TEXT, "系统", "Subsystem of the drill.", values=SUBSYSTEMS, nullable=True),
        Column(
            "result", Type.TEXT, "结果", "Result.", values={"success": "成功", "partial": "部分成功", "failure": "失败"}
        ),
        Column("duration_min", Type.INTEGER, "用时", "Duration.", unit="分钟", nullable=True, minimum=0),
        Column("attended", Type.INTEGER, "参加人数", "Number of participants.", unit="人", nullable=True, minimum=0),
        Column("plan_no", Type.TEXT, "计划编号", "Plan of `desk.plans` that it fulfils, if any.", nullable=True),
        Column("confirmed_on", Type.DATE, "用户确认日期", "Day on which the buyer confirmed the drill.", nullable=True),
        Column("remark", Type.TEXT, "备注", "Observations and measures.", nullable=True),
    ),
    key=("held_on", "kind", "topic"),
    time="held_on",
    settles_after=14,
)

ONBOARDINGS = Dataset(
    name="desk.onboardings",
    label="单位接入",
    kind=Kind.CASE,
    meaning="One unit that joins a subsystem, in four steps: account, permission, seal, training (docs/domain.md, O6).",
    columns=(
        Column("unit", Type.TEXT, "单位", "Unit."),
        Column("subsystem", Type.TEXT, "系统", "Subsystem that it joins.", values=SUBSYSTEMS),
        Column("noted_at", Type.TIMESTAMP, "登记时间", "Time of registration."),
        Column("ticket_no", Type.TEXT, "工单号", "Ticket of the request.", nullable=True),
        Column("account_on", Type.DATE, "账号添加日期", "Day of step one; null if not done.", nullable=True),
        Column("permission_on", Type.DATE, "权限配置日期", "Day of step two; null if not done.", nullable=True),
        Column("seal_on", Type.DATE, "制作公章日期", "Day of step three; null if not done.", nullable=True),
        Column("training_on", Type.DATE, "使用培训日期", "Day of step four; null if not done.", nullable=True),
        Column(
            "finished_on",
            Type.DATE,
            "接入完成日期",
            "Day on which the unit confirmed that it is connected; null before.",
            nullable=True,
        ),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
    ),
    key=("unit", "subsystem"),
    time="noted_at",
    changed="changed_at",
    ended=("finished_on",),
    settles_after=14,
)

REPORT_PLAN = Dataset(
    name="desk.report_plan",
    label="报告计划",
    kind=Kind.CASE,
    meaning="One service report that is due to the buyer. It was confirmed if a row of `desk.signoffs` has its report "
    "and period.",
    columns=(
        Column("report", Type.TEXT, "报告", "Name of the report, as in `desk.signoffs`."),
        Column("period", Type.TEXT, "周期", "Period of the report, such as 2026-W47."),
        Column("noted_at", Type.TIMESTAMP, "登记时间", "Time of registration."),
        Column("due_on", Type.DATE, "应交日期", "Last day on which it is delivered in time.", is_planned=True),
        Column("recipient", Type.TEXT, "报送对象", "Recipient.", nullable=True),
        Column("delivered_on", Type.DATE, "送达日期", "Day of delivery; null before.", nullable=True),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
    ),
    key=("report", "period"),
    time="noted_at",
    changed="changed_at",
    ended=("delivered_on",),
    settles_after=14,
)

#: Reports as their readers call them.
REPORT_NAMES = MappingProxyType(
    {
        "daily_inspection": "日常巡检",
        "weekly_service_report": "服务周报",
        "sms_volume": "短信统计",
        "oa_adoption": "应用情况",
        "optimization_recommendations": "优化建议",
        "service_quality": "服务质量月报",
        "acceptance": "年度验收",
    }
)


def report_label(report: str) -> str:
    """Return the name of a report for its readers; one without such a name as it is."""
    return REPORT_NAMES.get(report, report)


def report_named(words: str) -> str:
    """Return the report that a desk names by its name or as its readers call it; any other as it is."""
    return next((report for report, label in REPORT_NAMES.items() if label == words), words)


SIGNOFFS = Dataset(
    name="desk.signoffs",
    label="用户确认",
    kind=Kind.EVENT,
    meaning="One report confirmed by the buyer (docs/domain.md, O12).",
    columns=(
        Column("signed_on", Type.DATE, "确认日期", "Day."),
        Column("report", Type.TEXT, "报告", "Name of the report."),
        Column("period", Type.TEXT, "周期", "Period of the report, such as 2026-W47."),
    ),
    key=("report", "period"),
    time="signed_on",
    settles_after=40,
)

#: Decisions on a recommendation.
DECISIONS = MappingProxyType({"adopted": "采纳", "in_progress": "进行中", "declined": "未采纳"})

RECOMMENDATIONS = Dataset(
    name="desk.recommendations",
    label="优化建议",
    kind=Kind.CASE,
    meaning="Follow-up of one issued recommendation (docs/domain.md, O16).",
    columns=(
        Column(
            "recommendation_no",
            Type.TEXT,
            "建议编号",
            "Number of the recommendation in the report, such as 2026-10-01.",
        ),
        Column("noted_at", Type.TIMESTAMP, "登记时间", "Time of the decision's record."),
        Column("decision", Type.TEXT, "处理结果", "Decision.", values=DECISIONS),
        Column("finished_at", Type.TIMESTAMP, "完成时间", "Time of completion.", nullable=True),
        Column("remark", Type.TEXT, "备注", "Actions, or reason of a refusal.", nullable=True),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
    ),
    key=("recommendation_no",),
    time="noted_at",
    changed="changed_at",
    ended=("finished_at",),
    settles_after=40,
)

#: What the desk decided about a finding.
DISPOSITION_KINDS = MappingProxyType(
    {"confirmed": "已确认", "ticketed": "转工单", "false_alarm": "误报", "known": "已知"}
)

DISPOSITIONS = Dataset(
    name="desk.dispositions",
    label="检查处置",
    kind=Kind.CASE,
    meaning="What the desk decided about one finding of the daily inspection (docs/domain.md, Dispositions).",
    columns=(
        Column("disposition_no", Type.TEXT, "处置编号", "Number of the row, unique in the ledger."),
        Column("noted_at", Type.TIMESTAMP, "登记时间", "Time of the decision."),
        Column("entity", Type.TEXT, "对象", "Label of the finding's entity, as the inspection writes it."),
        Column("check", Type.TEXT, "检查项", "Check of the finding, as the inspection writes it."),
        Column("disposition", Type.TEXT, "处置", "Decision.", values=DISPOSITION_KINDS),
        Column("ticket_no", Type.TEXT, "工单号", "Ticket that it was turned into.", nullable=True),
        Column(
            "known_until_on",
            Type.DATE,
            "已知至",
            "Last day for which the decision holds; null: until the finding is over.",
            nullable=True,
            is_planned=True,
        ),
        Column("withdrawn_at", Type.TIMESTAMP, "撤销时间", "Time at which it was taken back.", nullable=True),
        Column("remark", Type.TEXT, "说明", "Reason.", nullable=True),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
    ),
    key=("disposition_no",),
    time="noted_at",
    changed="changed_at",
    ended=("withdrawn_at",),
    settles_after=40,
)

DATASETS = (PLANS, TRAININGS, DRILLS, ONBOARDINGS, REPORT_PLAN, SIGNOFFS, RECOMMENDATIONS, DISPOSITIONS)
