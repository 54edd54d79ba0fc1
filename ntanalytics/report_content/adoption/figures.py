"""Figures of a page on the adoption of the OA."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import pyarrow as pa

from ntanalytics.metrics.change import ComparedPart
from ntanalytics.metrics.figure_row import DERIVED, FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.unfilled import Unfilled


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """Figures of one page.

    Attributes:
        unit: the page's unit, by its name in the identity system, or empty.
        edition: the page's edition, or empty.
        total: figures in all, compared with the period before.
        reach: units onboarded and active.
        handled: handling time in all.
        typical: medians of the unit's edition; empty without a unit.
        tables: ``editions``, ``ranking``, ``moving``, ``weeks``, ``daily``, ``modules``, ``flow``, ``cohorts``,
            ``handling``; a page of a unit has neither ``moving`` nor ``cohorts``.
        shows_places: whether the platform owner asked for the places of units; never on the page of a unit.
        worked_days: working days of the period and of the one before.
        days: the days of the span of the daily chart.
        origin: datasets and versions of the figures.
    """

    unit: str
    edition: str
    total: FigureRow
    reach: FigureRow
    handled: FigureRow
    typical: FigureRow
    tables: Mapping[str, Figures]
    shows_places: bool
    worked_days: tuple[int, int]
    days: pa.Table
    origin: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class PageCoverage:
    """Gaps in the data of a page: those of the sources that feed its rows.

    Attributes:
        is_complete: whether the page's data have no gap in the period.
        was_complete: the same for the period before.
        note: note on the gap, or empty.
        sources: names of the sources that feed the page's datasets.
        unknown_measures: measures of which a source of the page lacks a column that they need.
        absent_note: note on the columns, or empty.
        against: the period before in words: ``上周``.
        unfilled: the terminals that many rows of the page's sources lack.
    """

    is_complete: bool
    was_complete: bool
    note: str
    sources: tuple[str, ...]
    unknown_measures: frozenset[str] = frozenset()
    absent_note: str = ""
    against: str = ""
    unfilled: Unfilled = field(default_factory=Unfilled)


class PageFigures(NamedTuple):
    """Computed rows of a page; see ``Adoption``."""

    total: FigureRow
    reached: pa.Table
    handled: pa.Table
    typical: pa.Table
    ranking: pa.Table
    weeks: pa.Table
    tables: Mapping[str, pa.Table]


#: Measures of the head of a page → the gaps that count for them.
Coverages: TypeAlias = Mapping[tuple[str, ...], PageCoverage]


def compared_parts(coverages: Coverages) -> tuple[ComparedPart, ...]:
    """Return the parts of a comparison with the period before: measures of the same gaps."""
    return tuple(
        ComparedPart(names, coverage.is_complete, coverage.was_complete) for names, coverage in coverages.items()
    )


def head_figures(made: pa.Table, coverages: Coverages) -> FigureRow:
    """Return the figures of the head of a page.

    Args:
        made: one row, what ``metrics.change.compare_parts`` returns of :func:`compared_parts`.
        coverages: the gaps of its measures.
    """
    total = FigureRow({})
    for names, coverage in coverages.items():
        own = {name + ending for name in names for ending in DERIVED}
        total |= figures(made.select([name for name in made.column_names if name in own]), coverage).total
    return total
