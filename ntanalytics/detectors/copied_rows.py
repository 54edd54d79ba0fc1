"""Copied rows: far more rows than chance makes agree with another one in everything but their number.

Independent events agree by coincidence of their moments. Their number is a sum of many rare coincidences, which is
Poisson distributed (Arratia, Goldstein and Gordon, Two moments suffice for Poisson approximations, Ann. Probab. 17,
1989). Its mean is estimated three times, and the largest counts: by the days before, by the rows that are beside each
other in time without agreeing, and by a floor for what has never been seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from ntanalytics.detectors.distributions import poisson_isf

#: Probability of so many copies by chance, and number that is expected at least.
_CHANCE, _LEAST_EXPECTED = 1e-6, 0.5


def is_copied(copies: int, before: Sequence[int], adjacent: int = 0, steps: int = 1) -> bool:
    """Return whether copies are no coincidence.

    Args:
        copies: the rows of a day that agree with an earlier one.
        before: the same of days before.
        adjacent: the rows of the day that follow one like them within a second, so that they might have agreed.
        steps: the moments of a second that the source's clock tells apart.
    """
    adjacent_by_chance = adjacent / steps
    return copies > poisson_isf(_CHANCE, max(_LEAST_EXPECTED, adjacent_by_chance, *before))
