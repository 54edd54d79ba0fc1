"""Rules of electronic seals."""

from __future__ import annotations

from ntanalytics.findings.rule import Rule, activity_rule, mass_change_rule, source_rule
from ntanalytics.findings.threshold import Threshold

RULES: tuple[Rule, ...] = (
    Rule(
        "seal.signing_failure_rate", "signing_failure_rate", Threshold(0.02, 0.1, "down"), "核查签章服务与时间戳服务",
        "A signing fails for a defective document, which is rare.", count_measure="signings", min_count=20,
        cause="signings",
    ),
    Rule(
        "seal.signing_failures", "signing_failures", Threshold(0.05, 0.2, "down"), "核查签章服务与时间戳服务",
        "A signing in some hundreds fails: five in a few hours are a fault of the service.", count_measure="signings",
        min_count=4, label="某时段签章失败", kind="burst", scale="points of hours", cause="signings",
    ),
    Rule(
        "seal.verification_failures", "verification_failures", Threshold(0.05, 0.25, "down"),
        "核查验签服务、证书链与时间戳", "A verification in some hundreds fails, for a seal that is not found.",
        count_measure="verifications", min_count=5, label="某时段验章失败", kind="burst",
        scale="points of hours", cause="signings",
    ),
    Rule(
        "seal.signing_silence", "signings", Threshold(3_600, 10_800, "down"), "核查签章服务与密码机",
        "On a working day something is signed every few minutes.", min_count=25, label="签章中断", kind="absence",
        scale="silence",
        cause="standstill",
    ),
    Rule(
        "seal.suspended_signings", "suspended_signings", Threshold(0, 0, "down"),
        "立即核查该印章与签章服务的状态校验，确认已签文件是否有效",
        "A seal that was suspended or revoked signs nothing (docs/domain.md, CA and seals: misuse).", kind="burst",
        cause="seal_misuse",
    ),
    Rule(
        "seal.night_signings", "night_signings", Threshold(2, 9, "down"),
        "与用印单位核实夜间用印是否经过审批，核对所签文件",
        "An urgent document is sealed by night once or twice; one seal that goes on signing is used by somebody else "
        "(docs/domain.md, CA and seals: misuse).", kind="burst", cause="seal_misuse",
    ),
    activity_rule(
        "seal", Threshold(4, 20, "down"), advice="与用印单位核实该印章当日的用印，停用该印章，核对所签文件",
        label="印章用印量远超常态", min_count=20,
    ),
    Rule(
        "seal.testing_days", "waiting_days", Threshold(21, 90, "down"), "安排供应商与用章单位完成测试",
        "A seal that was made is tested within a week or two, a long holiday adds one (docs/domain.md, O11).",
        label="制作后待测试", kind="deadline", cause="seals",
    ),
    Rule(
        "seal.making_days", "making_wait_days", Threshold(30, 90, "down"), "催办制章单位，核对申请材料",
        "A seal is made within two weeks of its request; a long holiday adds one (docs/domain.md, O11).",
        label="申请后待制作", kind="deadline", cause="seals",
    ),
    mass_change_rule("seal", Threshold(0, 0.5, "down")),
    source_rule("seal"),
)  # fmt: skip
