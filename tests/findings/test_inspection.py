from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from ntanalytics.findings import inspection
from ntanalytics.findings.finding import Finding, Threshold
from ntanalytics.findings.rules import RULES

ON = dt.date(2026, 11, 18)
Row = dict[str, Any]


def _sms(day: int, rate: float | None, carrier: str = "unicom", p95: float | None = 8.0, settled: int = 1000) -> Row:
    return {
        "day": dt.date(2026, 11, day), "is_covered": True, "carrier": carrier, "delivered": settled,
        "failed": 0, "unknown": 0, "delivery_rate": rate, "receipt_latency_p95_s": p95,
    }  # fmt: skip


def _hole(row: Row) -> Row:
    kept = ("day", "carrier", "service", "is_working_day")
    return {name: value if name in kept else None for name, value in row.items()} | {"is_covered": False}


def _web(day: int, rate: float | None = 0.001, p95: float | None = 200.0, requests: int = 5000) -> Row:
    return {
        "day": dt.date(2026, 11, day), "is_covered": True, "service": "portal", "requests": requests,
        "error_rate": rate, "timed_requests": requests if p95 else 0, "duration_p95_ms": p95,
    }  # fmt: skip


def _usual(requests: int | None = 5000, usual: float | None = 5000.0, days: int = 4) -> Row:
    against = None if requests is None or usual is None else (requests - usual) / usual
    return {
        "service": "portal", "requests": requests, "usual_requests": usual, "usual_days": days,
        "requests_against_usual": against,
    }  # fmt: skip


def _by_check(findings: list[Finding]) -> dict[str, Finding]:
    return {each.check: each for each in findings}


def test_a_carrier_whose_delivery_rate_fell_is_bad_with_value_threshold_usual_and_since() -> None:
    daily = [_sms(14, 0.989), _sms(15, 0.99), _sms(16, 0.989), _sms(17, 0.94), _sms(18, 0.71)]
    found = _by_check(inspection.sms(daily, [{"carrier": "unicom", "backlog": 0}], ON))
    rate = found["送达率"]
    assert (rate.state, rate.subject, rate.value, rate.since) == ("bad", "中国联通", 0.71, "11月17日")
    assert rate.threshold == "低于 95.0% 关注，90.0% 异常"
    assert rate.evidence == "送达率 71.0%，低于异常阈值 90.0%，近期通常为 98.9%。"
    assert rate.advice
    assert (found["回执时延 P95"].state, found["回执时延 P95"].advice) == ("ok", "")
    assert found["回执时延 P95"].evidence == "回执时延 P95 8.0 秒，近期通常为 8.0 秒。"


def test_a_backlog_is_judged_and_one_that_no_row_tells_of_is_empty() -> None:
    daily = [_sms(18, 0.99), _sms(18, 0.99, carrier="mobile")]
    found = inspection.sms(daily, [{"carrier": "unicom", "backlog": 1500}], ON)
    backlog = {each.subject: each for each in found if each.check == "回执积压"}
    assert (backlog["中国联通"].state, backlog["中国联通"].evidence) == (
        "bad",
        "回执积压 1,500 条，高于异常阈值 1,000 条。",
    )
    assert (backlog["中国移动"].state, backlog["中国移动"].value) == ("ok", 0.0)


def test_a_day_that_was_not_extracted_is_unknown_in_every_check() -> None:
    daily = [_sms(16, 0.99), _hole(_sms(17, 0)), _hole(_sms(18, 0))]
    found = inspection.sms(daily, [], ON)
    assert [(each.state, each.value, each.since) for each in found] == [("unknown", None, "11月17日")] * 3
    web = inspection.web([_web(17), _hole(_web(18))], [_usual(None)], ON)
    assert [(each.state, each.value, each.since) for each in web] == [("unknown", None, "11月18日")] * 3


def test_nothing_at_all_is_one_unknown() -> None:
    for found in (inspection.sms([], [], ON), inspection.web([], [], ON)):
        assert [each.state for each in found] == ["unknown"]


def test_too_few_messages_are_not_judged() -> None:
    found = _by_check(inspection.sms([_sms(18, 0.5, settled=4)], [], ON))
    assert found["送达率"].state == found["回执时延 P95"].state == "unknown"
    assert found["送达率"].evidence == "送达率未知：已有结果的短信 4 条，不足 20 条，不作判断。"


def test_a_rate_that_is_null_on_a_covered_day_is_unknown() -> None:
    found = _by_check(inspection.sms([_sms(18, 0.99, p95=None)], [], ON))
    assert found["回执时延 P95"].state == "unknown"


def test_thresholds_are_the_sites() -> None:
    stricter = {**RULES, "sms.delivery_rate": replace(RULES["sms.delivery_rate"], threshold=Threshold(0.99, 0.9, "up"))}
    found = inspection.sms([_sms(18, 0.98)], [], ON, rules=stricter)
    assert _by_check(found)["送达率"].state == "watch"


def test_an_error_burst_is_found() -> None:
    found = _by_check(inspection.web([_web(16), _web(17), _web(18, rate=0.08)], [_usual()], ON))
    assert (found["错误率"].state, found["错误率"].since) == ("bad", "11月18日")
    assert found["响应时间 P95"].state == found["请求量"].state == "ok"


def test_a_log_without_times_leaves_the_response_time_unknown_and_says_what_to_do() -> None:
    found = _by_check(inspection.web([_web(17, p95=None), _web(18, p95=None)], [_usual()], ON))["响应时间 P95"]
    assert (found.state, found.evidence) == ("unknown", "响应时间 P95 未知：日志未记录响应时间。")
    assert found.advice == "在日志格式中加入响应时间"


@pytest.mark.parametrize(
    ("requests", "state"), [(5000, "ok"), (2500, "ok"), (2400, "watch"), (900, "bad"), (10100, "watch"), (20100, "bad")]
)
def test_a_fall_and_a_rise_of_requests_are_both_seen(requests: int, state: str) -> None:
    found = _by_check(inspection.web([_web(18, requests=requests)], [_usual(requests)], ON))["请求量"]
    assert found.state == state


def test_a_service_that_fell_silent_is_bad_by_volume_and_unknown_by_rate() -> None:
    found = _by_check(inspection.web([_web(17), _web(18, rate=None, p95=None, requests=0)], [_usual(0)], ON))
    assert found["请求量"].state == "bad"
    assert found["请求量"].evidence == "请求 0 次，较近四周同一星期几的中位数 5,000 次低 100.0%。"
    assert found["错误率"].state == "unknown"


def test_too_few_comparable_days_say_so() -> None:
    found = _by_check(inspection.web([_web(18)], [_usual(5000, None, 1)], ON))["请求量"]
    assert (found.state, found.value) == ("unknown", None)
    assert found.evidence == "请求 5,000 次，可比的同一星期几只有 1 天，不作判断。"
