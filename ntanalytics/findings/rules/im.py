"""The rules over instant messaging."""

from __future__ import annotations

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules.rule import Rule

RULES = (
    Rule(
        "im.im_messages", "im_messages", Threshold(1, 0, "up"), "核查消息服务与归档插件",
        "A day of work without a message is an outage.",
    ),
)  # fmt: skip
