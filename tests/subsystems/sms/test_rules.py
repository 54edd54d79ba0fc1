"""Each rule over the SMS platform that asks of a day."""

from __future__ import annotations

import pytest

from ntanalytics.detectors.failure_rate_rise import RateWords, failure_rate_rise
from ntanalytics.detectors.peer_outlier import peer_outlier
from ntanalytics.detectors.seasonal_baseline import seasonal_baseline
from ntanalytics.detectors.volume_gap import volume_gap
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.sms.bill_checks import bills
from tests.subsystems.made import ON, daily, days, failing, hours

WORDS = RateWords("失败", "短信", "条")


@pytest.mark.parametrize(
    ("code", "share", "today", "state"),
    [
        ("sms.failures_rise", 0.02, {9: 0.3, 10: 0.3, 11: 0.3}, "critical"),
        ("sms.failures_rise", 0.02, dict.fromkeys(range(9, 14), 0.09), "warning"),
        ("sms.failures_rise", 0.02, {9: 0.05}, None),
        ("sms.failures_rise", 0.08, dict.fromkeys(range(9, 14), 0.09), None),
        ("sms.internal_failures_rise", 0.0, dict.fromkeys(range(9, 13), 0.05), "warning"),
        ("sms.internal_failures_rise", 0.0, {9: 0.3, 10: 0.3}, "critical"),
        ("sms.internal_failures_rise", 0.01, {9: 0.02}, None),
        ("sms.late_rise", 0.02, {9: 0.8, 10: 0.8, 11: 0.7}, "warning"),
        ("sms.late_rise", 0.02, {9: 0.3}, "warning"),
        ("sms.late_rise", 0.02, {9: 0.05, 10: 0.05}, None),
    ],
)
def test_hours_of_a_carrier_that_are_worse(code, share, today, state):
    table = failing(100, share, today)
    found = failure_rate_rise(RULES[code], table, days(), ON, WORDS, slot_s=3600, subject="中国联通")
    assert [each.state for each in found] == ([state] if state else [])


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (500, "warning"),
        (3000, "critical"),
        (270, "warning"),
        (235, "ok"),
        (100, "ok"),
    ],
)
def test_an_application_that_sends_more(today, state):
    rule = RULES["sms.application_rise"]
    [found] = seasonal_baseline(rule, daily("submitted", 170, today), ON, subject="12345热线回访")
    assert found.state == state


def test_a_rare_application_is_not_judged():
    rule = RULES["sms.application_rise"]
    [found] = seasonal_baseline(rule, daily("submitted", 5, 30), ON, subject="某应用")
    assert found.state == "unknown"


@pytest.mark.parametrize(
    ("code", "amount", "today", "state"),
    [
        ("sms.carrier_lull", 100, {10: 0}, "warning"),
        ("sms.carrier_lull", 100, dict.fromkeys(range(9, 14), 0), "critical"),
        ("sms.carrier_lull", 100, {10: 70}, None),
        ("sms.carrier_lull", 3, {10: 0}, None),
        ("sms.application_lull", 40, {13: 0, 14: 0, 15: 0}, "warning"),
        ("sms.application_lull", 40, {13: 10}, None),
    ],
)
def test_hours_in_which_nothing_is_sent(code, amount, today, state):
    found = volume_gap(RULES[code], hours(amount, today), days(), ON, slot_s=3600, subject="某处")
    assert [each.state for each in found] == ([state] if state else [])


def test_a_carrier_that_is_unlike_the_others():
    def judged(rate, submitted=1000):
        rates = {"telecom": 0.98, "mobile": 0.985, "unicom": rate}
        rows = [{"carrier": name, "delivery_rate": its, "submitted": submitted} for name, its in rates.items()]
        found = peer_outlier(RULES["sms.carrier_unlike"], rows, lambda row: str(row["carrier"]))
        return {each.subject: each.state for each in found}.get("unicom")

    assert [judged(rate) for rate in (0.97, 0.93, 0.8)] == ["ok", "warning", "critical"]
    assert judged(0.5, submitted=100) is None


def test_a_bill_is_judged_on_either_side_by_the_sites_limit():
    def row(rate):
        return {
            "carrier": "unicom",
            "difference_rate": rate,
            "difference_segments": 1000 * rate if rate else None,
            "difference_yuan": None,
        }

    states = [each.state for each in bills([row(0.004), row(0.005), row(0.006), row(-0.006), row(None)])]
    assert states == ["ok", "ok", "critical", "critical", "unknown"]
    assert bills([row(0.006)])[0].threshold == "相差不超过 0.5%"
