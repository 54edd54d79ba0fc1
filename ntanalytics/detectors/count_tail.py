"""Tail probabilities of counts whose variance may differ from their mean."""

from __future__ import annotations

from typing import Any

#: Expected count below which nothing is expected; the quotients of smaller ones leave the range of numbers.
_NOTHING = 1e-9


def count_tail(count: float, expected: float, variance: float) -> float:
    """Return the probability of a count as small as this one, or smaller.

    The distribution is a negative binomial where the variance exceeds the mean, a binomial where it is smaller, else
    Poisson.

    Args:
        count: the count.
        expected: its usual value; where it is 0 or next to it, no count is small.
        variance: its variance.
    """
    if expected < _NOTHING:
        return 1.0
    return float(_distribution(expected, variance).cdf(count))


def _distribution(expected: float, variance: float) -> Any:
    from scipy import stats

    ratio = variance / expected
    if ratio > 1.02:
        return stats.nbinom(expected / (ratio - 1), 1 / ratio)
    if ratio < 0.98:
        # a fixed number of persons, each of them present with the same probability
        trials = round(expected / (1 - ratio))
        return stats.binom(max(1, trials), min(1.0, expected / (trials or 1)))
    return stats.poisson(expected)
