"""Money of a month, of its year and of the year before, by the carriers' bills."""

from __future__ import annotations

import datetime as dt

import ibis
import pytest

from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.sms.billing import cost

BILLS = [
    (dt.date(2025, 11, 1), "unicom", 80.0),
    (dt.date(2025, 12, 1), "unicom", 1000.0),
    (dt.date(2026, 1, 1), "unicom", 10.5),
    (dt.date(2026, 11, 1), "unicom", 100.0),
    (dt.date(2026, 12, 1), "unicom", 7.0),
    (dt.date(2026, 11, 1), "mobile", 30.0),
    (dt.date(2025, 11, 1), "telecom", 5.0),
]


def test_the_month_the_year_so_far_and_the_same_month_of_the_year_before() -> None:
    bills = ibis.memtable([dict(zip(("month_on", "carrier", "billed_yuan"), bill, strict=True)) for bill in BILLS])
    mobile, unicom = rows(cost(bills, dt.date(2026, 11, 1)))
    assert (unicom["carrier"], unicom["billed_months"]) == ("unicom", 2)
    assert (unicom["month_yuan"], unicom["year_yuan"], unicom["year_before_yuan"]) == (100.0, 110.5, 80.0)
    assert unicom["month_yuan_year_on_year"] == pytest.approx(0.25)
    assert (mobile["month_yuan"], mobile["year_yuan"], mobile["billed_months"]) == (30.0, 30.0, 1)
    assert mobile["year_before_yuan"] is None
    assert mobile["month_yuan_year_on_year"] is None
