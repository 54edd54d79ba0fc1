"""Exceptions in the lines beside figures: what is worse than the days before let expect, and nothing else."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.report_content import unusual_points as module
from ntanalytics.report_content.unusual_points import unusual_days, unusual_leads, unusual_points

SUNDAY = date(2026, 11, 22)
MONDAY = SUNDAY - timedelta(days=6)


def daily(name: str, worked: float, free: float, **changed: float) -> Figures:
    """Five weeks of a measure: a value on working days and one at weekends, and another on some days (``d18=…``)."""
    rows: list[dict[str, Any]] = []
    for back in range(34, -1, -1):
        day = SUNDAY - timedelta(days=back)
        is_worked = day.weekday() < 5
        value = worked + (back % 3) * worked / 100 if is_worked else free
        if day >= MONDAY:
            value = changed.get(f"d{day.day}", value)
        rows.append({"day": day, "is_covered": True, "is_working_day": is_worked, "label": "", name: value})
    return figures(pd.DataFrame(rows))


def test_a_day_below_its_range_is_marked_with_its_value_and_a_weekend_is_not() -> None:
    assert unusual_points(daily("delivery_rate", 0.96, 0.9, d18=0.7), "delivery_rate", MONDAY) == {
        30: "11月18日70.0%，低于通常范围"
    }
    assert unusual_points(daily("logins", 2000, 200), "logins", MONDAY) == {}


def test_what_is_better_than_expected_is_no_exception() -> None:
    assert unusual_points(daily("delivery_rate", 0.9, 0.9, d18=0.999), "delivery_rate", MONDAY) == {}


def test_a_measure_without_a_good_direction_is_marked_on_both_sides() -> None:
    marked = unusual_points(daily("submitted", 2000, 200, d17=9000, d18=100), "submitted", MONDAY)
    assert marked == {29: "11月17日9,000条，高于通常范围", 30: "11月18日100条，低于通常范围"}


def test_days_before_the_period_and_figures_by_week_are_not_judged() -> None:
    assert unusual_points(daily("delivery_rate", 0.96, 0.9, d18=0.7), "delivery_rate", date(2026, 11, 19)) == {}
    assert unusual_points(figures(pd.DataFrame({"week_on": [MONDAY], "active": [3]})), "active", MONDAY) == {}


def test_a_worker_finds_the_exceptions_that_this_process_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    summaries = {
        "sms": _summary("sms", "delivery_rate", daily("delivery_rate", 0.96, 0.9, d18=0.7)),
        "sso": _summary("sso", "accesses", daily("accesses", 2000, 200, d17=9000)),
        "im": _summary("im", "im_active", figures([])),
    }
    found = [{30: "11月18日70.0%，低于通常范围"}, {29: "11月17日9,000次，高于通常范围"}, {}]
    assert [unusual_days(summary, MONDAY) for summary in summaries.values()] == found
    assert unusual_leads(summaries, MONDAY) == found
    monkeypatch.setattr(module, "share_out", _by_a_worker)
    assert unusual_leads(summaries, MONDAY) == found


def _by_a_worker(names: Sequence[str], _: object, there: Callable[[str], Callable[[], Any]]) -> dict[str, Any]:
    """Work out everything from what goes through a pipe."""
    return {name: pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(there(name)))())) for name in names}


def _summary(subsystem: str, lead: str, figures_by_day: Figures) -> SubsystemSummary:
    total = figures([{lead: 1}]).total
    return SubsystemSummary(subsystem=subsystem, highlights="", lead=lead, total=total, daily=figures_by_day)
