"""Instant messaging 即时通讯: messages, and the clients in use."""

from __future__ import annotations

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import PLATFORMS, TERMINALS

MESSAGES = Dataset(
    name="im.messages",
    label="即时消息",
    kind=Kind.EVENT,
    meaning="Messages of one kind, sent by one account in one hour. No text is kept.",
    columns=(
        Column("hour_at", Type.TIMESTAMP, "小时", "Hour.", grain="hour"),
        Column("account_id", Type.TEXT, "账号", "Sender.", privacy=Privacy.PSEUDONYM),
        Column("kind", Type.TEXT, "类型", "Kind of content.", values={"text": "文字", "file": "文件", "other": "其他"}),
        Column("reach", Type.TEXT, "范围", "To one person or to a group.", values={"single": "单聊", "group": "群聊"}),
        Column("messages", Type.INTEGER, "消息数", "Number of messages.", unit="条", minimum=1),
    ),
    key=("hour_at", "account_id", "kind", "reach"),
    time="hour_at",
    settles_after=1,
)

SESSIONS = Dataset(
    name="im.sessions",
    label="即时通讯会话",
    kind=Kind.EVENT,
    meaning="One account with one client in one hour.",
    columns=(
        Column("hour_at", Type.TIMESTAMP, "小时", "Hour.", grain="hour"),
        Column("account_id", Type.TEXT, "账号", "Account.", privacy=Privacy.PSEUDONYM),
        Column("client", Type.TEXT, "客户端", "Name and version of the client, as it reports them."),
        Column("terminal", Type.TEXT, "终端", "PC or mobile; null if unknown.", values=TERMINALS, nullable=True),
        Column(
            "platform",
            Type.TEXT,
            "终端类型",
            "Platform of the terminal; null if unknown.",
            values=PLATFORMS,
            nullable=True,
        ),
    ),
    key=("hour_at", "account_id", "client"),
    time="hour_at",
    settles_after=1,
)

DATASETS = (MESSAGES, SESSIONS)
