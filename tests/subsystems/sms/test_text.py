from __future__ import annotations

from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems.sms import text as say

Row = dict[str, Any]


def _moved(now: int, before: int | None, **names: str | None) -> Row:
    change = None if before is None else now - before
    return {
        **names,
        "submitted": now,
        "submitted_before": before,
        "submitted_change": change,
        "submitted_change_rate": change / before if change is not None and before else None,
    }


def _rated(now: float | None, before: float | None, **names: str) -> Row:
    change = None if now is None or before is None else now - before
    return {**names, "delivery_rate": now, "delivery_rate_before": before, "delivery_rate_change": change}


def test_a_change_of_volume_names_the_carriers_and_applications_that_made_it() -> None:
    carriers = [
        _moved(12000, 11000, carrier="mobile"),
        _moved(5000, 5100, carrier="unicom"),
        _moved(4000, 3900, carrier="telecom"),
    ]
    applications = [
        _moved(9000, 8300, application="公文"),
        _moved(100, 0, application="oa"),
        _moved(500, 200, application="苏服办"),
    ]
    assert say.volume([_moved(21000, 20000)], carriers, applications) == (
        "提交短信 21,000 条，较上期增加 5.0%（+1,000 条），主要来自中国移动（+1,000 条）；"
        "应用中主要来自公文（+700 条）、苏服办（+300 条）。"
    )


def test_a_fall_names_those_that_fell() -> None:
    carriers = [_moved(10, 30, carrier="mobile"), _moved(15, 10, carrier="unicom")]
    assert say.volume([_moved(25, 40)], carriers, []) == (
        "提交短信 25 条，较上期减少 37.5%（−15 条），主要来自中国移动（−20 条）。"
    )


def test_an_unchanged_volume_names_nobody() -> None:
    carriers = [_moved(20, 10, carrier="mobile"), _moved(10, 20, carrier="unicom")]
    assert say.volume([_moved(30, 30)], carriers, []) == "提交短信 30 条，与上期持平。"


def test_incomplete_data_are_not_compared() -> None:
    assert say.volume([_moved(30, None)], [], []) == "提交短信 30 条，上期数据不完整，不作比较。"
    assert say.volume([_moved(30, 20)], [], [], is_complete=False) == (
        "提交短信至少 30 条（本期数据不完整，为下限），不作比较。"
    )


@pytest.mark.parametrize(
    ("total", "said"),
    [
        ((0.976, 0.987), "送达率 97.6%，较上期下降 1.1 个百分点；降幅最大的是中国联通（98.9% 降至 95.1%）。"),
        ((0.976, None), "送达率 97.6%，上期无可比数据。"),
        ((None, 0.9), "送达率未知：本期没有已出结果的短信。"),
    ],
)
def test_the_delivery_rate_and_the_carrier_that_fell_most(total: tuple[float | None, float | None], said: str) -> None:
    carriers = [
        _rated(0.951, 0.989, carrier="unicom"),
        _rated(0.98, 0.985, carrier="mobile"),
        _rated(0.9, None, carrier="telecom"),
    ]
    assert say.delivery([_rated(*total)], carriers) == said


def test_the_top_failure_class_has_its_share() -> None:
    classes = [{"failure_class": "number_invalid", "failed": 544}, {"failure_class": "blocked", "failed": 660 - 200}]
    assert say.failures(classes) == "失败 1,004 条，最多的是号码无效，544 条，占 54.2%。"
    assert say.failures([]) == "没有失败短信。"


def test_the_headlines_say_what_is_wrong_and_then_what_changed() -> None:
    total = [_moved(30, 30) | _rated(0.976, 0.976)]
    changed = ["提交短信 30 条，与上期持平。", "送达率 97.6%，与上期持平。", "没有失败短信。"]
    assert say.headlines(total, [], [], []) == changed
    bill = Finding("sms.bill", "sms", "中国移动", "账单", "critical", 0.01, "rate:2", "", "多 12 条。", None, "核对")
    assert say.headlines(total, [], [], [], findings=[bill]) == ["中国移动：多 12 条；建议核对。", *changed]
