"""Cohorts on made cases: what begins as always and does not end is told of its smallest subject."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ntanalytics.detectors.surveillance.cohorts import aged, unended
from ntanalytics.detectors.surveillance.departure import Departure

ON = dt.date(2026, 11, 20)  # a Friday
WORKED = [day for back in range(70, -1, -1) if (day := ON - dt.timedelta(days=back)).weekday() < 5]
UNITS = [f"unit-{number:02d}" for number in range(12)]

Row = dict[str, Any]


def _cases(seed: int, a_day: float = 5.0, longest: int = 6) -> list[Row]:
    """Return cases of twelve units and two modules, of which half are open after each further worked day."""
    draws, rows = np.random.default_rng(seed), []
    for place, day in enumerate(WORKED):
        for unit in UNITS:
            for module in ("documents", "notices"):
                for _ in range(draws.poisson(a_day)):
                    end = place + min(int(draws.geometric(0.5)) - 1, longest)
                    ended = WORKED[end] if end < len(WORKED) else None
                    rows.append({"day": day, "ended_on": ended, "unit": unit, "module": module})
    return rows


def _told(rows: list[Row], worked: list[dt.date] = WORKED) -> list[Departure]:
    table = pa.table(
        {
            "day": pa.array([row["day"] for row in rows], pa.date32()),
            "ended_on": pa.array([row["ended_on"] for row in rows], pa.date32()),
            "unit": [row["unit"] for row in rows],
            "module": [row["module"] for row in rows],
            "events": [1.0] * len(rows),
        }
    )
    return unended(table, worked, ["unit", "module"])


def _standing(rows: list[Row], since: dt.date, belongs: Callable[[Row], bool]) -> list[Row]:
    return [{**row, "ended_on": None} if row["day"] >= since and belongs(row) else row for row in rows]


@pytest.mark.parametrize("seed", range(6))
def test_ordinary_days_tell_nothing(seed: int) -> None:
    assert _told(_cases(seed)) == []


def test_a_unit_that_ends_nothing_is_told_with_its_days() -> None:
    rows = _standing(_cases(10), WORKED[-4], lambda row: row["unit"] == "unit-03")
    begun = [row for row in rows if row["unit"] == "unit-03" and WORKED[-4] <= row["day"] < ON]
    (told,) = _told(rows)
    assert told.members == (("unit", "unit-03"),)
    # those of today could not have ended yet
    assert (told.hours, told.started, told.seen) == ((1, 4), len(begun), len(begun))
    assert told.expected == pytest.approx(len(begun) * (0.5**2 + 0.5**3 + 0.5**4) / 3, rel=0.25)
    assert told.share == pytest.approx((told.seen - told.expected) / (len(begun) * 12), rel=0.3)


def test_a_module_of_one_unit_and_a_module_of_all_are_told_as_such() -> None:
    one = _standing(_cases(11), WORKED[-6], lambda row: (row["unit"], row["module"]) == ("unit-05", "notices"))
    assert [told.members for told in _told(one)] == [(("unit", "unit-05"), ("module", "notices"))]
    everywhere = _standing(_cases(12), WORKED[-3], lambda row: row["module"] == "notices")
    assert [told.members for told in _told(everywhere)] == [(("module", "notices"),)]


def test_a_unit_that_begins_three_times_as_much_and_ends_it_as_always_is_not_told() -> None:
    rows = _cases(13)
    more = [row for row in rows if row["unit"] == "unit-02" and row["day"] >= WORKED[-4]]
    assert _told([*rows, *more, *more]) == []


def _even(open_cases: int) -> list[Row]:
    """Return cases that end on the next worked day, all days alike; so many of the last six days do not, of any."""
    rows = [
        {"day": day, "ended_on": WORKED[place + 1] if place + 1 < len(WORKED) else None, "unit": unit, "module": module}
        for place, day in enumerate(WORKED)
        for unit in UNITS[:6]
        for module in ("documents", "notices")
    ]
    last = [row for row in rows if WORKED[-7] <= row["day"] < ON]
    for row in last[:: len(last) // open_cases][:open_cases]:
        row["ended_on"] = None
    return rows


@pytest.mark.parametrize(("open_cases", "is_told"), [(8, False), (16, True)])
def test_a_few_unrelated_cases_that_stay_open_are_chance_though_hardly_any_did(open_cases: int, is_told: bool) -> None:
    """Cases that always end in time are no schedule: eight of seventy that nothing joins are told of nobody."""
    assert bool(_told(_even(open_cases))) is is_told


def test_what_always_stays_open_is_usual() -> None:
    rows = _standing(_cases(14), WORKED[0], lambda row: row["unit"] == "unit-07")
    assert _told(rows) == []


def test_a_short_history_says_nothing() -> None:
    rows = _standing(_cases(15), WORKED[-4], lambda row: row["unit"] == "unit-03")
    assert _told(rows, WORKED[-24:]) == []


def test_ages_are_counted_in_worked_days() -> None:
    friday, monday = WORKED[-6], WORKED[-5]
    table = pa.table(
        {
            "day": pa.array([friday, friday, friday + dt.timedelta(days=1), friday], pa.date32()),
            "ended_on": pa.array([friday, monday, monday - dt.timedelta(days=1), None], pa.date32()),
            "events": [1.0] * 4,
        }
    )
    made = aged(table, WORKED).to_pydict()
    # what begins on a Saturday begins on Monday; what ends on a Sunday ends on Monday
    assert made["day"] == [friday, friday, monday, friday]
    assert made["hour"] == [0, 1, 0, 23]
