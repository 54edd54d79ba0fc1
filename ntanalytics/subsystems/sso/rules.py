"""Rules of single sign-on."""

from __future__ import annotations

from ntanalytics.findings.rule import Rule, activity_rule, mass_change_rule, source_rule
from ntanalytics.findings.threshold import Threshold

RULES: tuple[Rule, ...] = (
    Rule(
        "sso.access_failure_rate", "access_failure_rate", Threshold(0.03, 0.1, "down"), "核查应用的接入配置与票据校验",
        "A ticket is refused to a person who has no right, which is rare.", count_measure="accesses", min_count=50,
        cause="refusals",
    ),
    Rule(
        "sso.accesses", "accesses", Threshold(1, 0, "up"), "核实应用是否停用或入口失效",
        "An application in use that nobody reaches in a period is closed, or broken.", label="应用访问量",
        kind="absence", cause="apps",
    ),
    Rule(
        "sso.access_silence", "accesses", Threshold(600, 3300, "down"), "核查单点登录服务与票据库",
        "In office hours somebody goes on to an application every few seconds.", min_count=40, label="应用访问中断",
        kind="absence", scale="silence", cause="login_outages",
    ),
    Rule(
        "sso.app_silence", "accesses", Threshold(3_600, 86_400, "down"), "核实应用是否停用、入口或接入配置失效",
        "An application that many use is reached every hour of an office day; it has other ways in.", min_count=15,
        label="应用无人访问", kind="absence", scale="silence", cause="apps",
    ),
    Rule(
        "sso.app_failures", "refused_accesses", Threshold(0.05, 0.3, "down"), "核查该应用的接入配置、权限与票据校验",
        "One in twenty refused beyond the usual is a setting that was changed.", count_measure="accesses", min_count=10,
        label="某时段访问被拒", kind="burst", scale="points of hours", cause="refusals",
    ),
    # the slow tail, which moves the mean of a subject too little
    Rule(
        "sso.app_p95_rise", "access_p95_ms", Threshold(1.0, 4.0, "down"), "查看该应用的票据校验与后端负载",
        "Twice as long as usual, and half a second at least, is felt.", count_measure="accesses", min_count=50,
        label="应用访问耗时（95%以内）", kind="usual", scale="departure", cause="slow_services",
    ),
    activity_rule("sso", Threshold(4, 20, "down")),
    Rule(
        "sso.unprobed_apps", "unprobed_apps", Threshold(0, 20, "down"), "为这些应用增加探测目标，以应用编号或名称命名",
        "Nobody is told that an application stopped of which no check asks (docs/domain.md, Identity and SSO).",
        kind="hygiene", label="未纳入探测的在用应用", cause="unprobed",
    ),
    mass_change_rule("sso", Threshold(0, 0.5, "down")),
    source_rule("sso"),
)  # fmt: skip
