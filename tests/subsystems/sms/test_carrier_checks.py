from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from ntanalytics.findings.finding import Finding, Threshold
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.sms import carrier_checks

ON = dt.date(2026, 11, 18)
Row = dict[str, Any]


def _sms(day: int, rate: float | None, carrier: str = "unicom", p95: float | None = 8.0, settled: int = 1000) -> Row:
    return {
        "day": dt.date(2026, 11, day),
        "is_covered": True,
        "carrier": carrier,
        "delivered": settled,
        "failed": 0,
        "unknown": 0,
        "delivery_rate": rate,
        "receipt_latency_p95_s": p95,
    }


def _hole(row: Row) -> Row:
    kept = ("day", "carrier", "is_working_day")
    return {name: value if name in kept else None for name, value in row.items()} | {"is_covered": False}


def _by_check(findings: list[Finding]) -> dict[str, Finding]:
    return {each.check: each for each in findings}


def test_a_carrier_whose_delivery_rate_fell_is_bad_with_value_threshold_usual_and_since() -> None:
    daily = [_sms(14, 0.989), _sms(15, 0.99), _sms(16, 0.989), _sms(17, 0.94), _sms(18, 0.71)]
    found = _by_check(carrier_checks.sms(daily, [{"carrier": "unicom", "backlog": 0}], ON, RULES))
    rate = found["送达率"]
    assert (rate.state, rate.subject, rate.value, rate.since) == ("critical", "中国联通", 0.71, "11月17日")
    assert rate.threshold == "低于 95.0% 关注，90.0% 异常"
    assert rate.evidence == "送达率 71.0%，低于异常阈值 90.0%，近期通常为 98.9%。"
    assert rate.advice
    assert (found["回执时延 P95"].state, found["回执时延 P95"].advice) == ("ok", "")
    assert found["回执时延 P95"].evidence == "回执时延 P95 8.0 秒，近期通常为 8.0 秒。"


def test_a_backlog_is_judged_and_one_that_no_row_tells_of_is_empty() -> None:
    daily = [_sms(18, 0.99), _sms(18, 0.99, carrier="mobile")]
    found = carrier_checks.sms(daily, [{"carrier": "unicom", "backlog": 1500}], ON, RULES)
    backlog = {each.subject: each for each in found if each.check == "回执积压"}
    assert (backlog["中国联通"].state, backlog["中国联通"].evidence) == (
        "critical",
        "回执积压 1,500 条，高于异常阈值 1,000 条。",
    )
    assert (backlog["中国移动"].state, backlog["中国移动"].value) == ("ok", 0.0)


def test_a_day_that_was_not_extracted_is_unknown_in_every_check() -> None:
    daily = [_sms(16, 0.99), _hole(_sms(17, 0)), _hole(_sms(18, 0))]
    found = carrier_checks.sms(daily, [], ON, RULES)
    assert [(each.state, each.value, each.since) for each in found] == [("unknown", None, "11月17日")] * 3


def test_nothing_at_all_is_one_unknown() -> None:
    assert [each.state for each in carrier_checks.sms([], [], ON, RULES)] == ["unknown"]


def test_too_few_messages_are_not_judged() -> None:
    # a quiet Sunday needs no line that says so
    assert list(_by_check(carrier_checks.sms([_sms(18, 0.5, settled=399)], [], ON, RULES))) == [
        "回执时延 P95",
        "回执积压",
    ]
    assert list(_by_check(carrier_checks.sms([_sms(18, 0.5, settled=4)], [], ON, RULES))) == ["回执积压"]


def test_a_rate_that_is_null_on_a_covered_day_is_unknown() -> None:
    found = _by_check(carrier_checks.sms([_sms(18, 0.99, p95=None)], [], ON, RULES))
    assert found["回执时延 P95"].state == "unknown"


def test_thresholds_are_the_sites() -> None:
    stricter = {**RULES, "sms.delivery_rate": replace(RULES["sms.delivery_rate"], threshold=Threshold(0.99, 0.9, "up"))}
    found = carrier_checks.sms([_sms(18, 0.98)], [], ON, rules=stricter)
    assert _by_check(found)["送达率"].state == "warning"
