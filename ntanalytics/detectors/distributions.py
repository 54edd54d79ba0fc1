"""Tails and quantiles of the distributions that the detectors use, from scipy's special functions.

``scipy.stats`` has the same ones. It takes longer to import than the rest of a report's libraries, and a millisecond
for each quantile; the tests hold these functions against it.
"""

from __future__ import annotations

import math
from collections.abc import Callable


def normal_isf(share: float) -> float:
    """Return the value that a standard normal variable exceeds with the probability ``share``."""
    from scipy.special import ndtri

    return -float(ndtri(share))


def t_isf(share: float, freedom: float) -> float:
    """Return the value that a variable of Student's t exceeds with the probability ``share``.

    Args:
        share: the probability.
        freedom: degrees of freedom.
    """
    from scipy.special import stdtrit

    return -float(stdtrit(freedom, share))


def poisson_cdf(count: float, mean: float) -> float:
    """Return the probability of at most ``count`` events where ``mean`` are expected."""
    from scipy.special import pdtr

    return float(pdtr(math.floor(count), mean)) if count >= 0 else 0.0


def poisson_isf(share: float, mean: float) -> int:
    """Return the smallest count that is exceeded with a probability of at most ``share``; ``mean`` are expected."""
    from scipy.special import pdtrc

    return _smallest(lambda count: bool(pdtrc(count, mean) <= share), mean)


def binomial_cdf(count: float, trials: int, chance: float) -> float:
    """Return the probability of at most ``count`` successes.

    Args:
        count: the successes.
        trials: number of trials.
        chance: probability of success of each trial.
    """
    from scipy.special import betaincc

    successes = math.floor(count)
    if successes < 0:
        return 0.0
    return float(betaincc(successes + 1, trials - successes, chance)) if successes < trials else 1.0


def binomial_isf(share: float, trials: int, chance: float) -> int:
    """Return the smallest number of successes that is exceeded with a probability of at most ``share``.

    Args:
        share: the probability.
        trials: number of trials.
        chance: probability of success of each trial.
    """
    from scipy.special import betainc

    def is_enough(count: int) -> bool:
        return count >= trials or bool(betainc(count + 1, trials - count, chance) <= share)

    return _smallest(is_enough, trials * chance)


def negative_binomial_cdf(count: float, size: float, chance: float) -> float:
    """Return the probability of at most ``count`` failures before ``size`` successes.

    Args:
        count: the failures.
        size: number of successes; positive, and whole or not.
        chance: probability of success of each trial; positive.
    """
    from scipy.special import betainc

    return float(betainc(size, math.floor(count) + 1, chance)) if count >= 0 else 0.0


def negative_binomial_range(share: float, size: float, chance: float) -> tuple[int, int]:
    """Return the counts below and above which ``share`` lies at most; arguments as :func:`negative_binomial_cdf`."""
    from scipy.special import betainc, betaincc

    mean = size * (1 - chance) / chance
    low = _smallest(lambda count: bool(betainc(size, count + 1, chance) >= share), mean)
    return low, _smallest(lambda count: bool(betaincc(size, count + 1, chance) <= share), mean)


def _smallest(is_enough: Callable[[int], bool], mean: float) -> int:
    """Return the smallest count that is enough, by bisection; every larger one is enough, too.

    Args:
        is_enough: whether a count is enough.
        mean: a finite number near the count, from which the search starts.
    """
    low, high = -1, max(1, math.ceil(mean))
    while not is_enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high
