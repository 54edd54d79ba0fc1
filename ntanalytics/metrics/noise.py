"""Noise: changes against the period before that say nothing (docs/domain.md, General: change)."""

from __future__ import annotations

import math

from ntanalytics.metrics.measure import Measure
from ntanalytics.metrics.number_format import parse_format

#: A count that moved by no more than this share is steady.
STEADY_SHARE = 0.01

#: So is one that chance explains, up to this share: a small count is never steady for being small.
STEADY_AT_MOST = 0.03

#: A rate that moved by no more than two units of the last digit that is shown is steady.
STEADY_UNITS = 2


def is_steady_count(now: float, before: float) -> bool:
    """Return whether a count of events moved within chance: two counts of one level differ by √(now + before)."""
    chance = min(2 * math.sqrt(abs(now) + abs(before)), STEADY_AT_MOST * abs(before))
    return abs(now - before) <= max(STEADY_SHARE * abs(before), chance)


def is_steady_rate(change: float, digits: int = 1) -> bool:
    """Return whether a fraction moved by no more than two units of its last digit.

    Args:
        change: the difference of the two fractions.
        digits: digits of the percentage that are shown.
    """
    return abs(change) <= STEADY_UNITS * 10.0 ** -(digits + 2) + 1e-12


def is_steady(measure: Measure, now: float, before: float) -> bool:
    """Return whether a figure moved within its noise; of a time or an amount by no more than a hundredth."""
    if measure.is_rate:
        return is_steady_rate(now - before, parse_format(measure.format).digits)
    if measure.is_additive or measure.unit:
        return is_steady_count(now, before)
    return abs(now - before) <= STEADY_SHARE * abs(before)
