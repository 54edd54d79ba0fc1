import datetime as dt

from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.sms import bill_checks

MONDAY = dt.date(2026, 11, 16)


def day(offset: int, rate: float | None, latency: float | None, settled: int = 1000, carrier: str = "unicom"):
    delivered = round((rate or 0) * settled)
    return {
        "day": MONDAY + dt.timedelta(days=offset),
        "carrier": carrier,
        "delivered": delivered,
        "failed": settled - delivered,
        "unknown": 0,
        "delivery_rate": rate,
        "receipt_latency_p95_s": latency,
    }


def test_the_worst_day_of_a_period_is_found_and_dated():
    rows = [day(-1, 0.5, 9.0), day(0, 0.98, 10.0), day(2, 0.71, 12.0), day(3, 0.93, 11.0)]
    rate, latency = bill_checks.worst_days(rows, MONDAY, RULES)
    assert (rate.state, rate.value) == ("critical", 0.71)
    assert rate.evidence == "单日最低送达率 71.0%（11月18日），低于异常阈值 90.0%；本期共 2 天越过阈值。"
    assert (latency.state, latency.value, latency.advice) == ("ok", 12.0, "")


def test_a_day_of_a_handful_of_messages_is_not_judged():
    (rate, _) = bill_checks.worst_days([day(0, 0.1, None, settled=10)], MONDAY, RULES)
    assert (rate.state, rate.value) == ("unknown", None)


def test_a_day_that_was_not_taken_does_not_count():
    gone = day(1, None, None) | {"delivered": None, "failed": None, "unknown": None}
    (rate, _) = bill_checks.worst_days([day(0, 0.98, 10.0), gone], MONDAY, RULES)
    assert rate.state == "ok"


def test_each_carrier_has_its_own():
    found = bill_checks.worst_days([day(0, 0.98, 1.0), day(0, 0.85, 1.0, carrier="mobile")], MONDAY, RULES)
    assert [(each.subject, each.state) for each in found if each.code == "sms.worst_delivery_rate"] == [
        ("中国移动", "critical"),
        ("中国联通", "ok"),
    ]


def test_bills_are_judged_by_the_reconciliation_and_say_by_how_much():
    row = {
        "carrier": "unicom",
        "difference_segments": 437,
        "difference_rate": 0.0177,
        "difference_yuan": 15.73,
        "is_finding": True,
    }
    less = row | {"carrier": "mobile", "difference_segments": -2, "difference_rate": -0.001, "is_finding": False}
    unknown = row | {"difference_segments": None, "difference_rate": None, "difference_yuan": None, "is_finding": None}
    critical, fine, missing = bill_checks.bills([row, less, unknown], rule=RULES["sms.bill"])
    assert (critical.state, critical.value, critical.evidence) == (
        "critical",
        0.0177,
        "账单比平台计费多 437 条（1.77%，15.73 元）。",
    )
    assert (fine.state, fine.evidence) == ("ok", "账单比平台计费少 2 条（0.10%，15.73 元）。")
    assert (missing.state, missing.value) == ("unknown", None)
    assert bill_checks.bills(None, rule=RULES["sms.bill"]) == []
