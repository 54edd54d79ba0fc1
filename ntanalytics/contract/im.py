"""Instant messaging 即时通讯: how much is written, and with what."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Privacy, Type
from ntanalytics.contract.enumerations import PLATFORMS, TERMINALS

MESSAGES = Dataset(
    name="im.messages",
    label="即时消息",
    kind=Kind.EVENT,
    meaning="Messages that one account sent in one hour, of one kind. No text is kept.",
    columns=(
        Column("hour_at", Type.TIMESTAMP, "小时", "The hour."),
        Column("account_id", Type.TEXT, "账号", "The sender.", privacy=Privacy.PSEUDONYM),
        Column(
            "kind", Type.TEXT, "类型", "What was sent.",
            values=MappingProxyType({"text": "文字", "file": "文件", "other": "其他"}),
        ),
        Column(
            "reach", Type.TEXT, "范围", "To one person or to a group.",
            values=MappingProxyType({"single": "单聊", "group": "群聊"}),
        ),
        Column("messages", Type.INTEGER, "消息数", "How many.", unit="条", minimum=1),
    ),
    key=("hour_at", "account_id", "kind", "reach"),
    time="hour_at",
    settles_after=1,
)  # fmt: skip

SESSIONS = Dataset(
    name="im.sessions",
    label="即时通讯会话",
    kind=Kind.EVENT,
    meaning="One account seen with one client in one hour.",
    columns=(
        Column("hour_at", Type.TIMESTAMP, "小时", "The hour."),
        Column("account_id", Type.TEXT, "账号", "The account.", privacy=Privacy.PSEUDONYM),
        Column("client", Type.TEXT, "客户端", "The client's name and version, as it reports itself."),
        Column(
            "terminal", Type.TEXT, "终端", "At a desk or on a telephone; null where it does not tell.",
            values=TERMINALS, nullable=True,
        ),
        Column(
            "platform", Type.TEXT, "终端类型", "What the terminal is built on; null where it does not tell.",
            values=PLATFORMS, nullable=True,
        ),
    ),
    key=("hour_at", "account_id", "client"),
    time="hour_at",
    settles_after=1,
)  # fmt: skip

DATASETS = (MESSAGES, SESSIONS)
