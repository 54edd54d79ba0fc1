"""The rules over single sign-on."""

from __future__ import annotations

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules.rule import Rule

RULES = (
    Rule(
        "sso.access_failure_rate", "access_failure_rate", Threshold(0.03, 0.1, "down"), "核查应用的接入配置与票据校验",
        "A ticket is refused to a person who has no right, which is rare.", of="accesses", fewest=50,
    ),
    Rule(
        "sso.accesses", "accesses", Threshold(1, 0, "up"), "核实应用是否停用或入口失效",
        "An application in use that nobody reaches in a period is closed, or broken.", check="应用访问量",
    ),
)  # fmt: skip
