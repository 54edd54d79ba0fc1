"""Sentences of findings that the general texts make, and the phrases that they are made of."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest

from ntanalytics.findings.detector_text import season_clause
from ntanalytics.findings.finding import Comparison, Entity, Excuse, Finding, Window
from ntanalytics.findings.judgement import judge_row, not_applicable, unknown
from ntanalytics.findings.phrases import limit_words, listed, moved, shifted
from ntanalytics.findings.rule import LimitScale, Rule
from ntanalytics.findings.text import RuleText, exceptions, measured, measured_on_worst_day, since_words, word
from ntanalytics.findings.threshold import Status, Threshold
from ntanalytics.metrics.figure_row import FigureRow

DELIVERY = Rule(
    "sms.delivery_rate", "delivery_rate", Threshold(0.97, 0.95, "up"), "联系运营商核查该通道", "a reason",
    count_measure="submitted", min_count=50, label="送达率",
)  # fmt: skip
ON = dt.date(2026, 11, 18)
UNICOM = Entity("carrier", "unicom", "中国联通")


def _finding(status: Status = "critical", label: str = "中国联通", **more: Any) -> Finding:
    given = {"value": 0.71, "format": "rate:1", **more}
    return Finding(rule=DELIVERY, entity=Entity("carrier", label, label), status=status, **given)


@pytest.mark.parametrize(
    ("value", "usual", "sentence"),
    [
        (0.71, 0.989, "送达率 71.0%，近期通常为 98.9%。"),
        (0.96, None, "送达率 96.0%。"),
        (0.985, 0.989, "送达率 98.5%，近期通常为 98.9%。"),
    ],
)
def test_a_value_is_told_with_the_limit_that_it_breaks(value: float, usual: float | None, sentence: str) -> None:
    status = DELIVERY.threshold.judge(value)
    comparison = None if usual is None else Comparison("usual", usual)
    assert measured(_finding(status, value=value, comparison=comparison)) == sentence


def test_a_value_that_chance_explains_is_told_as_such() -> None:
    assert measured(_finding("ok", details={"is_chance": True})) == "送达率 71.0%，超出部分在偶然范围内。"


def test_the_worst_day_of_a_period_is_told_with_the_number_of_such_days() -> None:
    finding = _finding(details={"day": "2026-11-18"}, figures={"days_beyond": 3.0})
    assert measured_on_worst_day(finding, "单日最低") == ("单日最低送达率 71.0%（11月18日）；期内共有 3 天。")
    partly = _finding(details={"day": "2026-11-18", "is_whole": False}, figures={"days_beyond": 3.0})
    assert measured_on_worst_day(partly, "单日最低") == ("已知单日最低送达率 71.0%（11月18日）；期内共有 ≥ 3 天。")
    assert measured_on_worst_day(_finding(), "单日最低") == measured(_finding())


def test_limits_are_told_in_the_format_of_the_measure() -> None:
    assert limit_words(Threshold(120, 600, "down"), "seconds") == "超过 2 分钟 为关注，超过 10 分钟 为异常"
    assert limit_words(Threshold(1, 0, "up"), "integer", "次") == "低于 1 次 为关注"  # no count is below 0
    assert word(_finding()).limits == "低于 97.0% 为关注，低于 95.0% 为异常"


@pytest.mark.parametrize(
    ("departure", "words"),
    [
        (-0.25, "，低 25.0%"),
        (0.5, "，高 50.0%"),
        (8.9, "，高 890.0%"),
        (9.0, "，为通常的 10 倍"),
        (1024.3, "，为通常的 1,025 倍"),
    ],
)
def test_a_rise_is_told_as_a_multiple_from_tenfold_on(departure: float, words: str) -> None:
    rule = replace(DELIVERY, measure="submitted")
    finding = replace(_finding(value=7.0, format="integer", figures={"departure": departure}), rule=rule)
    assert season_clause(finding).endswith(words)


def test_limits_are_told_on_the_scale_of_the_rule_whether_or_not_it_could_be_judged() -> None:
    on_scale: dict[LimitScale, tuple[Threshold, str]] = {
        "silence": (Threshold(600, 3600, "down"), "超过 10 分钟 为关注，超过 1 小时 为异常"),
        "departure": (Threshold(-0.2, -0.4, "up"), "比通常低 20.0 个百分点 为关注，低 40.0 个百分点 为异常"),
        "points of hours": (
            Threshold(0.05, 0.3, "down"),
            "时段内比通常高 5.0 个百分点 为关注，高 30.0 个百分点 为异常",
        ),
    }
    for scale, (threshold, words) in on_scale.items():
        rule = replace(DELIVERY, threshold=threshold, scale=scale)
        assert word(replace(_finding(), rule=rule)).limits == words
        assert word(unknown(rule, "short_history")).limits == words
    counted = replace(DELIVERY, measure="submitted", threshold=Threshold(0.5, 9, "down"), scale="departure")
    assert word(unknown(counted, "short_history")).limits == "比通常高 50% 为关注，高 900% 为异常"


def test_an_unknown_is_told_with_its_reason() -> None:
    few = judge_row(DELIVERY, FigureRow({"delivery_rate": 1.0, "submitted": 3}), UNICOM)
    assert word(few).evidence == "送达率未知：提交量 3 条，不足 50，不作判断。"
    missing = word(unknown(DELIVERY, "missing", UNICOM))
    assert (missing.evidence, missing.limits) == ("送达率未知：数据缺失。", "有数据")
    assert missing.advice == "检查数据源与抽取任务"


def test_a_check_that_no_day_calls_for_is_told_as_such() -> None:
    wording = word(not_applicable(DELIVERY, UNICOM))
    assert (wording.evidence, wording.limits, wording.advice) == ("非工作日，不作判断。", "工作日检查", "")


def test_planned_work_is_told_behind_the_evidence() -> None:
    excused = word(_finding("ok", excuse=Excuse("maintenance", ("BG1",))))
    assert excused.evidence == "送达率 71.0%；计划维护（变更单 BG1），已事先书面确认。"
    assert (excused.since, excused.advice) == ("", "")


def test_an_exception_tells_entity_evidence_since_and_advice() -> None:
    assert exceptions([_finding(since=ON)], word) == [
        "中国联通送达率降至 71.0%，自11月18日起低于限值。建议联系运营商核查该通道。"
    ]
    assert since_words(_finding(since=ON, since_is_bound=True)) == "11月18日或更早"


def test_evidence_that_does_not_begin_with_its_check_follows_a_colon() -> None:
    texts = {DELIVERY.code: RuleText(evidence=lambda _finding: "驻场与备选人员均不在岗。", advice=lambda _finding: "")}
    sentences = exceptions([_finding(label="驻场")], lambda finding: word(finding, texts))
    assert sentences == ["驻场与备选人员均不在岗。"]


def test_the_worst_is_told_first_and_the_rest_is_counted() -> None:
    findings = [_finding("unknown", "丙"), _finding("ok"), _finding("warning", "乙"), _finding("critical", "甲")]
    sentences = exceptions(findings, word, limit=2)
    assert [sentence[0] for sentence in sentences] == ["甲", "乙", "另"]
    assert sentences[-1] == "另有 1 项未知，详见状态一览。"


def test_all_ok_is_told_and_nothing_checked_is_not_ok() -> None:
    assert exceptions([_finding("ok")] * 7, word) == ["7 项检查均正常。"]
    unjudged = replace(_finding("ok"), is_applicable=False)
    assert exceptions([_finding("ok"), unjudged], word) == ["1 项检查均正常；1 项非工作日不作判断。"]
    assert exceptions([unjudged], word) == ["1 项非工作日不作判断。"]
    assert exceptions([], word) == ["没有检查结果，状态未知。"]


def test_many_names_are_cut_short() -> None:
    assert listed(["甲", "乙"]) == "甲、乙"
    assert listed(["甲", "乙", "丙", "丁"]) == "甲、乙、丙等"


@pytest.mark.parametrize(
    ("change", "rate", "phrase"),
    [
        (611, 0.032, "较前一期增加 3.2%（+611 人）"),
        (-611, -0.032, "较前一期减少 3.2%（−611 人）"),
        (5, None, "较前一期增加 5 人"),
        (0, 0.0, "与前一期持平"),
        (None, None, ""),
    ],
)
def test_a_change_of_a_quantity_in_words(change: float | None, rate: float | None, phrase: str) -> None:
    assert moved(change, rate, "人") == phrase


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        (0.011, "较前一期上升 1.1 个百分点"),
        (-0.011, "较前一期下降 1.1 个百分点"),
        (0.0004, "与前一期基本持平"),
        (None, ""),
    ],
)
def test_a_change_of_a_rate_in_words(change: float | None, phrase: str) -> None:
    assert shifted(change) == phrase


def test_no_chinese_character_is_followed_by_ascii_punctuation() -> None:
    sentences = exceptions([_finding(since=ON)], word)
    assert not any(re.search(r"[\u4e00-\u9fff][,:;(]", sentence) for sentence in sentences)


@pytest.mark.parametrize(
    ("figures", "until", "is_over"),
    [
        ({"events_after": 264.0}, 22, True),
        ({"events_after": 3.0}, 22, False),
        ({"events_after": 0.0}, 16, False),
        ({}, 16, True),
        ({}, 22, False),
    ],
)
def test_a_window_is_over_where_events_came_after_it(figures: dict[str, float], until: int, is_over: bool) -> None:
    window = Window(ON, 14 * 3600.0, until * 3600.0)
    finding = _finding(window=window, detector="silence", figures={"expected": 40.0, **figures})
    assert word(finding).event.is_over == is_over
