"""Office automation 协同办公: members, activities, and document tasks."""

from __future__ import annotations

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import EDITIONS, MODULES, PLATFORMS, TERMINALS

MEMBERS = Dataset(
    name="oa.members",
    label="协同办公成员",
    kind=Kind.STATE,
    meaning="One account in one edition.",
    columns=(
        Column("account_id", Type.TEXT, "账号", "Id of the account.", privacy=Privacy.PSEUDONYM),
        Column("unit", Type.TEXT, "单位", "Unit of the account, as named in the OA.", nullable=True),
        Column("edition", Type.TEXT, "版本", "Edition.", values=EDITIONS),
        Column("is_pc_enabled", Type.BOOLEAN, "电脑端启用", "True if the account may use the edition on a PC."),
        Column(
            "is_mobile_enabled",
            Type.BOOLEAN,
            "移动端启用",
            "True if the account may use the edition on a mobile device.",
        ),
    ),
    key=("account_id", "edition"),
    acted_in="oa.activities",
)

ACTIVITIES = Dataset(
    name="oa.activities",
    label="协同办公操作",
    kind=Kind.EVENT,
    meaning="Actions of one account in one hour, module and kind of terminal.",
    columns=(
        Column("hour_at", Type.TIMESTAMP, "小时", "Hour.", grain="hour"),
        Column("account_id", Type.TEXT, "账号", "Id of the account.", privacy=Privacy.PSEUDONYM),
        Column("unit", Type.TEXT, "单位", "Unit of the account at that time, as named in the OA.", nullable=True),
        Column("edition", Type.TEXT, "版本", "Edition.", values=EDITIONS),
        Column("module", Type.TEXT, "模块", "Module.", values=MODULES),
        Column("terminal", Type.TEXT, "终端", "PC or mobile.", values=TERMINALS),
        Column(
            "platform",
            Type.TEXT,
            "终端类型",
            "Platform of the terminal; null if unknown.",
            values=PLATFORMS,
            nullable=True,
        ),
        Column("actions", Type.INTEGER, "操作次数", "Number of actions.", unit="次", minimum=1),
    ),
    key=("hour_at", "account_id", "edition", "module", "terminal", "platform"),
    time="hour_at",
    settles_after=1,
    counts="actions",
)

TASKS = Dataset(
    name="oa.tasks",
    label="办理任务",
    kind=Kind.CASE,
    meaning="One step in the processing of a document, from arrival to completion. No title is kept.",
    columns=(
        Column("task_id", Type.TEXT, "任务编号", "Id of the task, unique in its source."),
        Column("started_at", Type.TIMESTAMP, "到达时间", "Time of arrival."),
        Column("unit", Type.TEXT, "单位", "Unit of the person in charge.", nullable=True),
        Column("edition", Type.TEXT, "版本", "Edition.", values=EDITIONS),
        Column("module", Type.TEXT, "模块", "Module of the task.", values=MODULES),
        Column("due_at", Type.TIMESTAMP, "办理期限", "Deadline.", nullable=True, is_planned=True),
        Column("finished_at", Type.TIMESTAMP, "办结时间", "Time of completion; null while open.", nullable=True),
        Column("is_cancelled", Type.BOOLEAN, "已取消", "True if the task ended without completion."),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
        Column(
            "step",
            Type.TEXT,
            "环节",
            "Step at which an open task waits, as the OA names it; null of an ended task.",
            nullable=True,
        ),
        Column(
            "matter_id",
            Type.TEXT,
            "事项编号",
            "Number of the task's matter (a document's number, a business key), the same in every module.",
            nullable=True,
        ),
        Column(
            "handling_s",
            Type.NUMBER,
            "办理用时",
            "finished_at − started_at, in clock time.",
            unit="秒",
            nullable=True,
            minimum=0,
            elapsed=("started_at", "finished_at"),
        ),
    ),
    key=("task_id",),
    time="started_at",
    changed="changed_at",
    ended=("finished_at",),
    settles_after=2,
)

DATASETS = (MEMBERS, ACTIVITIES, TASKS)
