"""Days worked against their weekday: what the ordinary days of it explain, on counts worked out by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.other_days import unlike_weekday

DAYS = [dt.date(2026, 10, 10) - dt.timedelta(days=back) for back in range(10, -1, -1)]


def _departure(direction: int, value: str = "", hours: tuple[int, int] = (9, 12)) -> Departure:
    return Departure(
        members=(("job", "a"),),
        value=value,
        direction=direction,
        strength=30.0,
        improbable=20.0,
        hours=hours,
        seen=0.0,
        expected=0.0,
        share=0.1,
    )


def _table(own: list[float], others: list[float], level: list[float] | None = None) -> pa.Table:
    """Return the events of a job at ten, and those of another, by day; each with the logarithm of a value."""
    logs = level or [1.0] * len(own)
    rows = [(day, 10, "a", events, events * log) for day, events, log in zip(DAYS, own, logs, strict=True) if events]
    rows += [(day, 10, "b", events, events) for day, events in zip(DAYS, others, strict=True)]
    days, hours, jobs, events, sums = zip(*rows, strict=True)
    return pa.table(
        {
            "day": pa.array(days, pa.date32()),
            "hour": hours,
            "job": jobs,
            "events": events,
            "ms_events": events,
            "ms_log": sums,
        }
    )


def _is_told(table: pa.Table, direction: int, *, is_worked: bool, value: str = "") -> bool:
    return bool(unlike_weekday([_departure(direction, value)], table, DAYS, ["job"], is_worked=is_worked))


OFF = [8.0, 9.0, 10.0, 11.0, 12.0] * 2


@pytest.mark.parametrize(
    ("own", "direction", "is_worked", "is_told"),
    [
        # others do ten times as much today: the job's ten Saturdays are worth 80 to 120
        (60.0, -1, True, True),  # half of a worked day, more than any Saturday
        (10.0, -1, True, True),  # as a Saturday, but far below it for such a day
        (10.0, 1, True, False),  # more than on worked days, and what a Saturday has: its plan
        (150.0, 1, True, True),
        (100.0, 1, False, False),  # a holiday that is worked by some: as its weekday
        (60.0, 1, False, False),  # between a day off and its weekday
        (150.0, 1, False, True),
        (60.0, -1, False, True),
        (0.0, -1, False, True),
    ],
)
def test_a_number_is_held_against_that_of_the_weekday(
    own: float, direction: int, is_worked: bool, is_told: bool
) -> None:
    table = _table([*OFF, own], [100.0] * 10 + [1000.0])
    assert _is_told(table, direction, is_worked=is_worked) is is_told


def test_a_plan_by_weekday_that_rests_is_explained() -> None:
    """A job of worked days has nothing on any Saturday, nor on one that is worked."""
    assert not _is_told(_table([0.0] * 11, [100.0] * 11), -1, is_worked=True)


def test_a_job_that_only_worked_days_know_is_explained() -> None:
    table = _table([*OFF, 5.0], [100.0] * 11)
    other = Departure(**{**vars(_departure(-1)), "members": (("job", "c"),)})
    assert unlike_weekday([other], table, DAYS, ["job"], is_worked=True) == []


@pytest.mark.parametrize(("level", "direction", "is_told"), [(1.5, 1, True), (1.05, 1, False), (0.5, -1, True)])
def test_a_mean_is_held_against_those_of_the_weekday(level: float, direction: int, is_told: bool) -> None:
    levels = [*np.linspace(0.9, 1.1, 10), level]
    table = _table([10.0] * 11, [100.0] * 11, levels)
    assert _is_told(table, direction, is_worked=False, value="ms") is is_told


def test_few_days_of_the_weekday_bear_nothing_out() -> None:
    table = _table([*OFF, 500.0], [100.0] * 11)
    assert unlike_weekday([_departure(1)], table, DAYS[3:], ["job"], is_worked=True) == []
