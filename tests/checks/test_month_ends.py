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


# a holiday lies in the one, a weekend in the other
SEPTEMBER = [dt.date(2026, 9, 30), dt.date(2026, 9, 29), dt.date(2026, 9, 28), dt.date(2026, 9, 24)]
AUGUST = [dt.date(2026, 8, 31), dt.date(2026, 8, 28), dt.date(2026, 8, 27), dt.date(2026, 8, 26)]
ENDS = [SEPTEMBER, AUGUST]
WORKED = Calendar()


@pytest.mark.parametrize(
    ("on", "first", "ends"),
    [
        (dt.date(2026, 10, 30), dt.date(2026, 8, 21), ENDS),  # a Friday, before a weekend
        (dt.date(2026, 10, 27), dt.date(2026, 8, 21), ENDS),
        (dt.date(2026, 10, 30), dt.date(2026, 8, 28), [SEPTEMBER, AUGUST[:2]]),
        (dt.date(2026, 10, 30), dt.date(2026, 9, 1), [SEPTEMBER]),
        (dt.date(2026, 10, 30), dt.date(2026, 10, 1), []),
        (dt.date(2026, 10, 26), dt.date(2026, 8, 21), []),
        (dt.date(2026, 10, 31), dt.date(2026, 8, 21), []),
    ],
)
def test_the_last_worked_days_of_the_months_before(on: dt.date, first: dt.date, ends: list[list[dt.date]]) -> None:
    known = {first + dt.timedelta(days=ahead) for ahead in range((on - first).days + 1)}
    assert month_ends(WORKED, on, known) == ends


def _closings(*levels: int) -> pa.Table:
    """Return events of the second but last day of each month; on the others there are few."""
    days = [(ends[1], level) for ends, level in zip(ENDS, levels, strict=True)] + [(ends[0], 10) for ends in ENDS]
    return pa.Table.from_pylist(
        [{"day": day, "hour": 10, "client": "portal", "events": float(events)} for day, events in days]
    )


@pytest.mark.parametrize(
    ("departure", "levels", "is_told"),
    [
        (_departure(620, 320), (420, 700), False),  # a third of what is more, and all of it
        (_departure(620, 320), (419, 700), True),
        (_departure(620, 320), (700, 320), True),  # once is chance
        (_departure(0, 320), (0, 0), True),  # who closes accounts does not leave off
        (_departure(620, 320, days=3), (620, 620), True),
        (_departure(620, 320, hours=(14, 16)), (620, 620), True),  # at other hours
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
