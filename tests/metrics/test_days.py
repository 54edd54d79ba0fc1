from __future__ import annotations

import datetime as dt

import ibis

from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.measure import catalogue, count, rate

FIRST = dt.date(2026, 11, 16)
WORDS = catalogue([count("sent", "发送", "", ""), rate("rate", "率", "")])


def test_figures_are_laid_over_the_days_and_a_null_group_keeps_its_own(days, listed) -> None:
    figures = ibis.memtable(
        [
            {"day": FIRST, "unit": None, "sent": 3, "rate": 0.5, "other": 1},
            {"day": FIRST + dt.timedelta(days=2), "unit": None, "sent": 4, "rate": 0.5, "other": 1},
        ],
        schema={"day": "date", "unit": "string", "sent": "int64", "rate": "float64", "other": "int64"},
    )
    laid = fill_days(figures, days(FIRST, "++-"), WORDS, by=["unit"])
    assert laid.columns == ("day", "is_covered", "is_working_day", "label", "unit", "sent", "rate")
    found = sorted(listed(laid, "day", "sent", "rate"), key=lambda row: row["day"])
    assert [(row["sent"], row["rate"]) for row in found] == [(3, 0.5), (0, None), (None, None)]


def test_no_figures_at_all_are_zero_on_covered_days(days, listed) -> None:
    figures = ibis.memtable({"day": [FIRST], "sent": [1]}, schema={"day": "date", "sent": "int64"}).filter(False)
    laid = fill_days(figures, days(FIRST, "+-"), WORDS)
    assert sorted(listed(laid, "sent"), key=str) == [{"sent": 0}, {"sent": None}]
