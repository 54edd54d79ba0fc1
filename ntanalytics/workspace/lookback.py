"""Lookback: the days from a day to the end of a period, with the gaps in all of them."""

from __future__ import annotations

from dataclasses import dataclass

from ntanalytics.metrics.figures import Covered
from ntanalytics.metrics.unfilled import Unfilled


@dataclass(frozen=True)
class Lookback:
    """Days up to the end of a period, for figures of all of them.

    Attributes:
        view: the dataset within the period.
        missing_days: number of the days that are missing or damaged.
        unread_note: Chinese note on the cases of these days that were rejected; empty without.
    """

    view: Covered
    missing_days: int
    unread_note: str = ""

    @property
    def is_complete(self) -> bool:
        """True if no day is missing or damaged."""
        return not self.missing_days

    @property
    def was_complete(self) -> bool:
        """True if the period before has no gap."""
        return self.view.was_complete

    @property
    def note(self) -> str:
        """Chinese note on the gap; empty without one."""
        return f"回看期内缺 {self.missing_days} 天数据。" if self.missing_days else ""

    @property
    def sources(self) -> list[str] | None:
        """Names of the sources that feed the dataset; None of a view that does not tell."""
        return getattr(self.view, "sources", None)

    @property
    def unknown_measures(self) -> frozenset[str]:
        """Measures that are unknown whatever the days."""
        return getattr(self.view, "unknown_measures", frozenset())

    @property
    def part_measures(self) -> frozenset[str]:
        """Measures of what is still open, of which a young source holds a part."""
        return getattr(self.view, "part_measures", frozenset())

    @property
    def unfilled(self) -> Unfilled:
        """Columns that many rows of the period lack."""
        return getattr(self.view, "unfilled", Unfilled())

    @property
    def young_note(self) -> str:
        """Chinese note on them; empty without."""
        return getattr(self.view, "young_note", "")

    @property
    def origin(self) -> dict[str, object]:
        """The dataset with its version and time."""
        return getattr(self.view, "origin", {})
