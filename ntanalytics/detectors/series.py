"""Series: a figure by day up to the last one: its value, what is usual, since when a condition holds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

#: Earlier days that a usual value needs.
MIN_DAYS = 3


@dataclass(frozen=True)
class Onset:
    """First day of a condition.

    Attributes:
        day: the day.
        is_bound: whether the condition may have begun before it.
    """

    day: date
    is_bound: bool = False


@dataclass(frozen=True)
class Series:
    """Rows of one entity by day, none later than the last day.

    Attributes:
        rows: one row a day, with ``day`` and ``is_covered``, oldest first.
        on: the last day.
    """

    rows: tuple[Mapping[str, Any], ...]
    on: date

    @property
    def today(self) -> Mapping[str, Any]:
        """The row of the last day; empty when there is none or the day was not extracted."""
        last = self.rows[-1] if self.rows else {}
        return last if last.get("day") == self.on and last["is_covered"] else {}

    def usual(self, name: str) -> float | None:
        """Return the median of the earlier days; None when fewer than ``MIN_DAYS`` have a value."""
        earlier = [row[name] for row in self.rows if row["day"] < self.on and row[name] is not None]
        return float(statistics.median(earlier)) if len(earlier) >= MIN_DAYS else None

    def missing_since(self) -> Onset | None:
        """Return since when no day was extracted; None when the last one was."""
        if self.today:
            return None
        return self._begin([not row["is_covered"] for row in self.rows], lambda _: False)

    def since(self, name: str, is_beyond: Callable[[float], bool]) -> Onset | None:
        """Return since when the value has been beyond a limit; None when it is not.

        A covered day without a value neither begins nor ends the condition. A day that was not extracted ends what is
        known of it: it may have begun before.
        """
        holds = [
            (None if row["is_covered"] else False) if row[name] is None else is_beyond(row[name]) for row in self.rows
        ]
        return self._begin(holds, lambda row: not row["is_covered"]) if holds and holds[-1] else None

    def _begin(self, holds: Sequence[bool | None], is_gap: Callable[[Mapping[str, Any]], bool]) -> Onset:
        """Return the first day of the run of True that ends with the last row; None is passed over."""
        first = self.on
        for row, held in zip(reversed(self.rows), reversed(holds), strict=True):
            if held is False:
                return Onset(first, is_bound=is_gap(row))
            if held:
                first = row["day"]
        # the run fills the whole series, so it may have begun before it
        return Onset(first, is_bound=len(self.rows) > 1)


def by_key(rows: Sequence[Mapping[str, Any]], column: str, on: date) -> dict[str, Series]:
    """Return the series of each value of a column, in the order of their first rows.

    Args:
        rows: rows by day and key, in any order.
        column: the column that holds the key.
        on: the last day; later rows are left out.
    """
    by_value: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted((row for row in rows if row["day"] <= on), key=lambda row: row["day"]):
        by_value.setdefault(row[column], []).append(row)
    return {value: Series(tuple(days), on) for value, days in by_value.items()}
