"""Columns that many more rows than usual lack, and what is a lower bound for it (docs/domain.md, Gaps)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.column_needs import ENDS, LASTING, SHOWN_AS, SKEWED, SUBJECTS, measures_of_older
from ntanalytics.metrics.data_quality import LOST_SHARE
from ntanalytics.metrics.figure_row import DERIVED

#: Standard deviations that a number of nulls is beyond the usual one.
_DEVIATIONS = 4.0


@dataclass(frozen=True, kw_only=True)
class Unfilled:
    """Columns of a dataset that many more rows than usual lack.

    Attributes:
        dataset: the dataset.
        now: source → the columns that rows of the period lack.
        before: the same of the period before.
        note: remark for a reader, in Chinese; empty where none lacks.
        unended: source → the days of which no case has the moment of its end, though many cases end on each such day.
        lost: source → the days of the weeks before the period of which its cases are not known, or for a part: what
            began on them may be open still, or have ended in the period, and what was open may have ended on them.
        lost_before: the same before the period before.
        days: source → column → the days on which many more rows than usual lack it, of the weeks before, too.
    """

    dataset: str = ""
    now: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    before: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    note: str = ""
    unended: Mapping[str, Sequence[date]] = field(default_factory=dict)
    lost: Mapping[str, Sequence[date]] = field(default_factory=dict)
    lost_before: Mapping[str, Sequence[date]] = field(default_factory=dict)
    days: Mapping[str, Mapping[str, Sequence[date]]] = field(default_factory=dict)

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the period, of any source."""
        return frozenset[str]().union(*self.now.values())

    @property
    def names(self) -> frozenset[str]:
        """The columns of the period, and those of figures that show whom they name."""
        return self.columns | self._shown_as(self.columns)

    def _shown_as(self, columns: AbstractSet[str]) -> set[str]:
        return {SHOWN_AS[name] for column in columns if (name := f"{self.dataset}.{column}") in SHOWN_AS}

    @property
    def unbounded(self) -> frozenset[str]:
        """The measures of which no bound holds: a null counts as a fact in them, also in what was open before."""
        ends = SKEWED.intersection(name for column in self.columns for name in self._ends(column))
        return ends | (SKEWED & measures_of_older(self.dataset)) if self.lost else ends

    def _ends(self, column: str) -> Sequence[str]:
        name = f"{self.dataset}.{column}"
        return ENDS.get(name) or LASTING.get(name, ())

    def sources_of(self, column: str) -> tuple[set[str], set[str]]:
        """Return the sources of which rows lack a column, in the period and in the one before."""
        now, before = (
            {source for source, columns in lacking.items() if column in columns} for lacking in (self.now, self.before)
        )
        return now, before

    def of(self, column: str, sources: AbstractSet[str]) -> Unfilled:
        """Return what is known of one column of some sources alone."""
        now, before = ({source: {column} for source in lacking & sources} for lacking in self.sources_of(column))
        days = {name: {column: own[column]} for name, own in self.days.items() if name in sources and column in own}
        return Unfilled(dataset=self.dataset, now=now, before=before, note=self.note if now else "", days=days)

    def days_of(self, column: str) -> frozenset[date]:
        """Return the days on which many more rows than usual of any source lack a column."""
        return frozenset(day for own in self.days.values() for day in own.get(column, ()))

    def of_any_day(self, column: str) -> Unfilled:
        """Return what is known of a column as if the rows of the period lacked it; nothing where no day lacks it."""
        lacking: dict[str, AbstractSet[str]] = {source: {column} for source, own in self.days.items() if column in own}
        return Unfilled(dataset=self.dataset, now=lacking, days=self.days)

    def bounds(self, shown: Iterable[str], groups: Iterable[str] = ()) -> frozenset[str]:
        """Return the measures of which a part is counted: of someone that rows do not name, or of a group.

        Args:
            shown: the columns of some figures.
            groups: the columns that name their rows.
        """
        was = frozenset[str]().union(*self.before.values())
        touched, earlier = (self._touched(columns, shown, groups) for columns in (self.columns, was))
        touched |= measures_of_older(self.dataset) if self.lost else frozenset()
        earlier |= measures_of_older(self.dataset) if self.lost_before else frozenset()
        return touched | {name + ending for name in earlier for ending in DERIVED if ending}

    def _touched(self, columns: AbstractSet[str], shown: Iterable[str], groups: Iterable[str]) -> frozenset[str]:
        named = [SUBJECTS.get(f"{self.dataset}.{column}", self._ends(column)) for column in columns]
        needed = {name for measures in named for name in measures}
        if (columns | self._shown_as(columns)).isdisjoint(groups):
            return frozenset(needed)
        return frozenset(needed) | {
            name for name in shown if name in MEASURES and MEASURES[name].certainty_over_gap != "exact"
        }


def usual_share(shares: Sequence[float]) -> float:
    """Return the share of rows that usually lack a column: the median of some days; 0 of no day."""
    return median(shares) if shares else 0.0


def is_far_beyond(nulls: int, of: int, usual: float) -> bool:
    """Return whether many more rows than usual lack a column: by one in a hundred, and beyond chance.

    Args:
        nulls: rows that lack it.
        of: all rows.
        usual: share of rows that usually do.
    """
    expected = usual * of
    excess = nulls - expected
    return math.floor(excess) > LOST_SHARE * of and excess > _DEVIATIONS * math.sqrt(expected + 1)
