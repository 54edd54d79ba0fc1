"""Sentences of single sign-on."""

from __future__ import annotations

from ntanalytics.findings.finding import Entity, Finding, Window
from ntanalytics.subsystems import RULES, word
from tests.subsystems.made import ON, subsystem_finding

SEAL = Entity("app", "seal", "电子印章")


def test_an_application_that_nobody_reaches_is_told_with_its_hours() -> None:
    finding = Finding(
        rule=RULES["sso.app_silence"],
        entity=SEAL,
        status="warning",
        value=36_000.0,
        format="seconds",
        detector="silence",
        window=Window(ON, 28_800, 64_800),
        figures={"expected": 400.0},
    )
    wording = word(finding)
    assert (wording.entity, wording.evidence) == ("电子印章", "8时至18时 几乎没有应用访问，同一时段通常有 400 次。")
    assert wording.limits == "超过 1 小时 为关注，超过 24 小时 为异常"


def test_a_share_that_chance_explains_is_told_as_such() -> None:
    finding = subsystem_finding("sso.access_failure_rate", "ok", value=0.09, format="rate:2")
    assert word(finding.with_details(is_chance=True)).evidence.endswith("9.00%，超出部分在偶然范围内。")


def test_accesses_by_application_tell_how_many_name_none() -> None:
    rule = RULES["sso.accesses"]
    finding = Finding(rule=rule, entity=SEAL, status="ok", value=8.0, format="integer", certainty="lower_bound")
    assert word(finding).evidence == "应用访问量 ≥ 8 次。"
    told = finding.with_figures(nameless=1206.0)
    assert word(told).evidence == "应用访问量 ≥ 8 次，另有 1,206 次访问缺少应用编号。"
    unknown = Finding(rule=rule, entity=SEAL, status="unknown", unknown="incomplete", figures={"nameless": 6.0})
    assert word(unknown).evidence == "应用访问量未知：有 6 次访问缺少应用编号。"
