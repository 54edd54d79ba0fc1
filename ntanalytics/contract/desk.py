"""Service desk 运维服务: the contractor's own ledger, usually a workbook."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type

#: Subsystem ids of domain.md ("The platform").
SUBSYSTEMS = MappingProxyType(
    {
        "identity": "统一身份认证",
        "sso": "单点登录",
        "docexchange": "公文交换",
        "oa": "协同办公",
        "im": "即时通讯",
        "sms": "短信平台",
        "ca": "CA证书",
        "seal": "电子印章",
        "infra": "软硬件环境",
        "desk": "运维服务",
    }
)

#: What a ticket asks for; the obligations O4–O14 read them.
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
        Column("ticket_no", Type.TEXT, "工单号", "The ticket's number."),
        Column("opened_at", Type.TIMESTAMP, "受理时间", "When it was opened."),
        Column("category", Type.TEXT, "类别", "What it asks for.", values=CATEGORIES),
        Column("subsystem", Type.TEXT, "系统", "The subsystem it concerns.", values=SUBSYSTEMS),
        Column("unit", Type.TEXT, "单位", "The unit that asked.", nullable=True),
        Column("responded_at", Type.TIMESTAMP, "首次响应", "First response.", nullable=True),
        Column("due_at", Type.TIMESTAMP, "应完成时间", "When it should be closed.", nullable=True),
        Column("closed_at", Type.TIMESTAMP, "关闭时间", "When it was closed; null while open.", nullable=True),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "When the record last changed."),
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
    settles_after=7,
)

ATTENDANCE = Dataset(
    name="desk.attendance",
    label="驻场考勤",
    kind=Kind.EVENT,
    meaning="One person on site on one day.",
    columns=(
        Column("attended_on", Type.DATE, "日期", "The day."),
        Column("person", Type.TEXT, "人员", "Name of the contractor's engineer.", privacy=Privacy.ROSTER),
        Column(
            "role",
            Type.TEXT,
            "岗位",
            "The named engineer or the named backup.",
            values=MappingProxyType({"engineer": "驻场", "backup": "备选"}),
        ),
        Column("is_present", Type.BOOLEAN, "在岗", "Whether he was on site."),
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
        Column("checked_on", Type.DATE, "日期", "The day."),
        Column("subsystem", Type.TEXT, "系统", "The subsystem checked.", values=SUBSYSTEMS),
        Column("item", Type.TEXT, "检查项", "What was checked (machine room, power, a host's lamps …)."),
        Column(
            "result",
            Type.TEXT,
            "结果",
            "What was found.",
            values=MappingProxyType({"ok": "正常", "watch": "关注", "bad": "异常"}),
        ),
        Column("remark", Type.TEXT, "说明", "What was seen and done.", nullable=True),
    ),
    key=("checked_on", "subsystem", "item"),
    time="checked_on",
    settles_after=7,
)

DATASETS = (TICKETS, ATTENDANCE, CHECKS)
