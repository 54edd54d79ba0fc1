"""Sentences of certificates."""

from __future__ import annotations

from ntanalytics.findings.finding import Entity, Finding, Window
from ntanalytics.subsystems import RULES, word
from tests.subsystems.made import ON

DUE = {"expiring": 500.0, "usual": 165.0, "next_week": 38.0}


def _expiring(**details: bool) -> Finding:
    entity = Entity("certificate_kind", "personal", "个人证书")
    finding = Finding(rule=RULES["ca.expiring_times"], entity=entity, status="warning", value=3.03, figures=DUE)
    return finding.with_details(**details)


def test_a_batch_that_expires_is_told_beside_what_is_usual() -> None:
    assert word(_expiring()).evidence == "30 天内到期 500 张，此后每 30 天通常 165 张。"
    assert word(_expiring(is_batch=True)).evidence == "30 天内到期 500 张，此后每 30 天通常 165 张，为其 3.0 倍。"
    assert word(_expiring(is_growing=True)).evidence == (
        "30 天内到期 500 张，此后每 30 天通常 165 张；随后一周另有 38 张，整批进入 30 天时再提示。"
    )


def test_units_whose_certificate_expires_are_named() -> None:
    entity = Entity("certificate_kind", "unit", "单位证书")
    finding = Finding(rule=RULES["ca.expiring_units"], entity=entity, status="warning", value=1.0)
    named = finding.with_details(units=("甲局（11月21日）",))
    assert word(named).evidence == "1 家单位的证书 1 天内到期或已过期，尚未更新：甲局（11月21日）。"


def test_a_reason_of_refusals_is_told_with_its_hours() -> None:
    finding = Finding(
        rule=RULES["ca.refused_logins"],
        entity=Entity("reason", "untrusted", "证书登录（不受信任）"),
        status="warning",
        value=0.0667,
        detector="failure_burst",
        format="rate:1",
        window=Window(ON, 32_400, 39_600),
        figures={"attempts": 480, "failures": 32, "usual": 0.0},
    )
    assert word(finding).evidence == "9时至11时 证书登录 480 次，证书登录失败 32 次（占 6.7%，通常为 0.0%）。"
