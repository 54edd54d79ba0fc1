"""Service desk 运维服务: the contractor's records, usually in a workbook. Here: incidents and changes."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract import desk_plans, desk_staff, desk_tickets
from ntanalytics.contract.dataset import Column, Dataset, Kind, Type
from ntanalytics.contract.enumerations import SUBSYSTEMS

#: Levels of an incident, from the least; from `larger` on it has a reporting deadline (docs/domain.md, Recovery clock).
LEVELS = MappingProxyType({"ordinary": "一般", "larger": "较大", "major": "重大", "extraordinary": "特别重大"})

INCIDENTS = Dataset(
    name="desk.incidents",
    label="事件",
    kind=Kind.CASE,
    meaning="One incident, with its cause, its level, and the times of discovery, report and recovery "
    "(docs/domain.md, Desk: recovery clock).",
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
        Column(
            "level",
            Type.TEXT,
            "级别",
            "Level by the rules on reporting; null if none was assigned: unknown, not ordinary.",
            values=LEVELS,
            nullable=True,
        ),
        Column(
            "discovered_at",
            Type.TIMESTAMP,
            "发现时间",
            "Time of discovery, at which the reporting clock begins; null if not recorded.",
            nullable=True,
        ),
        Column(
            "discovered_by",
            Type.TEXT,
            "发现方式",
            "Way of discovery; null if not recorded.",
            values={"inspection": "巡检发现", "monitoring": "监控告警", "user": "用户反映", "other": "其他"},
            nullable=True,
        ),
        Column(
            "reported_at",
            Type.TIMESTAMP,
            "报告时间",
            "Time of the report to the authority; null if none was made.",
            nullable=True,
        ),
        Column("reported_to", Type.TEXT, "报告对象", "Authority that received the report.", nullable=True),
        Column(
            "has_bad_effect",
            Type.BOOLEAN,
            "造成不良影响",
            "True if the buyer found a bad effect (scoring sheet); null if not decided.",
            nullable=True,
        ),
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

CHANGES = Dataset(
    name="desk.changes",
    label="变更",
    kind=Kind.CASE,
    meaning="One change of the platform or of a unit's workflow, from its registration, thus also before it is made; "
    "a workflow changes only after written confirmation.",
    columns=(
        Column("change_no", Type.TEXT, "变更编号", "Change number."),
        Column(
            "noted_at",
            Type.TIMESTAMP,
            "登记时间",
            "Time of registration; the earliest known time if not recorded. Null only in rows of an older version.",
            nullable=True,
        ),
        Column(
            "planned_at",
            Type.TIMESTAMP,
            "计划时间",
            "Planned start; null if none was agreed.",
            nullable=True,
            is_planned=True,
        ),
        Column("planned_until_at", Type.TIMESTAMP, "计划结束时间", "Planned end.", nullable=True, is_planned=True),
        Column("subsystem", Type.TEXT, "系统", "Affected subsystem.", values=SUBSYSTEMS),
        Column("application", Type.TEXT, "应用", "Affected application or service.", nullable=True),
        Column("host", Type.TEXT, "主机", "Affected host.", nullable=True),
        Column(
            "kind",
            Type.TEXT,
            "类型",
            "Kind of change.",
            values={
                "workflow": "工作流程",
                "maintenance": "计划维护",
                "mailing": "集中发送",
                "fix": "缺陷修复",
                "feature": "功能微调",
                "upgrade": "版本升级",
                "configuration": "配置调整",
                "emergency": "紧急变更",
            },
        ),
        Column("unit", Type.TEXT, "单位", "Requesting unit.", nullable=True),
        Column(
            "confirmed_at", Type.TIMESTAMP, "书面确认时间", "Time of the buyer's written confirmation.", nullable=True
        ),
        Column("confirmed_by", Type.TEXT, "确认部门", "Department of the buyer that confirmed.", nullable=True),
        Column("started_at", Type.TIMESTAMP, "开始时间", "Actual start.", nullable=True),
        Column(
            "finished_at",
            Type.TIMESTAMP,
            "完成时间",
            "Time of completion, of the rollback, or of the cancellation; null before.",
            nullable=True,
        ),
        Column(
            "result",
            Type.TEXT,
            "结果",
            "Result; null before the end, or if not recorded: unknown, not success.",
            values={"success": "成功", "failed": "失败", "rolled_back": "已回退", "cancelled": "已取消"},
            nullable=True,
        ),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
    ),
    key=("change_no",),
    time="noted_at",
    changed="changed_at",
    ended=("finished_at",),
    settles_after=14,
)

DATASETS = (*desk_tickets.DATASETS, INCIDENTS, CHANGES, *desk_staff.DATASETS, *desk_plans.DATASETS)
