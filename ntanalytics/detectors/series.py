"""A figure day by day up to the inspected one: its value, what is usual, since when it is not."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.sentences import day_words

#: A usual value is the median of that many earlier days at least.
FEWEST_DAYS = 3


@dataclass(frozen=True)
class Series:
    """The rows of one subject by day, none later than the inspected day.

    Args:
        rows: one row a day, with ``day`` and ``is_covered``, oldest first.
        on: the inspected day.
    """

    rows: tuple[dict[str, Any], ...]
    on: date

    @property
    def today(self) -> dict[str, Any]:
        """The inspected day's row; empty when there is none or the day was not extracted."""
        last = self.rows[-1] if self.rows else {}
        return last if last.get("day") == self.on and last["is_covered"] else {}

    def usual(self, name: str) -> float | None:
        """The median of the earlier days' values; None when fewer than three days have one."""
        earlier = [row[name] for row in self.rows if row["day"] < self.on and row[name] is not None]
        return float(statistics.median(earlier)) if len(earlier) >= FEWEST_DAYS else None

    def missing_since(self) -> str | None:
        """Since when no day was extracted, in words; None when the inspected day was."""
        if self.today:
            return None
        return self._begin([not row["is_covered"] for row in self.rows])

    def since(self, name: str, threshold: Threshold) -> str | None:
        """Since when the value has been beyond its threshold, in words; None when it is not.

        A day without a value (nothing was sent) neither begins nor ends it; a day that was not extracted ends it.
        """
        states = [threshold.judge(row[name]) for row in self.rows]
        if not states or states[-1] not in ("warning", "critical"):
            return None
        return self._begin(
            [
                None if state == "unknown" and row["is_covered"] else state in ("warning", "critical")
                for state, row in zip(states, self.rows, strict=True)
            ]
        )

    def _begin(self, holds: Sequence[bool | None]) -> str:
        """In words, the first day of the run of True that ends with the last row; None is passed over."""
        first = self.on
        for row, held in zip(reversed(self.rows), reversed(holds), strict=True):
            if held is False:
                return day_words(first)
            if held:
                first = row["day"]
        # The run fills the whole series, so it may have begun before it.
        return f"{day_words(first)}或更早" if len(self.rows) > 1 else day_words(first)


def by_subject(rows: Sequence[dict[str, Any]], subject: str, on: date) -> dict[str, Series]:
    """The series of each subject, in the order of their first rows.

    Args:
        rows: rows by day and subject, in any order.
        subject: the column that names the subject.
        on: the inspected day; later rows are left out.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for row in sorted((row for row in rows if row["day"] <= on), key=lambda row: row["day"]):
        found.setdefault(row[subject], []).append(row)
    return {name: Series(tuple(its), on) for name, its in found.items()}
