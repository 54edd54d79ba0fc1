"""The rules over the SMS platform."""

from __future__ import annotations

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules.rule import Rule

RULES = (
    Rule(
        "sms.delivery_rate", "delivery_rate", Threshold(0.95, 0.9, "up"), "联系运营商核查该通道，并查看失败代码分布",
        "Numbers out of service make up to a twentieth; below that a channel fails.", of="submitted", fewest=20,
    ),
    Rule(
        "sms.receipt_latency_p95_s", "receipt_latency_p95_s", Threshold(120, 600, "down"),
        "检查网关队列与运营商回执通道",
        "A code that comes after two minutes is asked for again.", of="submitted", fewest=20, check="回执时延 P95",
    ),
    Rule(
        "sms.backlog", "backlog", Threshold(100, 1000, "down"), "检查网关进程、队列与运营商连接",
        "What waits for its report longer than a queue explains.", check="回执积压",
    ),
)  # fmt: skip
