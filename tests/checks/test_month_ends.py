"""What each month end has more of: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from ntanalytics.checks.month_ends import month_ends, without_recurring
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.periods import Calendar


def _departure(seen: float, expected: float, **more: Any) -> Departure:
    given = {"members": (("client", "portal"),), "value": "", "hours": (0, 24), **more}
    return Departure(
        direction=1 if seen > expected else -1, strength=50.0, improbable=50.0, seen=seen, expected=expected, share=0.2,
        **given,
    )  # fmt: skip


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
