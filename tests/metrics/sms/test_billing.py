from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.sms import billing

OCTOBER = dt.date(2026, 10, 1)


def _sent(carrier: str, segments: int, day: int = 5) -> dict[str, object]:
    return {"carrier": carrier, "segments": segments, "day": dt.date(2026, 10, day)}


def test_a_bill_above_ours_is_a_finding_priced_at_its_mean_price(messages, bills, listed) -> None:
    ours = messages([_sent("mobile", 60), _sent("mobile", 39, day=31)])
    bill = bills([{"carrier": "mobile", "billed_segments": 100, "billed_yuan": 5.0}])
    assert listed(billing.reconciliation(ours, bill)) == [
        {
            "month_on": OCTOBER,
            "carrier": "mobile",
            "segments": 99,
            "billed_segments": 100,
            "difference_segments": 1,
            "difference_rate": 0.01,
            "billed_yuan": 5.0,
            "difference_yuan": pytest.approx(0.05),
            "is_finding": True,
        }
    ]


@pytest.mark.parametrize(("segments", "is_finding"), [(995, False), (994, True), (1005, False), (1006, True)])
def test_exactly_half_a_percent_is_within_the_tolerance(messages, bills, listed, segments, is_finding) -> None:
    ours = messages([_sent("mobile", 100)] * (segments // 100) + [_sent("mobile", segments % 100)])
    bill = bills([{"carrier": "mobile", "billed_segments": 1000, "billed_yuan": 50.0}])
    assert listed(billing.reconciliation(ours, bill), "is_finding") == [{"is_finding": is_finding}]


def test_a_missing_bill_is_unknown_and_a_bill_for_nothing_is_a_finding(messages, bills, listed) -> None:
    ours = messages([_sent("mobile", 7)])
    bill = bills([{"carrier": "unicom", "billed_segments": 4, "billed_yuan": 0.2}])
    found = listed(
        billing.reconciliation(ours, bill),
        "carrier",
        "segments",
        "billed_segments",
        "difference_segments",
        "is_finding",
    )
    assert [tuple(row.values()) for row in found] == [("mobile", 7, None, None, None), ("unicom", 0, 4, 4, True)]


def test_a_bill_of_zero_has_no_rate_and_is_a_finding_when_we_sent(messages, bills, listed) -> None:
    bill = bills([{"carrier": "mobile", "billed_segments": 0, "billed_yuan": 0.0}])
    found = listed(billing.reconciliation(messages([_sent("mobile", 7)]), bill), "difference_rate", "is_finding")
    assert found == [{"difference_rate": None, "is_finding": True}]


def test_an_incomplete_month_is_not_compared(messages, bills, listed) -> None:
    bill = bills([{"carrier": "mobile", "billed_segments": 100, "billed_yuan": 5.0}])
    [row] = listed(billing.reconciliation(messages([_sent("mobile", 7)]), bill, is_complete=False))
    assert row["billed_segments"] == 100
    assert [row[name] for name in ("segments", "difference_segments", "difference_rate", "is_finding")] == [None] * 4


def test_no_bills_and_no_messages_give_nothing(messages, bills, listed) -> None:
    assert listed(billing.reconciliation(messages([]), bills([]))) == []


def test_every_column_has_its_words(messages, bills) -> None:
    made = billing.reconciliation(messages([]), bills([])).columns
    assert set(made) - set(MEASURES) == {"month_on", "carrier", "billed_segments", "billed_yuan"}  # the contract's
