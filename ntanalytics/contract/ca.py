"""Certificates CA证书: issued certificates, and logins with them."""

from __future__ import annotations

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import OUTCOMES

CERTIFICATES = Dataset(
    name="ca.certificates",
    label="证书",
    kind=Kind.STATE,
    meaning="One certificate of the provincial e-government CA. No name of its subject is kept.",
    columns=(
        Column("certificate_id", Type.TEXT, "证书编号", "Serial number or fingerprint.", privacy=Privacy.PSEUDONYM),
        Column(
            "kind",
            Type.TEXT,
            "种类",
            "Certificate of a unit or of a person.",
            values={"unit": "单位证书", "personal": "个人证书"},
        ),
        Column("unit", Type.TEXT, "单位", "Unit of the certificate.", nullable=True),
        Column(
            "state",
            Type.TEXT,
            "状态",
            "State in the CA; expiry follows from expires_at.",
            values={"active": "有效", "revoked": "已吊销", "inactive": "未启用", "archived": "已归档"},
        ),
        Column(
            "issued_at",
            Type.TIMESTAMP,
            "签发时间",
            "Time of issue, or begin of its validity.",
            nullable=True,
            is_planned=True,
        ),
        Column("expires_at", Type.TIMESTAMP, "到期时间", "Expiry.", is_planned=True),
        Column("revoked_at", Type.TIMESTAMP, "吊销时间", "Time of revocation.", nullable=True),
    ),
    key=("certificate_id",),
)

LOGINS = Dataset(
    name="ca.logins",
    label="证书登录",
    kind=Kind.EVENT,
    meaning="One login attempt with a certificate.",
    columns=(
        Column("login_id", Type.TEXT, "登录编号", "Id of the attempt, unique in its source and day."),
        Column("logged_in_at", Type.TIMESTAMP, "登录时间", "Time of the attempt."),
        Column("certificate_id", Type.TEXT, "证书编号", "Certificate.", nullable=True, privacy=Privacy.PSEUDONYM),
        Column("outcome", Type.TEXT, "结果", "Success or failure.", values=OUTCOMES),
        Column(
            "reason",
            Type.TEXT,
            "失败原因",
            "Reason of the failure.",
            values={
                "expired": "证书过期",
                "revoked": "证书吊销",
                "untrusted": "不受信任",
                "pin": "口令错误",
                "device": "介质问题",
                "other": "其他",
            },
            nullable=True,
        ),
    ),
    key=("login_id",),
    time="logged_in_at",
    settles_after=2,
)

DATASETS = (CERTIFICATES, LOGINS)
