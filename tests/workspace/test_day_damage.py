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
