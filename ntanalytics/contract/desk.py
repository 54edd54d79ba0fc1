"""Service desk 运维服务: the contractor's records, usually in a workbook."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import SUBSYSTEMS

#: Categories of tickets; the obligations O4–O14 use them.
CATEGORIES = MappingProxyType(
    {
        "account": "账号权限",
        "onboarding": "单位接入",
        "fault": "故障处理",
        "consulting": "使用咨询",
        "change": "流程调整",
        "training": "培训",
        "inspection": "巡检",
        "other": "其他",
    }
)

TICKETS = Dataset(
    name="desk.tickets",
    label="工单",
    kind=Kind.CASE,
    meaning="One request or fault, from its opening to its closing.",
    columns=(
        Column("ticket_no", Type.TEXT, "工单号", "Ticket number."),
        Column("opened_at", Type.TIMESTAMP, "受理时间", "Time of opening."),
        Column("category", Type.TEXT, "类别", "Kind of request.", values=CATEGORIES),
        Column("subsystem", Type.TEXT, "系统", "Affected subsystem.", values=SUBSYSTEMS),
        Column("unit", Type.TEXT, "单位", "Requesting unit.", nullable=True),
        Column("responded_at", Type.TIMESTAMP, "首次响应", "Time of the first response.", nullable=True),
        Column("due_at", Type.TIMESTAMP, "应完成时间", "Deadline.", nullable=True),
        Column("closed_at", Type.TIMESTAMP, "关闭时间", "Time of closing; null while open.", nullable=True),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
        Column(
            "resolution_s",
            Type.NUMBER,
            "处理用时",
            "closed_at − opened_at; null while open.",
            unit="秒",
            nullable=True,
            minimum=0,
            elapsed=("opened_at", "closed_at"),
        ),
    ),
    key=("ticket_no",),
    time="opened_at",
    changed="changed_at",
    ended=("closed_at",),
    settles_after=7,
)

ATTENDANCE = Dataset(
    name="desk.attendance",
    label="驻场考勤",
    kind=Kind.EVENT,
    meaning="One person on site on one day.",
    columns=(
        Column("attended_on", Type.DATE, "日期", "Day."),
        Column("person", Type.TEXT, "人员", "Name of the contractor's engineer.", privacy=Privacy.ROSTER),
        Column(
            "role", Type.TEXT, "岗位", "Named engineer or named backup.", values={"engineer": "驻场", "backup": "备选"}
        ),
        Column("is_present", Type.BOOLEAN, "在岗", "True if the person was on site."),
    ),
    key=("attended_on", "person"),
    time="attended_on",
    settles_after=7,
)

CHECKS = Dataset(
    name="desk.checks",
    label="人工检查",
    kind=Kind.EVENT,
    meaning="One manual check of one object on one day.",
    columns=(
        Column("checked_on", Type.DATE, "日期", "Day."),
        Column("subsystem", Type.TEXT, "系统", "Checked subsystem.", values=SUBSYSTEMS),
        Column("item", Type.TEXT, "检查项", "Checked object (machine room, power, lamps of a host …)."),
        Column(
            "result", Type.TEXT, "结果", "Result of the check.", values={"ok": "正常", "watch": "关注", "bad": "异常"}
        ),
        Column("remark", Type.TEXT, "说明", "Observations and actions.", nullable=True),
    ),
    key=("checked_on", "subsystem", "item"),
    time="checked_on",
    settles_after=7,
)

INCIDENTS = Dataset(
    name="desk.incidents",
    label="事件",
    kind=Kind.CASE,
    meaning="One incident, with its cause and the time of recovery (docs/domain.md, Desk: recovery clock).",
    columns=(
        Column("incident_no", Type.TEXT, "事件编号", "Incident number."),
        Column("began_at", Type.TIMESTAMP, "发生时间", "Start time."),
        Column("subsystem", Type.TEXT, "系统", "Affected subsystem.", values=SUBSYSTEMS),
        Column(
            "cause",
            Type.TEXT,
            "原因",
            "Cause; the 4-hour promise covers the vendor's software.",
            values={
                "vendor_software": "供应商软件",
                "hardware": "硬件",
                "network": "网络",
                "attack": "病毒或攻击",
                "carrier": "运营商",
                "other": "其他",
            },
        ),
        Column("is_crash", Type.BOOLEAN, "系统崩溃", "True if the whole subsystem was down."),
        Column("responded_at", Type.TIMESTAMP, "响应时间", "Time of the contractor's response.", nullable=True),
        Column("restored_at", Type.TIMESTAMP, "恢复时间", "Time of recovery; null before.", nullable=True),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
        Column(
            "down_s",
            Type.NUMBER,
            "中断时长",
            "restored_at − began_at.",
            unit="秒",
            nullable=True,
            minimum=0,
            elapsed=("began_at", "restored_at"),
        ),
    ),
    key=("incident_no",),
    time="began_at",
    changed="changed_at",
    ended=("restored_at",),
    settles_after=7,
)

TRAININGS = Dataset(
    name="desk.trainings",
    label="培训",
    kind=Kind.EVENT,
    meaning="One training session.",
    columns=(
        Column("held_on", Type.DATE, "日期", "Day."),
        Column("topic", Type.TEXT, "主题", "Topic of the training."),
        Column("unit", Type.TEXT, "单位", "Unit of the trained staff.", nullable=True),
        Column("invited", Type.INTEGER, "应到人数", "Number of invited persons.", unit="人", nullable=True, minimum=0),
        Column("attended", Type.INTEGER, "实到人数", "Number of participants.", unit="人", minimum=0),
    ),
    key=("held_on", "topic"),
    time="held_on",
    settles_after=14,
)

CHANGES = Dataset(
    name="desk.changes",
    label="变更",
    kind=Kind.CASE,
    meaning="One change of the platform or of a unit's workflow; a workflow changes only after written confirmation.",
    columns=(
        Column("change_no", Type.TEXT, "变更编号", "Change number."),
        Column("planned_at", Type.TIMESTAMP, "计划时间", "Planned time."),
        Column("subsystem", Type.TEXT, "系统", "Affected subsystem.", values=SUBSYSTEMS),
        Column(
            "kind",
            Type.TEXT,
            "类型",
            "Kind of change.",
            values={"workflow": "工作流程", "maintenance": "计划维护", "fix": "缺陷修复", "feature": "功能微调"},
        ),
        Column("unit", Type.TEXT, "单位", "Requesting unit.", nullable=True),
        Column(
            "confirmed_at", Type.TIMESTAMP, "书面确认时间", "Time of the buyer's written confirmation.", nullable=True
        ),
        Column("finished_at", Type.TIMESTAMP, "完成时间", "Time of completion.", nullable=True),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
    ),
    key=("change_no",),
    time="planned_at",
    changed="changed_at",
    ended=("finished_at",),
    settles_after=14,
)

ROSTER = Dataset(
    name="desk.roster",
    label="团队名册",
    kind=Kind.EVENT,
    meaning="One member of the contractor's team in one month (docs/domain.md, O1).",
    columns=(
        Column("month_on", Type.DATE, "月份", "First day of the month."),
        Column("person", Type.TEXT, "人员", "Name of the member.", privacy=Privacy.ROSTER),
        Column(
            "role",
            Type.TEXT,
            "岗位",
            "Role of the member.",
            values={
                "engineer": "驻场",
                "backup": "备选",
                "developer": "研发",
                "product": "产品",
                "design": "设计",
                "assessment": "评估",
                "business": "商务",
                "manager": "项目经理",
            },
        ),
    ),
    key=("month_on", "person"),
    time="month_on",
    settles_after=40,
)

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
            "Number of the recommendation in the report, such as capacity-2026-10.",
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

DATASETS = (TICKETS, INCIDENTS, ATTENDANCE, CHECKS, TRAININGS, CHANGES, ROSTER, SIGNOFFS, RECOMMENDATIONS, DISPOSITIONS)
