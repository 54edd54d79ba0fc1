from __future__ import annotations

import re

import pytest

from ntanalytics.findings.finding import Finding, Threshold
from ntanalytics.findings.sentences import exceptions, limits, listed, measured, moved, shifted

RATE = Threshold(0.97, 0.95, "up")


def _finding(state: str, subject: str = "中国联通", **more: str) -> Finding:
    said = {"evidence": "送达率 71.0%，低于异常阈值 95.0%。", **more}
    return Finding("sms.delivery_rate", "sms", subject, "送达率", state, 0.71, "rate:1", "", **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "usual", "said"),
    [
        (0.71, 0.989, "送达率 71.0%，低于异常阈值 95.0%，近期通常为 98.9%。"),
        (0.96, None, "送达率 96.0%，低于关注阈值 97.0%。"),
        (0.985, 0.989, "送达率 98.5%，近期通常为 98.9%。"),
    ],
)
def test_what_was_measured_is_said_with_the_threshold_it_breaks(value: float, usual: float | None, said: str) -> None:
    assert measured("送达率", value, RATE, "rate:1", usual=usual) == said


def test_limits_are_said_in_the_measures_format() -> None:
    assert limits(Threshold(120, 600, "down"), "seconds") == "高于 2 分 关注，10 分 异常"


def test_an_exception_says_subject_evidence_since_and_advice() -> None:
    found = _finding("critical", since="11月18日", advice="联系运营商核查该通道")
    assert exceptions([found]) == ["中国联通送达率 71.0%，低于异常阈值 95.0%，自11月18日起；建议联系运营商核查该通道。"]
    assert exceptions([_finding("critical", "驻场", evidence="驻场与备选人员均不在岗。")]) == [
        "驻场：驻场与备选人员均不在岗。"
    ]


def test_the_worst_is_said_first_and_the_rest_is_counted() -> None:
    found = [_finding("unknown", "丙"), _finding("ok"), _finding("warning", "乙"), _finding("critical", "甲")]
    said = exceptions(found, most=2)
    assert [each[0] for each in said] == ["甲", "乙", "另"]
    assert said[-1] == "另有 1 项关注、异常或未知，见状态表。"


def test_many_names_are_cut_short() -> None:
    assert listed(["甲", "乙"]) == "甲、乙"
    assert listed(["甲", "乙", "丙", "丁"]) == "甲、乙、丙等"


@pytest.mark.parametrize(
    ("change", "rate", "said"),
    [
        (611, 0.032, "较上期增加 3.2%（+611 人）"),
        (-611, -0.032, "较上期减少 3.2%（−611 人）"),
        (5, None, "较上期增加 5 人"),
        (0, 0.0, "与上期持平"),
        (None, None, ""),
    ],
)
def test_a_change_of_a_quantity_in_words(change: float | None, rate: float | None, said: str) -> None:
    assert moved(change, rate, "人") == said


@pytest.mark.parametrize(
    ("change", "said"),
    [(0.011, "较上期上升 1.1 个百分点"), (-0.011, "较上期下降 1.1 个百分点"), (0.0004, "与上期持平"), (None, "")],
)
def test_a_change_of_a_rate_in_words(change: float | None, said: str) -> None:
    assert shifted(change) == said


def test_everything_in_order_is_said_and_nothing_checked_is_not_in_order() -> None:
    assert exceptions([_finding("ok")] * 7) == ["7 项检查全部正常。"]
    assert exceptions([]) == ["没有检查结果，状态未知。"]


def test_no_chinese_character_is_followed_by_ascii_punctuation() -> None:
    said = exceptions([_finding("critical", since="11月18日", advice="核查")])
    assert not any(re.search(r"[\u4e00-\u9fff][,:;(]", each) for each in said)
