"""Tail probabilities of counts whose variance may differ from their mean."""

from __future__ import annotations

from ntanalytics.detectors.distributions import binomial_cdf, negative_binomial_cdf, poisson_cdf

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
    ratio = variance / expected
    if ratio > 1.02:
        return negative_binomial_cdf(count, expected / (ratio - 1), 1 / ratio)
    if ratio < 0.98:
        # a fixed number of persons, each of them present with the same probability
        trials = round(expected / (1 - ratio))
        return binomial_cdf(count, max(1, trials), min(1.0, expected / (trials or 1)))
    return poisson_cdf(count, expected)
