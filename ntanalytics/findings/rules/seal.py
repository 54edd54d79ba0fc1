"""The rules over electronic seals."""

from __future__ import annotations

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules.rule import Rule

RULES = (
    Rule(
        "seal.signing_failure_rate", "signing_failure_rate", Threshold(0.02, 0.1, "down"), "核查签章服务与时间戳服务",
        "A signing fails for a defective document, which is rare.", of="signings", fewest=20,
    ),
    Rule(
        "seal.testing_days", "waiting_days", Threshold(14, 90, "down"), "安排厂商与用章单位完成测试",
        "A seal that was made is tested within a week or two (domain.md, O11).", check="制作后待测试",
    ),
)  # fmt: skip
