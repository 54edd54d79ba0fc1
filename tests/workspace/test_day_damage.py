"""Damaged days of sources, by hand-made rows."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np

from ntanalytics.contract import dataset
from ntanalytics.workspace.day_damage import RowsByHour, damage_sentence, damaged_days

MONDAY = dt.date(2026, 10, 19)
FRIDAY = dt.date(2026, 11, 20)


def _rows(day: dt.date, late_h: int = 0) -> dict[str, Any]:
    """Return rows of a day by hour: a hundred in each hour of work, a few on a day off."""
    hours = np.zeros(24)
    hours[9:18] = 100 if day.weekday() < 5 else 1
    return {"": np.roll(hours, late_h)}


class HandMade(RowsByHour):
    """Rows of one source that are in no lake."""

    def __init__(self, workspace: Any, by_day: dict[dt.date, dict[str, Any]]) -> None:
        super().__init__(workspace)
        self._by_day = by_day

    def of(self, *_: object) -> dict[str, dict[dt.date, dict[str, Any]]]:
        return {"gateway": self._by_day}


def test_a_day_beside_one_with_shifted_times_is_damaged_too() -> None:
    """A Saturday has too few rows to be judged, and holds the evening of the Friday."""
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    by_day = {day: _rows(day, late_h=8 if day == FRIDAY else 0) for day in days}
    calendar = SimpleNamespace(knows=lambda _: True, is_working_day=lambda day: day.weekday() < 5)
    lake = HandMade(SimpleNamespace(calendar=calendar), by_day)
    damages = damaged_days(lake, dataset("sms.messages"), {"gateway": days}, days[-7:])
    thursday, saturday = FRIDAY - dt.timedelta(days=1), FRIDAY + dt.timedelta(days=1)
    assert {day: damage.kind for (_, day), damage in damages.items()} == {
        thursday: "beside_shifted",
        FRIDAY: "shifted",
        saturday: "beside_shifted",
    }
    assert "相邻" in damage_sentence("短信", "gateway", saturday, damages["gateway", saturday])


def _damages(rows: dict[dt.date, dict[str, Any]], held: list[dt.date]) -> dict[str, str]:
    """Return day → damage of the last two weeks of some rows by hour."""
    calendar = SimpleNamespace(knows=lambda _: True, is_working_day=lambda day: day.weekday() < 5)
    lake = HandMade(SimpleNamespace(calendar=calendar), rows)
    found = damaged_days(lake, dataset("sms.messages"), {"gateway": held}, held[-14:])
    return {day.isoformat(): damage.kind for (_, day), damage in found.items()}


def test_a_source_that_stopped_lacks_each_day_from_then_on() -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    usual = {day: {"": np.full(24, 4.0 if day.weekday() < 5 else 1.0)} for day in days}
    stopped, again = dt.date(2026, 11, 18), dt.date(2026, 11, 21)  # from Wednesday on, and there on Saturday
    rows = {day: parts for day, parts in usual.items() if not stopped <= day < again}
    assert _damages(rows, days) == {"2026-11-18": "no_rows", "2026-11-19": "no_rows", "2026-11-20": "no_rows"}
    rows = {day: parts for day, parts in usual.items() if day < dt.date(2026, 11, 19)}
    assert list(_damages(rows, days)) == ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"]
    # a second stop is no less one
    rows = {day: parts for day, parts in usual.items() if day not in (dt.date(2026, 11, 11), dt.date(2026, 11, 19))}
    assert list(_damages(rows, days)) == ["2026-11-11", "2026-11-19"]
    assert "2026-11-19" not in _damages(rows, [day for day in days if day != dt.date(2026, 11, 19)])  # not extracted


def test_of_a_source_that_had_quiet_days_before_one_more_is_none() -> None:
    days = [MONDAY + dt.timedelta(days=place) for place in range(35)]
    quiet = {dt.date(2026, 10, 20), dt.date(2026, 11, 13)}
    assert _damages({day: {"": np.full(24, 4.0)} for day in days if day not in quiet}, days) == {}
    few = {day: {"": np.full(24, 0.5)} for day in days if day != FRIDAY}
    assert _damages(few, days) == {}
    only_on_working_days = {day: {"": np.full(24, 4.0)} for day in days if day.weekday() < 5}
    assert _damages(only_on_working_days, days) == {}
