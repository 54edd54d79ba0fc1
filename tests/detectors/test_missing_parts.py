"""Parts of a source that gave nothing on days, by hand-made rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from ntanalytics.detectors.missing_parts import missing_parts

MONDAY = date(2026, 10, 19)
DAYS = [MONDAY + timedelta(days=place) for place in range(70)]


def _is_worked(day: date) -> bool:
    return day.weekday() < 5


def _missing(
    days: list[date], portal_of: Callable[[date], float], is_worked: Callable[[date], bool] = _is_worked
) -> list[str]:
    """Return the days on which the portal is missed, beside a service that always has a hundred rows."""
    rows = {day: {"oa": 100.0} | ({"portal": portal} if (portal := portal_of(day)) else {}) for day in days}
    found = missing_parts(rows, is_worked)
    assert all((damage.kind, damage.parts) == ("part_missing", ("portal",)) for damage in found.values())
    return [day.isoformat() for day in found]


def test_a_part_without_a_row_that_always_had_many_is_missing() -> None:
    usual = [{"oa": 80.0 + day, "portal": 20.0 + day, "rare": 19.0} for day in range(6)]
    rows = dict(zip(DAYS, [*usual, {"oa": 90.0}], strict=False))
    [(day, damage)] = missing_parts(rows, lambda _: True).items()
    assert (day, damage.kind, damage.parts) == (DAYS[6], "part_missing", ("portal",))
    assert damage.share == pytest.approx(135 / (495 + 135 + 114))
    assert not missing_parts({**rows, DAYS[6]: {"oa": 90.0, "portal": 1.0}}, lambda _: True)
    assert not missing_parts({day: rows[day] for day in DAYS[2:7]}, lambda _: True)  # four days tell too little
    few = {**rows, DAYS[5]: {"oa": 70.0, "portal": 19.0}}
    assert not missing_parts(few, lambda _: True)


def test_a_part_that_stays_away_is_missing_on_each_day_until_it_has_a_row() -> None:
    wednesday, back = date(2026, 11, 18), date(2026, 11, 23)
    gone = ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"]
    assert _missing(DAYS[:40], lambda day: 0.0 if wednesday <= day < back else 30.0) == gone
    # a weekend of few rows is missing, too
    few = _missing(DAYS[:40], lambda day: 0.0 if wednesday <= day < back else 30.0 if _is_worked(day) else 3.0)
    assert few == gone
    # one that never has a row is as always
    assert _missing(DAYS[:40], lambda day: 30.0 if _is_worked(day) and not wednesday <= day < back else 0.0) == gone[:3]
    # it may stay away again
    twice = _missing(DAYS[:40], lambda day: 0.0 if day in (wednesday, date(2026, 11, 25)) else 30.0)
    assert twice == ["2026-11-18", "2026-11-25"]


def test_the_days_of_which_nothing_is_known_end_no_absence() -> None:
    """The source gave nothing at all on Thursday and Friday; the part is still away on Saturday."""
    wednesday, lost = date(2026, 11, 18), (date(2026, 11, 19), date(2026, 11, 20))
    days = [day for day in DAYS[:35] if day not in lost]
    missing = _missing(days, lambda day: 0.0 if day >= wednesday else 30.0 if _is_worked(day) else 3.0)
    assert missing == ["2026-11-18", "2026-11-21", "2026-11-22"]


def test_a_part_without_a_row_for_four_weeks_is_out_of_use() -> None:
    """The last row came on 22 November: it is missed up to 20 December."""
    assert DAYS[34] == date(2026, 11, 22)
    missing = _missing(DAYS, lambda day: 30.0 if day <= DAYS[34] else 0.0)
    assert missing == [day.isoformat() for day in DAYS[35:63]]
    assert missing[-1] == "2026-12-20"


def test_a_part_that_began_a_week_ago_is_not_missed() -> None:
    assert _missing(DAYS[:35], lambda day: 30.0 if DAYS[24] <= day < DAYS[32] else 0.0) == []
