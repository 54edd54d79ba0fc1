"""Service desk 运维服务: tickets."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type
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

#: Classes of a ticket's deadline, and the causes and results of tickets (docs/domain.md, Desk).
DEADLINE_CLASSES = MappingProxyType({"urgent": "紧急", "ordinary": "一般", "agreed": "约定"})
TICKET_CAUSES = MappingProxyType(
    {
        "usage": "操作使用",
        "account": "账号权限",
        "defect": "软件缺陷",
        "data": "数据问题",
        "terminal": "终端环境",
        "hardware": "硬件",
        "network": "网络",
        "third_party": "第三方系统",
        "request": "用户需求",
        "other": "其他",
    }
)
#: Results of tickets that are solved (docs/domain.md, Desk: resolution rate).
SOLVED = ("solved", "workaround")
#: Results of tickets that ask for nothing any more: no deadline and no response is held against them.
WITHDRAWN = ("cancelled", "duplicate")
CLOSE_CODES = MappingProxyType(
    {
        "solved": "已解决",
        "workaround": "临时解决",
        "unsolved": "未解决",
        "cancelled": "用户撤销",
        "duplicate": "重复工单",
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
        Column(
            "due_at", Type.TIMESTAMP, "应完成时间", "Deadline; null if none was agreed.", nullable=True, is_planned=True
        ),
        Column("closed_at", Type.TIMESTAMP, "关闭时间", "Time of closing; null while open.", nullable=True),
        Column(
            "deadline_class",
            Type.TEXT,
            "时限类别",
            "Class of the deadline: urgent, ordinary, or agreed with the unit; null if not recorded.",
            values=DEADLINE_CLASSES,
            nullable=True,
        ),
        Column("cause", Type.TEXT, "原因", "Cause found; null if not recorded.", values=TICKET_CAUSES, nullable=True),
        Column(
            "close_code",
            Type.TEXT,
            "关闭结果",
            "Result at closing; null while open, or if not recorded. Solved are `solved` and `workaround`.",
            values=CLOSE_CODES,
            nullable=True,
        ),
        Column(
            "reopenings",
            Type.INTEGER,
            "重开次数",
            "Number of times that it was opened again after its closing; null if not recorded.",
            unit="次",
            nullable=True,
            minimum=0,
        ),
        Column(
            "satisfaction",
            Type.INTEGER,
            "满意度",
            "Mark of the requesting unit, 1 (worst) to 5 (best); null if it gave none.",
            unit="分",
            nullable=True,
            minimum=1,
            maximum=5,
        ),
        Column(
            "incident_no",
            Type.TEXT,
            "事件编号",
            "Incident of `desk.incidents` that the ticket reports, if any.",
            nullable=True,
        ),
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

DATASETS = (TICKETS,)
