"""Office automation 协同办公: members, what they do, and document tasks."""

from __future__ import annotations

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import EDITIONS, MODULES, PLATFORMS, TERMINALS

MEMBERS = Dataset(
    name="oa.members",
    label="协同办公成员",
    kind=Kind.STATE,
    meaning="One account in one edition.",
    columns=(
        Column("account_id", Type.TEXT, "账号", "The account's id.", privacy=Privacy.PSEUDONYM),
        Column("unit", Type.TEXT, "单位", "The unit it belongs to, as the OA names it.", nullable=True),
        Column("edition", Type.TEXT, "版本", "Which edition.", values=EDITIONS),
        Column("is_pc_enabled", Type.BOOLEAN, "电脑端启用", "Whether it may use the edition at a desk."),
        Column("is_mobile_enabled", Type.BOOLEAN, "移动端启用", "Whether it may use the edition on a telephone."),
    ),
    key=("account_id", "edition"),
)

ACTIVITIES = Dataset(
    name="oa.activities",
    label="协同办公操作",
    kind=Kind.EVENT,
    meaning="What one account did in one hour in one module, on one kind of terminal.",
    columns=(
        Column("hour_at", Type.TIMESTAMP, "小时", "The hour."),
        Column("account_id", Type.TEXT, "账号", "The account's id.", privacy=Privacy.PSEUDONYM),
        Column("unit", Type.TEXT, "单位", "The unit it belonged to, as the OA names it.", nullable=True),
        Column("edition", Type.TEXT, "版本", "Which edition.", values=EDITIONS),
        Column("module", Type.TEXT, "模块", "Which module.", values=MODULES),
        Column("terminal", Type.TEXT, "终端", "At a desk or on a telephone.", values=TERMINALS),
        Column(
            "platform", Type.TEXT, "终端类型", "What the terminal is built on; null where that is not known.",
            values=PLATFORMS, nullable=True,
        ),
        Column("actions", Type.INTEGER, "操作次数", "How many actions.", unit="次", minimum=1),
    ),
    key=("hour_at", "account_id", "edition", "module", "terminal", "platform"),
    time="hour_at",
    settles_after=1,
    counts="actions",
)  # fmt: skip

TASKS = Dataset(
    name="oa.tasks",
    label="办理任务",
    kind=Kind.CASE,
    meaning="One step of a document's handling, from its arrival to its completion. No title is kept.",
    columns=(
        Column("task_id", Type.TEXT, "任务编号", "Identifies the task within its source."),
        Column("started_at", Type.TIMESTAMP, "到达时间", "When it came to its handler."),
        Column("unit", Type.TEXT, "单位", "The handler's unit.", nullable=True),
        Column("edition", Type.TEXT, "版本", "Which edition.", values=EDITIONS),
        Column("module", Type.TEXT, "模块", "Which module it belongs to.", values=MODULES),
        Column("due_at", Type.TIMESTAMP, "办理期限", "When it should be done.", nullable=True),
        Column("finished_at", Type.TIMESTAMP, "办结时间", "When it was done; null while open.", nullable=True),
        Column("is_cancelled", Type.BOOLEAN, "已取消", "Whether it ended without being done."),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "When the record last changed."),
        Column(
            "handling_s", Type.NUMBER, "办理用时", "finished_at − started_at, in clock time.",
            unit="秒", nullable=True, minimum=0, elapsed=("started_at", "finished_at"),
        ),
    ),
    key=("task_id",),
    time="started_at",
    changed="changed_at",
    settles_after=2,
)  # fmt: skip

DATASETS = (MEMBERS, ACTIVITIES, TASKS)
