"""The rules over the identity platform."""

from __future__ import annotations

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules.rule import Rule

RULES = (
    Rule(
        "identity.login_failure_rate", "login_failure_rate", Threshold(0.12, 0.3, "down"),
        "按方式和原因查看失败构成，核查认证服务与短信通道",
        "Mistyped passwords alone make up to a tenth of all attempts.", of="logins", fewest=50,
    ),
    Rule(
        "identity.attempts", "attempts", Threshold(19, 99, "down"), "封禁来源地址，通知账号所属单位改密",
        "Twenty failures within ten minutes are no typing error (domain.md).", check="疑似暴力破解",
    ),
    Rule(
        "identity.orphan_accounts", "orphan_accounts", Threshold(0, 500, "down"), "与单位核对后停用或调整归属",
        "Each of them is an access that nobody answers for (domain.md).",
    ),
    Rule(
        "identity.dormant_accounts", "dormant_accounts", Threshold(0, 2000, "down"), "核对后停用",
        "Ninety days without a login (domain.md).", is_of_quarter=True,
    ),
)  # fmt: skip
