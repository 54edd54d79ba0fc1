"""What departs from days of both kinds on a make-up Saturday: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from ntanalytics.checks.day_kinds import departing_from_both, month_ends, without_recurring
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.periods import Calendar

SATURDAYS = [dt.date(2026, 9, day) for day in (5, 12, 19)]
MAKE_UP = dt.date(2026, 10, 10)


def _leaves(*saturdays: int) -> pa.Table:
    """Return the sessions of a client on each Saturday, half of them before noon, and those of another."""
    rows = [
        {"day": day, "hour": hour, "client": client, "events": events / 2}
        for day, own in zip(SATURDAYS, saturdays, strict=True)
        for client, events in (("portal", own), ("other", 500))
        for hour in (9, 15)
        if events
    ]
    return pa.Table.from_pylist(rows)


def _departure(seen: float, expected: float, **more: Any) -> Departure:
    given = {"members": (("client", "portal"),), "value": "", "hours": (0, 24), **more}
    return Departure(
        direction=1 if seen > expected else -1, strength=50.0, improbable=50.0, seen=seen, expected=expected, share=0.2,
        **given,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("departure", "saturdays", "is_told"),
    [
        (_departure(0, 300), (60, 50, 70), True),
        (_departure(24, 300), (60, 50, 70), True),
        (_departure(25, 300), (60, 50, 70), False),  # half of the least of them
        (_departure(0, 300), (60, 0, 70), False),
        (_departure(12, 40, hours=(9, 10)), (60, 50, 70), True),  # 25 at least in the forenoon
        (_departure(13, 40, hours=(9, 10)), (60, 50, 70), False),
        (_departure(0, 10), (60, 50, 70), False),  # what is of Saturdays alone
        (_departure(900, 300), (60, 50, 70), False),  # a worked day is above each of them by itself
        (_departure(1401, 300), (600, 500, 700), True),
        (_departure(1400, 300), (600, 500, 700), False),
        (_departure(0, 300, value="duration_ms"), (60, 50, 70), False),
        (_departure(0, 300, days=3), (60, 50, 70), False),
        (_departure(0, 300, members=()), (60, 50, 70), False),
    ],
)
def test_a_number_departs_from_both_where_it_is_beyond_all_saturdays_on_its_way(
    departure: Departure, saturdays: tuple[int, ...], is_told: bool
) -> None:
    told = departing_from_both([departure], [], _leaves(*saturdays), SATURDAYS)
    assert told == ([departure] if is_told else [])


def test_what_departs_from_both_by_itself_is_told_whatever_its_hours() -> None:
    departure, other = _departure(900, 300), _departure(900, 60, hours=(9, 10))
    assert departing_from_both([departure], [other], _leaves(60, 50, 70), SATURDAYS) == [departure]


ENDS = [dt.date(2026, 9, 30), dt.date(2026, 8, 31)]
WORKED = Calendar()


@pytest.mark.parametrize(
    ("on", "first", "ends"),
    [
        (dt.date(2026, 10, 30), dt.date(2026, 8, 21), ENDS),  # a Friday, before a weekend
        (dt.date(2026, 10, 30), dt.date(2026, 9, 1), ENDS[:1]),
        (dt.date(2026, 10, 30), dt.date(2026, 10, 1), []),
        (dt.date(2026, 10, 29), dt.date(2026, 8, 21), []),
        (dt.date(2026, 10, 31), dt.date(2026, 8, 21), []),
    ],
)
def test_the_last_worked_days_of_the_months_before_are_of_one_kind(
    on: dt.date, first: dt.date, ends: list[dt.date]
) -> None:
    known = {first + dt.timedelta(days=ahead) for ahead in range((on - first).days + 1)}
    assert month_ends(WORKED, on, known) == ends


def _closings(*levels: int) -> pa.Table:
    days = zip(ENDS, levels, strict=True)
    return pa.Table.from_pylist(
        [{"day": day, "hour": 10, "client": "portal", "events": float(events)} for day, events in days]
    )


@pytest.mark.parametrize(
    ("departure", "levels", "is_told"),
    [
        (_departure(640, 320), (480, 700), False),  # half of what is more, and all of it
        (_departure(640, 320), (479, 700), True),
        (_departure(640, 320), (700, 320), True),  # once is chance
        (_departure(0, 320), (0, 0), True),  # who closes accounts does not leave off
        (_departure(640, 320, days=3), (640, 640), True),
        (_departure(640, 320, hours=(14, 16)), (640, 640), True),  # at other hours
    ],
)
def test_what_each_months_end_has_is_not_told(departure: Departure, levels: tuple[int, ...], is_told: bool) -> None:
    assert without_recurring([departure], _closings(*levels), ENDS, []) == ([departure] if is_told else [])


def test_one_month_tells_nothing_of_the_next() -> None:
    departure = _departure(640, 320)
    assert without_recurring([departure], _closings(640, 640), ENDS[:1], []) == [departure]


def test_what_fails_at_each_months_end_is_told() -> None:
    departure = _departure(640, 320)
    assert without_recurring([departure], _closings(640, 640), ENDS, ["client"]) == [departure]
