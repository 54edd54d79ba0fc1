"""The rules over the data themselves: far fewer rows, silent sources, sensors at a stand; by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.data.row_counts import SourceDays, row_counts, stood_still

#: A Friday.
ON = dt.date(2026, 11, 20)


def _taken(
    *last: int | None, usual: int = 1000, free: int = 50, dataset: str = "sms.messages", on: dt.date = ON
) -> SourceDays:
    """Ten weeks of ``usual`` rows a working day and ``free`` on a free one, the last days as given; None is a hole."""
    days = []
    for back in range(70, -1, -1):
        day = on - dt.timedelta(days=back)
        is_worked = day.weekday() < 5
        rows: int | None = usual if is_worked else free
        if back < len(last):
            rows = last[len(last) - 1 - back]
        days.append(
            {"day": day, "is_covered": rows is not None, "is_working_day": is_worked, "label": "", "source_rows": rows}
        )
    return SourceDays(dataset, "短信", "sms", tuple(days))


def _found(*taken: SourceDays, on: dt.date = ON) -> list[tuple[str, str, str]]:
    return [(each.code, each.subject, each.state) for each in row_counts(RULES, taken, on)]


def test_a_day_that_came_with_a_fifth_of_its_rows_is_watched_and_a_quiet_one_is_not():
    assert _found(_taken(180)) == [("data.rows_fall", "短信（sms）", "warning")]
    assert _found(_taken(40)) == [("data.rows_fall", "短信（sms）", "critical")]
    assert _found(_taken(300)) == _found(_taken(1000)) == []  # the working day before a holiday is that quiet


def test_a_weekend_is_held_against_weekends_and_small_numbers_say_nothing():
    sunday = ON + dt.timedelta(days=2)
    assert _found(_taken(1000, 45, 48, on=sunday), on=sunday) == []
    assert _found(_taken(1, usual=6, free=1)) == []


def test_a_source_that_fell_silent_is_told_with_for_how_long():
    [found] = row_counts(RULES, [_taken(0)], ON)
    assert (found.code, found.state, found.since, found.subsystem) == ("data.silent_days", "warning", "11月20日", "sms")
    assert found.evidence == "连续 1 天没有数据，通常同样的日子共有 1,000 行。"
    [worse] = row_counts(RULES, [_taken(0, 0, 0)], ON)
    assert (worse.state, worse.value, worse.since) == ("critical", 3.0, "11月18日")


def test_a_source_of_few_rows_is_silent_only_after_days_and_one_that_is_a_hole_is_not_known():
    assert _found(_taken(0, 0, usual=5, free=0)) == []
    assert _found(_taken(0, 0, 0, 0, usual=5, free=0)) == [("data.silent_days", "短信（sms）", "critical")]
    assert _found(_taken(None)) == []
    assert _found(_taken(0, usual=0, free=0)) == []  # a book that is filled now and then


def test_a_book_that_is_filled_on_saturdays_is_not_missed_on_a_holiday():
    weekly = _taken(usual=0, free=0)
    rows = [
        {**row, "source_rows": 22 if row["day"].weekday() == 5 else 0, "is_working_day": row["day"].weekday() < 5}
        for row in weekly.days
    ]
    rows[-2:] = [{**row, "is_working_day": False} for row in rows[-2:]]  # a holiday on Thursday and Friday
    assert _found(replace(weekly, days=tuple(rows))) == []
    saturday = ON + dt.timedelta(days=1)
    empty = {**rows[-1], "day": saturday, "is_working_day": False, "source_rows": 0}
    found = row_counts(RULES, [replace(weekly, days=(*rows, empty))], saturday)
    assert [(each.code, each.state) for each in found] == [("data.silent_days", "critical")]


def test_a_source_that_lacks_several_datasets_is_one_matter():
    other = replace(_taken(0, dataset="sms.bills"), label="账单")
    [found] = row_counts(RULES, [_taken(0), other], ON)
    assert found.subject == "数据源 sms"
    assert found.evidence.startswith("短信、账单均有缺少，如短信（sms）")


def _still(host: str, series: int) -> dict[str, Any]:
    return {"source": "zabbix", "host": host, "still_series": series, "metric": "cpu_rate" if series else None}


def test_a_sensor_that_stands_still_is_told_of_its_host_and_of_its_source_where_all_do():
    rule, names = RULES["data.stood_still"], {"cpu_rate": "CPU 使用率"}
    [found] = stood_still(rule, [_still("a", 1), _still("b", 0)], names, "主机指标")
    assert (found.subject, found.state, found.evidence) == (
        "a",
        "warning",
        "CPU 使用率全天为同一数值，此前每天都有变化。",
    )
    [every] = stood_still(rule, [_still("a", 3), _still("b", 4)], names, "主机指标")
    assert (every.subject, every.state) == ("主机指标（zabbix）", "critical")
    assert stood_still(rule, [_still("a", 0)], names, "主机指标") == []
