"""Answers of the ledger on rejected rows, replaced words and failed sources: each is asked for once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ntanalytics.ledger import Coverage

#: Dataset, first and last day.
Days = tuple[str, dt.date, dt.date]


class LedgerAnswers:
    """Answers of a ledger, which stay as they were at the first question.

    Args:
        coverage: the coverage that is asked.

    Attributes:
        rejects: dataset, first and last day → the rejected rows (source, reason, rows).
        words: dataset, first and last day → the replaced words (source, column, word, rows).
        causes: dataset and source → why the latest extraction failed; None before the first question.
    """

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self.rejects: dict[Days, list[tuple[str, str, int]]] = {}
        self.words: dict[Days, list[tuple[str, str, str, int]]] = {}
        self.causes: dict[tuple[str, str], str] | None = None

    def rejected(self, dataset: str, first: dt.date, last: dt.date) -> list[tuple[str, str, int]]:
        """Return the rejected rows of some days, as :meth:`Coverage.rejected` gives them."""
        key = dataset, first, last
        if key not in self.rejects:
            self.rejects[key] = self._coverage.rejected(*key) if dataset in self._with_rejects else []
        return self.rejects[key]

    def unknown_values(self, dataset: str, first: dt.date, last: dt.date) -> list[tuple[str, str, str, int]]:
        """Return the replaced words of some days, as :meth:`Coverage.unknown_values` gives them."""
        key = dataset, first, last
        if key not in self.words:
            self.words[key] = self._coverage.unknown_values(*key) if dataset in self._with_words else []
        return self.words[key]

    @cached_property
    def with_undated_rejects(self) -> frozenset[str]:
        """The datasets of which rows without a readable time were rejected on any day."""
        return self._coverage.datasets_with_undated_rejects()

    @cached_property
    def _with_rejects(self) -> frozenset[str]:
        """The datasets with rejected rows on any day, for the same reason as those with replaced words."""
        return self._coverage.datasets_with_rejects()

    @cached_property
    def _with_words(self) -> frozenset[str]:
        """The datasets with replaced words on any day: few have any, and each question takes two milliseconds."""
        return self._coverage.datasets_with_unknown_values()

    def last_causes(self, dataset: str, sources: Sequence[str]) -> dict[str, str]:
        """Return source → why its latest extraction failed, of those that did (:meth:`Coverage.failed_sources`)."""
        if self.causes is None:
            self.causes = self._coverage.failed_sources()
        return {source: self.causes[dataset, source] for source in sources if (dataset, source) in self.causes}
