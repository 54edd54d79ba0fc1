"""How likely chance is: tails of counts whose variance may differ from their mean."""

from __future__ import annotations


def count_tail(count: float, expected: float, variance: float) -> float:
    """The probability of a count as small as this one, or smaller.

    A negative binomial where the variance exceeds the mean, a binomial where it falls short of it, else Poisson.

    Args:
        count: what was counted.
        expected: what is usual; positive.
        variance: of the count.
    """
    return float(_law(expected, variance).cdf(count))


def _law(expected: float, variance: float):  # type: ignore[no-untyped-def]
    from scipy import stats

    ratio = variance / expected
    if ratio > 1.02:
        return stats.nbinom(expected / (ratio - 1), 1 / ratio)
    if ratio < 0.98:
        # so many could have come, each with the same chance: presence of persons is such a count
        return stats.binom(
            max(1, round(expected / (1 - ratio))), min(1.0, expected / round(expected / (1 - ratio) or 1))
        )
    return stats.poisson(expected)
