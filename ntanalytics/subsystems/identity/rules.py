"""Rules of the identity platform."""

from __future__ import annotations

from ntanalytics.findings.rule import Rule, activity_rule, mass_change_rule, source_rule
from ntanalytics.findings.threshold import Threshold

RULES: tuple[Rule, ...] = (
    Rule(
        "identity.login_failure_rate", "login_failure_rate", Threshold(0.12, 0.3, "down"),
        "按方式和原因查看失败构成，核查认证服务与短信通道",
        "Mistyped passwords alone make up to a tenth of all attempts.", count_measure="logins", min_count=50,
        cause="logins",
    ),
    Rule(
        "identity.login_silence", "logins", Threshold(480, 1080, "down"), "核查认证服务、数据库与入口网络",
        "In office hours somebody logs in every few seconds: ten minutes without a success are an outage.",
        min_count=40, label="登录中断", kind="absence", scale="silence", cause="login_outages",
    ),
    Rule(
        "identity.method_failures", "login_failures", Threshold(0.02, 0.3, "down"),
        "核查该登录方式的认证接口和通道，必要时引导改用其他方式",
        "One in fifty who fails beyond the usual is no chance; one in three cannot work.", count_measure="logins",
        min_count=15, label="某时段登录失败", kind="burst", scale="points of hours", cause="logins",
    ),
    Rule(
        "identity.unit_failures", "login_failure_rate", Threshold(0.3, 0.6, "down"),
        "联系该单位核查网络、终端时间与口令来源，必要时协助改用其他登录方式",
        "One login in ten fails by mistyping; where one in three of several persons fails, and others get in, it is "
        "the unit that cannot work.", count_measure="logins", min_count=20, label="单位登录失败偏多",
        kind="burst", cause="logins",
    ),
    Rule(
        "identity.attempts", "attempts", Threshold(19, 59, "down"), "封禁来源地址，通知账号所属单位改密",
        "Twenty failures within ten minutes are no typing error (docs/domain.md, Identity and SSO: brute-force "
        "suspects); one in ten seconds is a program.", label="疑似暴力破解", kind="burst", cause="brute_force",
    ),
    Rule(
        "identity.forced_accounts", "forced_accounts", Threshold(0, 0, "down"), "立即停用账号并改密，查看登录后的操作",
        "Who gets in after twenty failures within ten minutes has guessed the password.", label="暴力尝试后登录",
        kind="burst", cause="brute_force",
    ),
    Rule(
        "identity.shared_accounts", "shared_accounts", Threshold(0, 19, "down"), "核实账号是否多人共用，督促一人一号",
        "One person does not log in from five addresses within an hour.", kind="hygiene", cause="shared",
    ),
    Rule(
        "identity.sprayed_accounts", "sprayed_accounts", Threshold(4, 19, "down"),
        "封禁来源地址，核查被尝试账号是否有登录",
        "Persons behind one address mistype one password each, and get in; five tried accounts of which few are "
        "entered are a list that is worked through.", label="疑似逐个尝试账号", kind="burst", cause="brute_force",
    ),
    Rule(
        "identity.slow_attempts", "slow_attempts", Threshold(14, 59, "down"), "通知本人改密，核查来源地址与客户端",
        "Who forgot his password gives up, or is let in, after some attempts.", label="疑似缓慢猜解口令", kind="burst",
        cause="brute_force",
    ),
    Rule(
        "identity.two_places", "place_changes", Threshold(2, 9, "down"),
        "与本人核实，停用陌生来源的会话并改密",
        "Who goes to a colleague's desk comes back once; who changes three times within the hour between his own place "
        "and one that he never used is two.", label="疑似一号两地登录",
        kind="burst", cause="brute_force",
    ),
    Rule(
        "identity.awakened_accounts", "awakened_accounts", Threshold(0, 4, "down"),
        "与本人核实，停用无人使用的账号，查看登录后的操作",
        "Nobody comes back after ninety days in the middle of the night.", kind="burst", cause="brute_force",
    ),
    Rule(
        "identity.night_entries", "night_entries", Threshold(4, 19, "down"),
        "封禁来源地址，停用被登录账号的会话并改密，核查登录后的操作",
        "Five persons do not sit by night at one desk that nobody used before; somebody has their passwords.",
        label="夜间陌生来源登录多个账号", kind="burst", cause="brute_force",
    ),
    Rule(
        "identity.night_grants", "night_grants", Threshold(2, 9, "down"), "核对操作工单与操作人，确认授权经过审批",
        "Rights are granted in office hours, and by a night shift once in weeks.", kind="burst", cause="administration",
    ),
    Rule(
        "identity.changes_rise", "account_changes", Threshold(4.0, 19.0, "down"), "核对操作工单，确认变更经过授权",
        "Five times as many deletions, disablings or grants as usual are a clearing-up, or a mistake.",
        label="账号变更激增", kind="usual", scale="departure", cause="administration",
    ),
    Rule(
        "identity.failed_changes", "failed_changes", Threshold(2.0, 9.0, "down"), "查看管理端日志，重做未生效的变更",
        "A change in some dozens fails; three times as many, and ten at least, are a fault.", kind="usual",
        scale="departure",
        cause="administration",
    ),
    Rule(
        "identity.orphan_accounts", "orphan_accounts", Threshold(0, 500, "down"), "与单位核对后停用或调整归属",
        "Each of them is an access that nobody answers for (docs/domain.md, Identity and SSO: orphan).", kind="hygiene",
        cause="accounts",
    ),
    Rule(
        "identity.dormant_accounts", "dormant_accounts", Threshold(0, 2000, "down"), "核对后停用",
        "Ninety days without a login (docs/domain.md, Identity and SSO: dormant).", kind="hygiene", cause="accounts",
    ),
    activity_rule("identity", Threshold(4, 20, "down")),
    mass_change_rule("identity", Threshold(0, 0.5, "down")),
    source_rule("identity"),
)  # fmt: skip
