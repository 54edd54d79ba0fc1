"""Sentences of capacity forecasts."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from ntanalytics.detectors.forecast import HORIZON_DAYS, Forecast, forecast
from ntanalytics.detectors.forecast_volume import Volume
from ntanalytics.report_content.capacity_text import REASONS, forecast_words, lost_words, volume_words
from ntanalytics.subsystems.infra.text import TEXTS

DAY, DECEMBER = dt.date(2026, 11, 20), dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("first", "full", "last", "words"),
    [
        ((2027, 1, 8), (2027, 2, 10), (2027, 3, 20), "预计2027年2月10日写满（2027年1月至3月）"),
        ((2026, 12, 8), (2027, 2, 10), (2027, 3, 20), "预计2027年2月10日写满（12月至2027年3月）"),
        ((2027, 2, 9), (2027, 2, 10), (2027, 2, 12), "预计2027年2月10日写满（2027年2月9日至12日）"),
        ((2027, 2, 10), (2027, 2, 10), (2027, 2, 10), "预计2027年2月10日写满（2027年2月10日）"),
        ((2026, 11, 28), (2026, 11, 29), (2026, 11, 29), "预计11月29日写满（11月28日至29日）"),
        ((2026, 11, 28), (2026, 12, 1), (2026, 12, 2), "预计12月1日写满（11月28日至12月2日）"),
        ((2027, 1, 8), (2027, 2, 10), None, "预计2027年2月10日写满（最早2027年1月）"),
    ],
)
def test_a_forecast_is_told_with_its_interval(
    first: tuple[int, int, int], full: tuple[int, int, int], last: tuple[int, int, int] | None, words: str
) -> None:
    forecast = Forecast(full_on=dt.date(*full), earliest_on=dt.date(*first), latest_on=dt.date(*last) if last else None)
    assert forecast_words(forecast, DAY) == words
    assert forecast_words(forecast, DAY, "用尽") == words.replace("写满", "用尽")


def test_a_forecast_without_a_day_tells_why():
    for reason, words in REASONS.items():
        assert forecast_words(Forecast(reason=reason), DAY) == words
    full = Forecast(full_on=DAY, earliest_on=DAY, latest_on=DAY, reason="full", per_day=1.0)
    assert forecast_words(full, DAY) == "已满"


def test_a_volume_is_told_with_three_digits_or_not_at_all():
    volume = Volume(2290.0, 2290.0 * 0.9, 2290.0 * 1.2, 8)
    assert volume_words(volume, DECEMBER, "条") == "2026 年 12 月预计 2,290 条（区间 2,060—2,750）"
    assert volume_words(Volume(None, None, None, 3), DECEMBER, "条") == "2026 年 12 月数据不足以推算（可用的周 3 个）"


def test_a_forecast_names_the_days_that_it_could_not_use():
    since = dt.date(2026, 10, 5)
    marks = "--" + "+" * 26 + "-" * 15 + "+" * 6  # begins on 7 October; 2 to 16 November are lost
    days = [{"day": since + dt.timedelta(days=n), "is_covered": mark == "+"} for n, mark in enumerate(marks)]
    stated = Volume(2290.0, 2061.0, 2748.0, 4)
    assert lost_words(stated, days) == "（11月2日至11月16日共 15 天的数据不完整，按数据完整的 4 周推算）"
    assert lost_words(Volume(None, None, None, 3), days) == "（11月2日至11月16日共 15 天的数据不完整）"
    assert lost_words(stated, days[:28]) == ""
    assert lost_words(stated, []) == ""


def test_a_disk_that_is_not_full_within_a_year_is_told_alike_by_check_and_forecast() -> None:
    peaks = [(DAY + dt.timedelta(days=number), 0.2 + number * 0.001) for number in range(70)]
    found = forecast(peaks, 1.0)
    assert (found.reason, HORIZON_DAYS) == ("far", 365)
    finding: Any = SimpleNamespace(value=HORIZON_DAYS + 1.0, details={})
    evidence = TEXTS["infra.days_until_full"].evidence
    assert evidence is not None
    assert f"{forecast_words(found, DAY)}。" == evidence(finding)
