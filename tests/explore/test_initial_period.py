"""The period with which an explorer opens: the newest that is whole."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from ntanalytics.explore.periods import initial_period
from ntanalytics.periods import Period

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = dt.date(2026, 11, 23)
WEEKS = [Period.week(MONDAY), Period.week(MONDAY - dt.timedelta(days=7))]


def _workspace(taken: dict[dt.date, dt.datetime], lost: dt.date | None = None) -> Any:
    """Return a lake with some days, each with the time of its extraction, and one that the source did not have."""
    days = [SimpleNamespace(day=day, is_held=day != lost, taken_at=at) for day, at in taken.items()]
    return SimpleNamespace(covered_days=lambda *_: days, settings=SimpleNamespace(zone=ZONE))


def _mornings(first: dt.date, count: int, last_at: dt.datetime | None = None) -> dict[dt.date, dt.datetime]:
    """Return some days, each extracted at six on the next morning, the last one perhaps at another time."""
    days = [first + dt.timedelta(days=number) for number in range(count)]
    taken = {day: dt.datetime.combine(day, dt.time(6), ZONE) + dt.timedelta(days=1) for day in days}
    return taken | ({days[-1]: last_at} if last_at else {})


def test_a_week_of_which_one_day_is_known_is_not_opened_first() -> None:
    workspace = _workspace(_mornings(WEEKS[1].first, 8))
    assert initial_period(workspace, "oa.activities", WEEKS) == WEEKS[1]
    assert initial_period(_workspace(_mornings(WEEKS[1].first, 14)), "oa.activities", WEEKS) == WEEKS[0]


def test_a_week_whose_last_day_was_not_over_is_not_whole() -> None:
    noon = dt.datetime(2026, 11, 29, 12, tzinfo=ZONE)
    workspace = _workspace(_mornings(WEEKS[1].first, 14, last_at=noon))
    assert initial_period(workspace, "oa.activities", WEEKS) == WEEKS[1]


def test_without_a_whole_week_the_newest_is_opened_and_without_any_none() -> None:
    assert initial_period(_workspace(_mornings(MONDAY, 1)), "oa.activities", WEEKS[:1]) == WEEKS[0]
    lost = _workspace(_mornings(WEEKS[1].first, 14), lost=MONDAY - dt.timedelta(days=3))
    assert initial_period(lost, "oa.activities", WEEKS[1:]) == WEEKS[1]
    assert initial_period(_workspace({}), "oa.activities", []) is None
