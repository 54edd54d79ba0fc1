"""What is coming, on disks worked out by hand, and which figures show a problem day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ntanalytics.checks.context import QUARTER_DAYS
from ntanalytics.detectors.forecast import Forecast, forecast
from ntanalytics.metrics import MEASURES
from ntanalytics.periods import PeriodKind
from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.report_content.capacity import Disk, disk_charts, disks_table, not_before
from ntanalytics.report_content.contents import needs_of

FIRST = date(2026, 10, 1)


def disk(host: str, first: float, per_day: float, days: int = 30) -> Disk:
    peaks = tuple((FIRST + timedelta(days=day), first + per_day * day) for day in range(days))
    return Disk(host, "/data", peaks, forecast(peaks, 1.0), peaks[-1][0])


def test_the_disks_that_fill_are_listed_and_the_rest_is_counted() -> None:
    filling = disk("db-1", 0.5, 0.01)  # full 50 days after the first
    still = [disk(f"app-{number}", 0.3, 0.0) for number in range(12)]
    made = disks_table([filling, *still], {})
    assert [row["host"] for row in made.rows] == ["db-1", *(f"app-{number}" for number in range(7))]
    assert str(made.rows[0]["words"]).startswith("预计11月20日写满（11月19日至")
    assert made.rows[1]["words"] == "未见增长趋势"
    assert made.note.endswith("另有 5 个磁盘未列出。")
    assert disks_table([], {}).note == "历史不足：没有磁盘数据。"


def test_a_disk_that_was_not_measured_on_the_last_day_has_no_use_now() -> None:
    whole, cut = disk("db-1", 0.5, 0.01), replace(disk("db-2", 0.5, 0.01), last_day=date(2026, 10, 31))
    assert [row["used"] for row in disks_table([whole, cut], {}).rows] == [pytest.approx(0.79), None]


def test_the_forecast_is_drawn_from_the_last_peak_to_a_full_disk_within_its_interval() -> None:
    [chart] = disk_charts([disk("db-1", 0.5, 0.01), disk("app-1", 0.3, 0.0)], {})
    assert chart.title.startswith("db-1 /data 预计11月20日写满")
    by_day = {row["day"]: row for row in chart.rows}
    assert by_day["2026-10-29"]["expected"] is None
    assert by_day["2026-10-30"]["expected"] == by_day["2026-10-30"]["used"] == pytest.approx(0.79)
    assert by_day["2026-11-20"]["expected"] == pytest.approx(1.0)
    assert by_day["2026-11-20"]["used"] is None
    later = [row for row in chart.rows if row["expected"] is not None]
    assert all(row["low"] <= row["expected"] + 1e-9 and row["expected"] <= row["high"] + 1e-9 for row in later)


def test_every_trend_is_of_data_that_the_report_takes_for_a_quarter() -> None:
    needs = needs_of("optimization_recommendations", PeriodKind.MONTH)
    trends = [cause.trend for cause in CAUSES if cause.trend is not None]
    assert trends
    assert all(needs[trend.dataset] >= QUARTER_DAYS - 1 and trend.measure in MEASURES for trend in trends)


def test_no_forecast_names_a_day_before_the_report() -> None:
    # a disk that was measured until the 1st, and would be full on the 4th
    seen = Forecast(full_on=date(2026, 11, 4), earliest_on=date(2026, 11, 3), latest_on=date(2026, 11, 21))
    told = not_before(seen, date(2026, 11, 20))
    assert (told.full_on, told.earliest_on) == (date(2026, 11, 20), date(2026, 11, 20))
    assert told.latest_on == date(2026, 11, 21)
    assert not_before(Forecast(reason="far"), date(2026, 11, 20)) == Forecast(reason="far")
