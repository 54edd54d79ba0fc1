"""Identity 统一身份认证: units, accounts and their changes, and logins."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import OUTCOMES, TERMINALS

#: Authentication methods (docs/domain.md, Identity and SSO).
METHODS = MappingProxyType(
    {
        "password": "口令",
        "ca": "CA证书",
        "sms_code": "短信验证码",
        "scan": "扫码",
        "second_factor": "双因子",
        "federated": "联合登录",
        "other": "其他",
    }
)

#: Reasons of failed logins.
LOGIN_FAILURES = MappingProxyType(
    {
        "wrong_password": "口令错误",
        "unknown_account": "账号不存在",
        "locked": "账号锁定",
        "disabled": "账号停用",
        "wrong_code": "验证码错误",
        "certificate": "证书问题",
        "refused": "未授权",
        "other": "其他",
    }
)

UNITS = Dataset(
    name="identity.units",
    label="单位",
    kind=Kind.STATE,
    meaning="One unit or department of the identity system.",
    columns=(
        Column("unit_id", Type.TEXT, "单位编号", "Id of the unit in its source."),
        Column("unit", Type.TEXT, "单位", "Name of the unit."),
        Column("parent_id", Type.TEXT, "上级编号", "Parent unit; null for a top-level unit.", nullable=True),
        Column("is_enabled", Type.BOOLEAN, "启用", "True if the unit is active."),
    ),
    key=("unit_id",),
)

ACCOUNTS = Dataset(
    name="identity.accounts",
    label="账号",
    kind=Kind.STATE,
    meaning="One account of a person. No name, number or address is kept.",
    columns=(
        Column("account_id", Type.TEXT, "账号", "Id of the account in its source.", privacy=Privacy.PSEUDONYM),
        Column("unit_id", Type.TEXT, "单位编号", "Unit of the account; null if it has none.", nullable=True),
        Column("is_enabled", Type.BOOLEAN, "启用", "True if the account may log in."),
        Column("opened_at", Type.TIMESTAMP, "开通时间", "Time of opening.", nullable=True),
        Column(
            "last_login_at", Type.TIMESTAMP, "最近登录", "Time of the last login; null if there is none.", nullable=True
        ),
    ),
    key=("account_id",),
)

ACCOUNT_CHANGES = Dataset(
    name="identity.account_changes",
    label="账号变更",
    kind=Kind.EVENT,
    meaning="One administrative change of an account or a unit.",
    columns=(
        Column("change_id", Type.TEXT, "变更编号", "Id of the change, unique in its source and day."),
        Column("changed_at", Type.TIMESTAMP, "变更时间", "Time of the change."),
        Column(
            "action",
            Type.TEXT,
            "动作",
            "Action.",
            values={
                "opened": "新增",
                "changed": "调整",
                "disabled": "停用",
                "enabled": "启用",
                "deleted": "删除",
                "granted": "授权",
            },
        ),
        Column(
            "subject",
            Type.TEXT,
            "对象",
            "Object of the action.",
            values={"account": "账号", "unit": "单位", "permission": "权限"},
        ),
        Column("outcome", Type.TEXT, "结果", "Success or failure.", values=OUTCOMES),
    ),
    key=("change_id",),
    time="changed_at",
    settles_after=1,
)

LOGINS = Dataset(
    name="identity.logins",
    label="登录",
    kind=Kind.EVENT,
    meaning="One login attempt.",
    columns=(
        Column("login_id", Type.TEXT, "登录编号", "Id of the attempt, unique in its source and day."),
        Column("logged_in_at", Type.TIMESTAMP, "登录时间", "Time of the attempt."),
        Column(
            "account_id",
            Type.TEXT,
            "账号",
            "Account; null if the name is unknown.",
            nullable=True,
            privacy=Privacy.PSEUDONYM,
        ),
        Column("method", Type.TEXT, "方式", "Authentication method.", values=METHODS),
        Column("outcome", Type.TEXT, "结果", "Success or failure.", values=OUTCOMES),
        Column("reason", Type.TEXT, "失败原因", "Reason of the failure.", values=LOGIN_FAILURES, nullable=True),
        Column(
            "terminal", Type.TEXT, "终端", "Terminal; null if the source has none.", values=TERMINALS, nullable=True
        ),
        Column(
            "address_hash",
            Type.TEXT,
            "来源散列",
            "Hash of the client's address, to detect bursts from one address.",
            nullable=True,
            privacy=Privacy.PSEUDONYM,
            is_hashed=True,
        ),
    ),
    key=("login_id",),
    time="logged_in_at",
    settles_after=2,
)

DATASETS = (UNITS, ACCOUNTS, ACCOUNT_CHANGES, LOGINS)
