"""Sentences of the SMS platform."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ntanalytics.findings.finding import Comparison, Entity, Finding, Window
from ntanalytics.findings.judgement import unknown
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics import measure
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.subsystems import RULES, word
from ntanalytics.subsystems.sms import text as say
from tests.subsystems.made import ON, Row

NONE = figures([])
UNICOM = Entity("carrier", "unicom", "中国联通")


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
    carriers = figures(
        [
            _moved(12000, 11000, carrier="mobile"),
            _moved(5000, 5100, carrier="unicom"),
            _moved(4000, 3900, carrier="telecom"),
        ]
    )
    applications = figures(
        [
            _moved(9000, 8300, application="公文"),
            _moved(100, 0, application="oa"),
            _moved(500, 200, application="苏服办"),
        ]
    )
    assert say.volume(FigureRow(_moved(21000, 20000)), carriers, applications) == (
        "提交短信 21,000 条，较前一期增加 5.0%（+1,000 条），主要来自中国移动（+1,000 条）；"
        "应用中主要来自公文（+700 条）、苏服办（+300 条）。"
    )


def test_a_fall_names_those_that_fell() -> None:
    carriers = figures([_moved(10, 30, carrier="mobile"), _moved(15, 10, carrier="unicom")])
    assert say.volume(FigureRow(_moved(25, 40)), carriers, NONE) == (
        "提交短信 25 条，较前一期减少 37.5%（−15 条），主要来自中国移动（−20 条）。"
    )


def test_an_unchanged_volume_names_nobody() -> None:
    carriers = figures([_moved(20, 10, carrier="mobile"), _moved(10, 20, carrier="unicom")])
    assert say.volume(FigureRow(_moved(30, 30)), carriers, NONE) == "提交短信 30 条，与前一期持平。"


def test_incomplete_data_are_not_compared() -> None:
    assert say.volume(FigureRow(_moved(30, None)), NONE, NONE) == "提交短信 30 条，前一期数据不完整，不作比较。"
    bound = FigureRow(_moved(30, 20), is_complete=False)
    assert say.volume(bound, NONE, NONE) == "提交短信 ≥ 30 条（本期数据不完整），不作比较。"
    assert say.delivery(FigureRow(_rated(None, 0.9), is_complete=False), NONE) == "送达率未知：本期数据不完整。"


@pytest.mark.parametrize(
    ("total", "said"),
    [
        ((0.976, 0.987), "送达率 97.6%，较前一期下降 1.1 个百分点；降幅最大的是中国联通（98.9% 降至 95.1%）。"),
        ((0.976, None), "送达率 97.6%，前一期无可比数据。"),
        ((None, 0.9), "送达率未知：本期没有已出结果的短信。"),
    ],
)
def test_the_delivery_rate_and_the_carrier_that_fell_most(total: tuple[float | None, float | None], said: str) -> None:
    carriers = figures(
        [
            _rated(0.951, 0.989, carrier="unicom"),
            _rated(0.98, 0.985, carrier="mobile"),
            _rated(0.9, None, carrier="telecom"),
        ]
    )
    assert say.delivery(FigureRow(_rated(*total)), carriers) == said


def test_the_top_failure_class_has_its_share() -> None:
    classes = figures(
        [
            {"failure_class": "number_invalid", "failed": 544, "failed_share": 544 / 1004},
            {"failure_class": "blocked", "failed": 460, "failed_share": 460 / 1004},
        ]
    )
    assert say.failures(FigureRow({"failed": 1004}), classes) == "失败 1,004 条，最多的是空号，544 条，占 54.2%。"
    assert say.failures(FigureRow({"failed": 0}), NONE) == "没有失败短信。"


def test_where_many_failures_lack_their_code_no_cause_is_the_most_frequent() -> None:
    rows = [
        {"failure_class": None, "failed": 267, "failed_share": 267 / 458},
        {"failure_class": "number_invalid", "failed": 191, "failed_share": 191 / 458},
    ]
    total = FigureRow({"failed": 458})
    lacking = Unfilled(dataset="sms.messages", now={"test": {"failure_code"}})
    page: Any = SimpleNamespace(is_complete=True, was_complete=True, note="缺。", unfilled=lacking)
    assert say.failures(total, figures(rows)) == "失败 458 条，最多的是未注明原因的，267 条，占 58.3%。"
    assert say.failures(total, figures(rows, page)) == "失败 458 条，原因未知。"


def test_over_a_gap_failures_are_a_bound_and_never_none() -> None:
    assert say.failures(FigureRow({"failed": 4}, is_complete=False), NONE) == "失败 ≥ 4 条。"
    assert say.failures(FigureRow({"failed": 0}, is_complete=False), NONE) == "失败未知。"


def test_the_headlines_tell_volume_delivery_and_failures() -> None:
    total = FigureRow(_moved(30, 30) | _rated(0.976, 0.976) | {"failed": 0})
    assert say.headlines(total, NONE, NONE, NONE) == [
        "提交短信 30 条，与前一期持平。",
        "送达率 97.6%，与前一期基本持平。",
        "没有失败短信。",
    ]


def _finding(code: str, value: float, status: Status = "critical", **more: Any) -> Finding:
    rule = RULES[code]
    return Finding(
        rule=rule, entity=UNICOM, status=status, value=value, **{"format": measure(rule.measure).format, **more}
    )


def test_a_rate_of_a_day_is_told_with_its_limit_and_what_is_usual() -> None:
    wording = word(_finding("sms.delivery_rate", 0.71, comparison=Comparison("usual", 0.989), since=ON))
    assert wording.evidence == "送达率 71.0%，近期通常为 98.9%。"
    assert (wording.limits, wording.since) == ("低于 95.0% 为关注，低于 90.0% 为异常", "11月20日")
    assert wording.advice == RULES["sms.delivery_rate"].advice
    fine = word(_finding("sms.receipt_latency_p95_s", 8.0, "ok", comparison=Comparison("usual", 8.0)))
    assert (fine.evidence, fine.advice) == ("回执时延（95%以内） 8.0 秒，近期通常为 8.0 秒。", "")
    backlog = word(_finding("sms.backlog", 1500.0))
    assert backlog.evidence == "回执积压 1,500 条。"


def test_the_worst_day_of_a_period_is_told_with_its_date() -> None:
    worst = _finding("sms.delivery_rate", 0.71, details={"day": "2026-11-18"}, figures={"days_beyond": 2.0})
    assert word(worst).evidence == ("单日最低送达率 71.0%（11月18日）；期内共有 2 天。")
    longest = _finding("sms.receipt_latency_p95_s", 12.0, "ok", details={"day": "2026-11-18"})
    assert word(longest).evidence == "单日最长回执时延（95%以内） 12.0 秒（11月18日）。"


@pytest.mark.parametrize(
    ("rate", "segments", "yuan", "status", "evidence"),
    [
        (0.0177, 437, 15.73, "critical", "账单比平台计费多 437 条（1.77%，15.73 元）。"),
        (-0.001, -2, 15.73, "ok", "账单比平台计费少 2 条（0.10%，15.73 元）。"),
        (0.0, 0, 0.0, "ok", "账单与平台计费条数一致。"),
    ],
)
def test_a_bill_is_told_with_its_difference(
    rate: float, segments: int, yuan: float, status: Status, evidence: str
) -> None:
    wording = word(_finding("sms.bill", rate, status, figures={"segments": segments, "yuan": yuan}))
    assert (wording.evidence, wording.limits) == (evidence, "相差不超过 0.5%")
    assert wording.advice == ("与运营商核对账单明细" if status == "critical" else "")


def test_a_bill_that_was_not_reconciled_tells_why() -> None:
    assert (
        word(unknown(RULES["sms.bill"], "incomplete", UNICOM)).evidence == "账单差异未知：账单或账期数据缺失，未对账。"
    )


def test_hours_that_are_worse_are_told_with_their_nouns() -> None:
    finding = _finding(
        "sms.failures_rise",
        0.3,
        detector="failure_rate_rise",
        window=Window(ON, 9 * 3600, 12 * 3600),
        figures={"events": 300, "hits": 90, "usual": 0.02},
    )
    share, usual = format_number(0.3, finding.format), format_number(0.02, finding.format)
    assert word(finding).evidence == f"9时至12时 已出结果短信 300 条，其中失败 90 条，占 {share}，通常为 {usual}。"
