"""First days of the sources, before which they know nothing (docs/domain.md, Gaps).

A source that was installed last week, or that removes what is old, answers a query over an earlier day with no row.
That is no zero: the day is a gap.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from ntanalytics.contract import Dataset, Kind
from ntanalytics.ledger import CoverageDay
from ntanalytics.ledger.rows_held import RowsHeld

#: Probability up to which empty days before the first row are not taken for chance.
_BY_CHANCE = 0.01

#: Days from the first row on from which it is told on how many of them a row comes; fewer may be a weekend.
_FEWEST_DAYS = 14


class FirstDays:
    """First day of each source, and of each dataset of it.

    Args:
        held: the rows that each (dataset, source) gave.
        telling: names of the sources that tell themselves of which days they have data, such as logs.
    """

    def __init__(self, held: Mapping[tuple[str, str], RowsHeld], telling: Collection[str]) -> None:
        self._held = held
        self._telling = frozenset(telling)
        self._sources: dict[str, dt.date] = {}
        for (_, source), rows in held.items():
            self._sources[source] = min(rows.first, self._sources.get(source, rows.first))

    def first(self, dataset: str, source: str) -> dt.date | None:
        """Return the first day of which a source knows a dataset; None if it never gave a row of it.

        Without a row before, the dataset is known from the first day of the source on, unless so many empty days cannot
        be chance among the days that follow, or too few days follow.
        """
        rows = self._held.get((dataset, source))
        if rows is None:
            return None
        by_chance = (1 - rows.days_with_rows / rows.days) ** rows.empty_before
        is_known = rows.days >= _FEWEST_DAYS or not rows.empty_before
        return self._sources.get(source) if is_known and by_chance >= _BY_CHANCE else rows.first

    def known(self, dataset: Dataset, days: Iterable[CoverageDay]) -> list[CoverageDay]:
        """Return covered days; those before the first day of their source, and empty snapshots, are not held."""
        firsts: dict[str, dt.date | None] = {}
        known = []
        for day in days:
            if not day.rows and day.is_held and day.source not in self._telling:
                first = firsts.setdefault(day.source, self.first(dataset.name, day.source))
                if dataset.kind is Kind.STATE or first is None or day.day < first:
                    day = replace(day, is_held=False)  # noqa: PLW2901 - the same day, judged
            known.append(day)
        return known
