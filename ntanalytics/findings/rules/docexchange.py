"""The rules over document exchange."""

from __future__ import annotations

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules.rule import Rule

RULES = (
    Rule(
        "docexchange.signed_in_time_rate", "signed_in_time_rate", Threshold(0.9, 0.75, "up"),
        "向逾期单位发送催办，并核对收文员",
        "Nine of ten deliveries are signed for within a working day in an ordinary week.", of="deliveries", fewest=50,
    ),
    Rule(
        "docexchange.overdue_deliveries", "overdue_deliveries", Threshold(4, 19, "down"),
        "电话催办，核实收文员是否变动",
        "A unit with five overdue documents has left off receiving.", check="逾期未签收",
    ),
    Rule(
        "docexchange.returned_share", "returned_share", Threshold(0.05, 0.2, "down"), "与发文单位核对格式与主送范围",
        "A returned document is an error of the sender's; one in twenty is a pattern.", of="deliveries", fewest=30,
    ),
    Rule(
        "docexchange.call_failure_rate", "call_failure_rate", Threshold(0.02, 0.1, "down"),
        "联系调用方核查接口报文与证书",
        "Interfaces between systems fail for one call in some hundreds.", of="calls", fewest=50,
    ),
)  # fmt: skip
