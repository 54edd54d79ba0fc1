"""Single sign-on 单点登录: the applications behind the portal, and their use."""

from __future__ import annotations

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import OUTCOMES

APPS = Dataset(
    name="sso.apps",
    label="接入应用",
    kind=Kind.STATE,
    meaning="One application that is reached through single sign-on.",
    columns=(
        Column("app_id", Type.TEXT, "应用编号", "The application's id in its source."),
        Column("app", Type.TEXT, "应用", "Its name."),
        Column("protocol", Type.TEXT, "协议", "CAS, OAuth, SAML …, as the source writes it.", nullable=True),
        Column("is_enabled", Type.BOOLEAN, "启用", "Whether it can be reached."),
        Column("opened_at", Type.TIMESTAMP, "接入时间", "When it was connected.", nullable=True),
    ),
    key=("app_id",),
)

ACCESSES = Dataset(
    name="sso.accesses",
    label="应用访问",
    kind=Kind.EVENT,
    meaning="One ticket asked for: a person goes on to an application.",
    columns=(
        Column("access_id", Type.TEXT, "访问编号", "Identifies the access within its source and day."),
        Column("accessed_at", Type.TIMESTAMP, "访问时间", "When the ticket was asked for."),
        Column("app_id", Type.TEXT, "应用编号", "The application.", nullable=True),
        Column("account_id", Type.TEXT, "账号", "The account.", nullable=True, privacy=Privacy.PSEUDONYM),
        Column("outcome", Type.TEXT, "结果", "Whether the ticket was granted.", values=OUTCOMES),
        Column(
            "duration_ms", Type.NUMBER, "时长", "How long it took; null where the source does not say.",
            unit="ms", nullable=True, minimum=0,
        ),
    ),
    key=("access_id",),
    time="accessed_at",
    settles_after=1,
)  # fmt: skip

DATASETS = (APPS, ACCESSES)
