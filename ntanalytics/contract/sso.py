"""Single sign-on 单点登录: applications behind the portal, and accesses."""

from __future__ import annotations

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import OUTCOMES

APPS = Dataset(
    name="sso.apps",
    label="接入应用",
    kind=Kind.STATE,
    meaning="One application behind single sign-on.",
    columns=(
        Column("app_id", Type.TEXT, "应用编号", "Id of the application in its source."),
        Column("app", Type.TEXT, "应用", "Name of the application."),
        Column("protocol", Type.TEXT, "协议", "Protocol as written in the source: CAS, OAuth, SAML …", nullable=True),
        Column("is_enabled", Type.BOOLEAN, "启用", "True if the application is enabled."),
        Column("opened_at", Type.TIMESTAMP, "接入时间", "Time of the connection.", nullable=True),
    ),
    key=("app_id",),
)

ACCESSES = Dataset(
    name="sso.accesses",
    label="应用访问",
    kind=Kind.EVENT,
    meaning="One service ticket request: a person opens an application.",
    columns=(
        Column("access_id", Type.TEXT, "访问编号", "Id of the access, unique in its source and day."),
        Column("accessed_at", Type.TIMESTAMP, "访问时间", "Time of the ticket request."),
        Column("app_id", Type.TEXT, "应用编号", "Application.", nullable=True),
        Column("account_id", Type.TEXT, "账号", "Account.", nullable=True, privacy=Privacy.PSEUDONYM),
        Column(
            "outcome",
            Type.TEXT,
            "结果",
            "Success if the ticket was granted; null if the source has no outcome.",
            values=OUTCOMES,
            nullable=True,
        ),
        Column(
            "duration_ms",
            Type.NUMBER,
            "时长",
            "Duration; null if the source has none.",
            unit="ms",
            nullable=True,
            minimum=0,
        ),
    ),
    key=("access_id",),
    time="accessed_at",
    settles_after=1,
)

DATASETS = (APPS, ACCESSES)
