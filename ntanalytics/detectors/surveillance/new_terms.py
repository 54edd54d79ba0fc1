"""New terms: what has just begun is given another term than what began before it, such as a certificate of one year.

A register has few new rows a day, and all the rows that began before them: these tell which terms are given, and how
often several rows of one day have a term that is rare. Terms that are given together on many a day are the custom.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.improbability import LEAST_IMPROBABLE, OF_ONE_INCIDENT

#: Share of a term by which another is still the same: leap days, and what a day of issue is rounded to.
_SAME = 0.05

#: Rows that must have begun before, and latest days of their begin that tell how often terms are rare.
_LEAST_KNOWN, _PAST_DAYS = 30, 60

#: Factor by which a day must be less probable than the days before it.
_BEYOND_PAST = 1.3


@dataclass(frozen=True)
class NewTerm:
    """A term that rows of one day have and rows before them hardly ever had.

    Attributes:
        days: the median term of these rows.
        usual: the median term of the rows before them.
        rows: their number.
        of: number of rows that began with them.
        improbable: the negative natural logarithm of the probability that so many have it.
    """

    days: float
    usual: float
    rows: int
    of: int
    improbable: float


class _KnownTerms:
    """Terms of rows, which tell how large a share of them has a term."""

    def __init__(self, counts: Mapping[float, int]) -> None:
        self.terms: Floats = np.array(sorted(counts), dtype=np.float64)
        self._rows: Floats = np.concatenate([[0.0], np.cumsum([counts[term] for term in sorted(counts)])])
        self.number = int(self._rows[-1])

    def like(self, term: float) -> int:
        """Return the number of rows that have a term."""
        first, after = np.searchsorted(self.terms, [term * (1 - _SAME), term * (1 + _SAME)])
        return int(self._rows[after] - self._rows[first])

    @property
    def median(self) -> float:
        """The median term."""
        return float(self.terms[np.searchsorted(self._rows[1:], self.number / 2)])


def new_term(new: Mapping[float, int], old: Mapping[date, Mapping[float, int]]) -> NewTerm | None:
    """Return the term that the new rows have beyond chance; None where they have those that are usual.

    Args:
        new: term in days → number of the new rows that have it.
        old: day of their begin → the same of the rows that began before.
    """
    known = _KnownTerms(_together(old))
    if known.number < _LEAST_KNOWN:
        return None
    today = _rarest(new, known)
    if today is None or today.improbable < LEAST_IMPROBABLE:
        return None
    past = []
    for day in sorted(old)[-_PAST_DAYS:]:
        rest = _KnownTerms(_together({other: terms for other, terms in old.items() if other != day}))
        rarest = _rarest(old[day], rest) if rest.number else None
        past.append(rarest.improbable if rarest else 0.0)
    as_rare = sorted(past, reverse=True)[OF_ONE_INCIDENT:]
    return None if as_rare and today.improbable <= _BEYOND_PAST * as_rare[0] else today


def _together(old: Mapping[date, Mapping[float, int]]) -> dict[float, int]:
    counts: dict[float, int] = {}
    for terms in old.values():
        for term, rows in terms.items():
            counts[term] = counts.get(term, 0) + rows
    return counts


def _rarest(terms: Mapping[float, int], known: _KnownTerms) -> NewTerm | None:
    """Return the term of some rows that is least probable by the known ones (Chernoff's bound of a binomial)."""
    own = _KnownTerms(terms)
    candidates = []
    for term in own.terms:
        rows, share = own.like(term), (known.like(term) + 1.0) / (known.number + 2.0)
        seen = rows / own.number
        if seen <= share:
            continue
        rest = (1 - seen) * math.log((1 - seen) / (1 - share)) if seen < 1 else 0.0
        improbable = own.number * (seen * math.log(seen / share) + rest)
        candidates.append(NewTerm(float(term), known.median, rows, own.number, improbable))
    return max(candidates, key=lambda item: item.improbable, default=None)
