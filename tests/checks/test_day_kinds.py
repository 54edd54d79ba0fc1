"""What departs from days of both kinds on a make-up Saturday: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from ntanalytics.checks.day_kinds import departing_from_both
from ntanalytics.detectors.surveillance.departure import Departure

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
    departure: Departure,
    saturdays: tuple[int, ...],
    is_told: bool,
) -> None:
    told = departing_from_both([departure], [], _leaves(*saturdays), SATURDAYS)
    assert told == ([departure] if is_told else [])


def test_what_departs_from_both_by_itself_is_told_whatever_its_hours() -> None:
    departure, other = _departure(900, 300), _departure(900, 60, hours=(9, 10))
    assert departing_from_both([departure], [other], _leaves(60, 50, 70), SATURDAYS) == [departure]
