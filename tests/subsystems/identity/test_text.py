"""Sentences of the identity platform."""

from __future__ import annotations

from ntanalytics.findings.finding import Entity, Finding, Window
from ntanalytics.findings.judgement import judge_value
from ntanalytics.subsystems import RULES, word
from tests.subsystems.made import ON, subsystem_finding


def test_an_outage_of_logins_is_told_with_its_minutes() -> None:
    finding = subsystem_finding(
        "identity.login_silence",
        value=2520.0,
        format="seconds",
        detector="silence",
        window=Window(ON, 36_000, 38_520),
        figures={"expected": 630.0},
    )
    assert word(finding).evidence == "10时至10时42分 几乎没有登录，同一时段通常有 630 次。"


def test_a_method_that_fails_is_told_with_its_hours() -> None:
    finding = Finding(
        rule=RULES["identity.method_failures"],
        entity=Entity("method", "sms_code", "短信验证码登录"),
        status="critical",
        value=0.4,
        format="rate:1",
        detector="failure_burst",
        window=Window(ON, 48_600, 59_400),
        figures={"attempts": 600, "failures": 240, "usual": 0.02},
    )
    assert word(finding).evidence == "13时30分至16时30分 登录 600 次，登录失败 240 次（占 40.0%，通常为 2.0%）。"


def test_attempts_by_force_are_told_with_their_hours_and_of_a_week_with_their_day() -> None:
    entity = Entity("address", "worst", "单一来源地址")
    finding = judge_value(RULES["identity.attempts"], 30, [], entity)
    assert word(finding).evidence == "疑似暴力破解 30 次。"
    dated = Finding(
        rule=finding.rule,
        entity=entity,
        status="warning",
        value=30.0,
        window=Window(ON, 32_400, 33_000),
        figures={"others": 1.0},
    )
    assert word(dated).evidence == "9时至9时10分 登录失败 30 次；另有 1 个。"
    assert word(dated.with_details(day="2026-11-16")).evidence == "11月16日 9时至9时10分 登录失败 30 次；另有 1 个。"


def test_accounts_that_nobody_answers_for_are_named_by_their_unit() -> None:
    rule = RULES["identity.orphan_accounts"]
    unit, closed = Entity("unit", "甲局", "甲局"), Entity("units", "closed", "停用单位")
    assert word(judge_value(rule, 3, [], unit)).evidence == "单位已停用，仍有 3 个账号可登录。"
    many = judge_value(rule, 3, [], closed).with_details(units=("甲局", "乙局"))
    assert word(many).evidence == "甲局、乙局共 2 个单位已停用，仍有 3 个账号可登录。"
    none = judge_value(rule, 3, [], Entity("units", "none", "无单位账号"))
    assert word(none).evidence == "3 个可登录账号的单位不存在或为空。"
