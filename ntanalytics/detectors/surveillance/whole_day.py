"""Whole day: the number of all events of a day held against its expected range.

Members that fall together look like the calendar, whose part a day is held to be up to some bounds
(:mod:`ntanalytics.detectors.surveillance.expectation`). The range, which knows the calendar, tells what is left of it.
A day on which everything is used more, or less, than its calendar says is no fault of one dataset: a small departure is
one only where it is left when the day of the other datasets is taken into account.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.improbability import LEAST_IMPROBABLE
from ntanalytics.detectors.surveillance.leaf_table import HOURS

#: Shares of what is expected, up to which and from which a whole day departs, whatever the day of others is.
_FALLEN, _RISEN = 0.7, 1.5

#: Half-widths of the usual range from which a day departs, of itself and, by less than these shares, beside the day of
#: the others: of some twenty datasets one leaves the range itself by chance on every twentieth day.
_HALF_WIDTHS = 1.5

#: Number of other datasets that tell how the day is, and median deviations of their shares by which one is apart.
_LEAST_OTHERS, _SPREADS = 3, 4.0

#: Share of what is expected by which a day must depart at least.
_LEAST_EFFECT = 0.1

#: Least number of events that are expected of a day.
LEAST_EVENTS = 20.0

#: Share of what a day lacks, or has too many, from which a subject explains it.
_EXPLAINED = 0.7


def is_doubtful(events: float, usual: ExpectedRange) -> bool:
    """Return whether the day of other datasets must tell if a number of events departs from its expected range."""
    if usual.expected is None or usual.expected < LEAST_EVENTS or _is_large(events, usual.expected):
        return False
    if abs(events - usual.expected) < _LEAST_EFFECT * usual.expected:
        return False
    return _half_widths(events, usual) >= _HALF_WIDTHS


def whole_day(events: float, usual: ExpectedRange, of_others: Sequence[float] = ()) -> Departure | None:
    """Return the departure of all events of a day; None where their number is usual, or nothing is known of it.

    Args:
        events: their number.
        usual: their expected range.
        of_others: events of each other dataset on that day as a share of what is expected of it.
    """
    expected = usual.expected
    if expected is None or expected < LEAST_EVENTS or _half_widths(events, usual) < _HALF_WIDTHS:
        return None
    if not _is_large(events, expected) and not _is_of_its_own(events, usual, expected, of_others):
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


def _is_large(events: float, expected: float) -> bool:
    return not _FALLEN * expected < events < _RISEN * expected


def _is_of_its_own(events: float, usual: ExpectedRange, expected: float, of_others: Sequence[float]) -> bool:
    """Return whether a day departs of itself, to the same side beside the day of the others, and is apart from them."""
    if not is_doubtful(events, usual) or len(of_others) < _LEAST_OTHERS or (day := median(of_others)) <= 0:
        return False
    alone = events / day
    is_alike = (alone > expected) == (events > expected)
    spread = median(abs(share - day) for share in of_others)
    is_apart = abs(events / expected - day) >= _SPREADS * spread
    return is_alike and is_apart and min(_half_widths(events, usual), _half_widths(alone, usual)) >= _HALF_WIDTHS


def _half_widths(events: float, usual: ExpectedRange) -> float:
    """Return how far a number is from what is expected, in half-widths of the range on its side."""
    if usual.low is None or usual.high is None or usual.expected is None:
        return 0.0
    width = usual.high - usual.expected if events > usual.expected else usual.expected - usual.low
    return abs(events - usual.expected) / max(width, 1.0)


def with_whole_day(departing: Sequence[Departure], whole: Departure | None) -> list[Departure]:
    """Return what departs, and the whole day first where no subject explains it; then those that depart less are it.

    Args:
        departing: the subjects that depart.
        whole: the departure of all events.
    """
    if whole is None:
        return list(departing)
    counted = (item for item in departing if not item.value and not item.days and not item.is_emptied)
    alike = [item for item in counted if item.direction == whole.direction]
    if any(abs(item.seen - item.expected) >= _EXPLAINED * abs(whole.seen - whole.expected) for item in alike):
        return list(departing)
    parts = [item for item in alike if _departs_less(item, whole)]
    return [whole, *(item for item in departing if item not in parts)]


def _departs_less(part: Departure, whole: Departure) -> bool:
    """Return whether a part departs from what is expected of it by no larger share than the whole."""
    return (part.seen * whole.expected - whole.seen * part.expected) * whole.direction <= 0
