"""Identity 统一身份认证: units, accounts, what happens to them, and logins."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import OUTCOMES, TERMINALS

#: How a person proves who he is (docs/domain.md, Identity and SSO).
METHODS = MappingProxyType({
    "password": "口令", "ca": "CA证书", "sms_code": "短信验证码", "scan": "扫码", "second_factor": "双因子",
    "federated": "联合登录", "other": "其他",
})  # fmt: skip

#: Why a login failed.
LOGIN_FAILURES = MappingProxyType({
    "wrong_password": "口令错误", "unknown_account": "账号不存在", "locked": "账号锁定", "disabled": "账号停用",
    "wrong_code": "验证码错误", "certificate": "证书问题", "refused": "未授权", "other": "其他",
})  # fmt: skip

UNITS = Dataset(
    name="identity.units",
    label="单位",
    kind=Kind.STATE,
    meaning="One unit or department, as the identity system knows it.",
    columns=(
        Column("unit_id", Type.TEXT, "单位编号", "The unit's id in its source."),
        Column("unit", Type.TEXT, "单位", "The unit's name."),
        Column("parent_id", Type.TEXT, "上级编号", "The unit above it; null for a top one.", nullable=True),
        Column("is_enabled", Type.BOOLEAN, "启用", "Whether it is in use."),
    ),
    key=("unit_id",),
)

ACCOUNTS = Dataset(
    name="identity.accounts",
    label="账号",
    kind=Kind.STATE,
    meaning="One account of a person. No name, number or address is kept.",
    columns=(
        Column("account_id", Type.TEXT, "账号", "The account's id in its source.", privacy=Privacy.PSEUDONYM),
        Column("unit_id", Type.TEXT, "单位编号", "The unit it belongs to; null when it has none.", nullable=True),
        Column("is_enabled", Type.BOOLEAN, "启用", "Whether it may log in."),
        Column("opened_at", Type.TIMESTAMP, "开通时间", "When it was opened.", nullable=True),
        Column(
            "last_login_at", Type.TIMESTAMP, "最近登录", "Its last login; null when it never logged in.", nullable=True
        ),
    ),
    key=("account_id",),
)

ACCOUNT_CHANGES = Dataset(
    name="identity.account_changes",
    label="账号变更",
    kind=Kind.EVENT,
    meaning="One change of an account's or a unit's administration.",
    columns=(
        Column("change_id", Type.TEXT, "变更编号", "Identifies the change within its source and day."),
        Column("changed_at", Type.TIMESTAMP, "变更时间", "When it was made."),
        Column(
            "action", Type.TEXT, "动作", "What was done.",
            values=MappingProxyType({
                "opened": "新增", "changed": "调整", "disabled": "停用",
                "enabled": "启用", "deleted": "删除", "granted": "授权",
            }),
        ),
        Column(
            "subject", Type.TEXT, "对象", "What it was done to.",
            values=MappingProxyType({"account": "账号", "unit": "单位", "permission": "权限"}),
        ),
        Column("outcome", Type.TEXT, "结果", "Whether it took effect.", values=OUTCOMES),
    ),
    key=("change_id",),
    time="changed_at",
    settles_after=1,
)  # fmt: skip

LOGINS = Dataset(
    name="identity.logins",
    label="登录",
    kind=Kind.EVENT,
    meaning="One attempt to log in.",
    columns=(
        Column("login_id", Type.TEXT, "登录编号", "Identifies the attempt within its source and day."),
        Column("logged_in_at", Type.TIMESTAMP, "登录时间", "When it was made."),
        Column(
            "account_id", Type.TEXT, "账号", "The account; null when there is none of that name.",
            nullable=True, privacy=Privacy.PSEUDONYM,
        ),
        Column("method", Type.TEXT, "方式", "How the person proved who he is.", values=METHODS),
        Column("outcome", Type.TEXT, "结果", "Whether he got in.", values=OUTCOMES),
        Column("reason", Type.TEXT, "失败原因", "Why he did not.", values=LOGIN_FAILURES, nullable=True),
        Column(
            "terminal", Type.TEXT, "终端", "Where from; null where the source does not say.",
            values=TERMINALS, nullable=True,
        ),
        Column(
            "address_hash", Type.TEXT, "来源散列", "The client's address, hashed: to see bursts from one address.",
            nullable=True, privacy=Privacy.PSEUDONYM, is_hashed=True,
        ),
    ),
    key=("login_id",),
    time="logged_in_at",
    settles_after=2,
)  # fmt: skip

DATASETS = (UNITS, ACCOUNTS, ACCOUNT_CHANGES, LOGINS)
