"""Rules of certificates."""

from __future__ import annotations

from ntanalytics.findings.rule import Rule, activity_rule, mass_change_rule, source_rule
from ntanalytics.findings.threshold import Threshold

RULES: tuple[Rule, ...] = (
    Rule(
        "ca.certificate_failure_rate", "certificate_failure_rate", Threshold(0.08, 0.25, "down"),
        "按原因核查证书链、吊销列表与介质驱动", "Wrong PINs and expired certificates make a few percent.",
        count_measure="certificate_logins", min_count=50, cause="logins",
    ),
    Rule(
        "ca.refused_logins", "certificate_failures", Threshold(0.03, 0.3, "down"),
        "按原因核查证书链、吊销列表与介质驱动，必要时回退网关配置",
        "A reason that fails one in thirty of the logins beyond its usual share is a fault of the gateway or the CA.",
        count_measure="certificate_logins", min_count=10, label="某时段证书登录失败", kind="burst",
        scale="points of hours", cause="logins",
    ),
    Rule(
        "ca.login_silence", "certificate_logins", Threshold(600, 3000, "down"), "核查证书网关与签名验签服务",
        "In office hours certificates are used every minute.", min_count=30, label="证书登录中断", kind="absence",
        scale="silence",
        cause="certificate_outages",
    ),
    Rule(
        "ca.expired_tried", "expired_tried", Threshold(0, 50, "down"), "通知持证人办理更新",
        "Who tries an expired certificate cannot work (docs/domain.md, CA and seals: expired and still tried).",
        kind="hygiene", cause="expired",
    ),
    Rule(
        "ca.revoked_tried", "revoked_tried", Threshold(0, 20, "down"), "核实持证人身份，收回或更换介质",
        "A revoked certificate in use belongs to somebody who left, or was not told.", kind="hygiene", cause="revoked",
    ),
    Rule(
        "ca.expiring_30d", "expiring_30d", Threshold(400, 1200, "down"), "汇总名单，提前组织集中更新",
        "What the CA can renew in a month without a queue.", kind="deadline", cause="renewals",
    ),
    Rule(
        "ca.expiring_times", "expiring_times", Threshold(1.4, 8.0, "down"), "汇总名单，提前组织集中更新",
        "Half as many again as in a usual month make a queue at the counter.", count_measure="expiring_30d",
        min_count=30, label="个人证书集中到期", kind="deadline", cause="renewals",
    ),
    Rule(
        "ca.expiring_units", "expiring_units", Threshold(0, 9, "down"), "联系单位立即办理更新",
        "A unit without a certificate can neither sign nor receive.", kind="deadline", cause="renewals",
    ),
    activity_rule("ca", Threshold(4, 20, "down")),
    mass_change_rule("ca", Threshold(0, 0.5, "down")),
    source_rule("ca"),
)  # fmt: skip
