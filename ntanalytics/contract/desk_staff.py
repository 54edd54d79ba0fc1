"""Service desk 运维服务: presence, manual checks, the team, and who may do what."""

from __future__ import annotations

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import SUBSYSTEMS

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

ACCESS_GRANTS = Dataset(
    name="desk.access_grants",
    label="权限台账",
    kind=Kind.CASE,
    meaning="One right of operations staff, a unit's administrator, an interface or a third party, from its granting "
    "to its removal (docs/domain.md, Service quality and score).",
    columns=(
        Column("grant_no", Type.TEXT, "权限编号", "Number of the grant."),
        Column("granted_at", Type.TIMESTAMP, "授予时间", "Time of granting."),
        Column("subsystem", Type.TEXT, "系统", "Subsystem of the right.", values=SUBSYSTEMS),
        Column(
            "account",
            Type.TEXT,
            "账号",
            "Account that holds the right, as a number or a login name.",
            privacy=Privacy.PSEUDONYM,
        ),
        Column(
            "holder",
            Type.TEXT,
            "持有方",
            "Kind of holder.",
            values={
                "operations": "运维人员",
                "unit_administrator": "单位管理员",
                "interface": "接口账号",
                "third_party": "第三方",
            },
        ),
        Column("permission", Type.TEXT, "权限", "Name of the right or role."),
        Column("unit", Type.TEXT, "单位", "Unit of the holder.", nullable=True),
        Column("approved_at", Type.TIMESTAMP, "批准时间", "Time of the approval; null without one.", nullable=True),
        Column("approved_by", Type.TEXT, "批准部门", "Department that approved.", nullable=True),
        Column("ticket_no", Type.TEXT, "工单号", "Ticket behind the grant.", nullable=True),
        Column("modified_at", Type.TIMESTAMP, "变更时间", "Time of the last modification of the right.", nullable=True),
        Column(
            "last_used_on",
            Type.DATE,
            "最近使用日期",
            "Last day of use; null if not recorded: unknown, not never.",
            nullable=True,
        ),
        Column("reviewed_on", Type.DATE, "最近复核日期", "Day of the last access review.", nullable=True),
        Column("removed_at", Type.TIMESTAMP, "撤销时间", "Time of removal; null while it holds.", nullable=True),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
    ),
    key=("grant_no",),
    time="granted_at",
    changed="changed_at",
    ended=("removed_at",),
    settles_after=14,
)

DATASETS = (ATTENDANCE, CHECKS, ROSTER, ACCESS_GRANTS)
