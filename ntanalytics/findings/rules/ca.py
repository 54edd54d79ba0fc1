"""The rules over certificates."""

from __future__ import annotations

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules.rule import Rule

RULES = (
    Rule(
        "ca.certificate_failure_rate", "certificate_failure_rate", Threshold(0.08, 0.25, "down"),
        "按原因核查证书链、吊销列表与介质驱动",
        "Wrong PINs and expired certificates make a few percent.", of="certificate_logins", fewest=50,
    ),
    Rule(
        "ca.expired_tried", "expired_tried", Threshold(0, 50, "down"), "通知持证人办理更新",
        "Who tries an expired certificate cannot work (domain.md).",
    ),
    Rule(
        "ca.expiring_30d", "expiring_30d", Threshold(400, 1200, "down"), "汇总名单，提前组织集中更新",
        "What the CA can renew in a month without a queue.",
    ),
)  # fmt: skip
