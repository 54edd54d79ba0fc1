"""Bundles: events that follow from one cause, as the attempts of one person or the verifications of one seal.

The number of such events varies as its causes do, and not as that of single events: its variance is the sum of the
variances of all causes, each over the days, be it there or not. Over the mean that is the size of a bundle, and a
likelihood ratio of single events counts as many times less (quasi-likelihood; McCullagh and Nelder 1989). Who comes
every day as often is no chance, and has no bundle. Where hardly any came before, the causes of the day tell the size.
"""

from __future__ import annotations

import math

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import FALSE_A_DAY
from ntanalytics.detectors.surveillance.leaf_table import HOURS
from ntanalytics.detectors.surveillance.scan import LEAST_EXPECTED, times_log

#: Least likelihood ratio of bundles: one false departure in so many days of that subject alone, of its hours in both
#: directions. How many subjects were tested the past days tell.
_LEAST = math.log(2 * HOURS / FALSE_A_DAY)


#: Causes of which a mean tells nothing where they are fewer: one that waits moves it.
_CAUSES = 8

#: Events of the days before from which these tell the size.
_KNOWN = 20.0


def bundle_size(counts: Floats) -> float:
    """Return the variance of a number of events over its mean, as its causes vary; 1 at least.

    Args:
        counts: events by cause and day, of the days before and last of the judged one.
    """
    past, today = counts[:, :-1], counts[:, -1]
    if past.sum() < _KNOWN:
        return float(max((today**2).sum() / max(today.sum(), 1e-9), 1.0))
    return float(max(past.var(axis=1).sum() / past.mean(axis=1).sum(), 1.0))


def is_beyond_bundles(departure: Departure, counts: Floats) -> bool:
    """Return whether a number of events departs by more than bundles that come by chance.

    Args:
        departure: the departure of a number of events.
        counts: as in :func:`bundle_size`, of its members and hours.
    """
    size, expected = bundle_size(counts), max(departure.expected, LEAST_EXPECTED)
    ratio = times_log(np.array([departure.seen]), np.array([expected])) - (departure.seen - expected)
    return size <= 1 or float(ratio[0]) / size >= _LEAST


def tells_mean(departure: Departure, causes: int) -> bool:
    """Return whether a mean is of causes enough, and departs by more than it does by chance once in so many days.

    What follows from one cause is alike: texts of one moment wait in one queue.

    Args:
        departure: the departure of a mean.
        causes: of how many causes its events are.
    """
    return causes >= _CAUSES and departure.strength >= _LEAST
