"""Whole day: the number of all events of a day held against its expected range.

Members that fall together look like the calendar, whose part a day is held to be up to some bounds
(:mod:`ntanalytics.detectors.surveillance.expectation`). The range, which knows the calendar, tells what is left of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import LEAST_IMPROBABLE
from ntanalytics.detectors.surveillance.leaf_table import HOURS

#: Shares of what is expected, up to which and from which a whole day departs.
_FALLEN, _RISEN = 0.7, 1.5

#: Least number of events that are expected of a day.
LEAST_EVENTS = 20.0

#: Share of what a day lacks, or has too many, from which a subject explains it.
_EXPLAINED = 0.7


def whole_day(events: float, usual: ExpectedRange) -> Departure | None:
    """Return the departure of all events of a day; None where their number is usual, or nothing is known of it.

    Args:
        events: their number.
        usual: their expected range.
    """
    expected = usual.expected
    if expected is None or expected < LEAST_EVENTS or usual.place(events) not in ("below", "above"):
        return None
    if _FALLEN * expected < events < _RISEN * expected:
        return None
    return Departure(
        members=(),
        value="",
        direction=1 if events > expected else -1,
        strength=LEAST_IMPROBABLE,
        improbable=LEAST_IMPROBABLE,
        hours=(0, HOURS),
        seen=events,
        expected=expected,
        share=abs(events - expected) / max(events, expected),
    )


def with_whole_day(departing: Sequence[Departure], whole: Departure | None) -> list[Departure]:
    """Return what departs, and the whole day first where no subject explains it; then those that depart less are it.

    Args:
        departing: the subjects that depart.
        whole: the departure of all events.
    """
    if whole is None:
        return list(departing)
    alike = [item for item in departing if not item.value and not item.days and item.direction == whole.direction]
    if any(abs(item.seen - item.expected) >= _EXPLAINED * abs(whole.seen - whole.expected) for item in alike):
        return list(departing)
    parts = [item for item in alike if _departs_less(item, whole)]
    return [whole, *(item for item in departing if item not in parts)]


def _departs_less(part: Departure, whole: Departure) -> bool:
    """Return whether a part departs from what is expected of it by no larger share than the whole."""
    return (part.seen * whole.expected - whole.seen * part.expected) * whole.direction <= 0
