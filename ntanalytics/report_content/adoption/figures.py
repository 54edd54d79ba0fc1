"""PageFigures of a page on the adoption of the OA."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import ibis.expr.types as ir
import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """PageFigures of one page.

    Attributes:
        unit: the page's unit, by its name in the identity system, or empty.
        edition: the page's edition, or empty.
        total: figures in all, compared with the period before; one row.
        reach: units onboarded and active; one row.
        handled: handling time in all; one row.
        typical: medians of the unit's edition; empty without a unit.
        tables: ``editions``, ``ranking``, ``weeks``, ``daily``, ``modules``, ``flow``, ``cohorts``, ``handling``.
        worked_days: working days of the period and of the one before.
        days: the days of the span of the daily chart.
        note: note on gaps, or empty.
        tasks_note: the same for the tasks.
        is_complete: whether the page's data have no gap in the period.
        was_complete: the same for the period before.
        origin: datasets and versions of the figures.
    """

    unit: str
    edition: str
    total: Mapping[str, Any]
    reach: Mapping[str, Any]
    handled: Mapping[str, Any]
    typical: Mapping[str, Any]
    tables: Mapping[str, pa.Table]
    worked_days: tuple[int, int]
    days: ir.Table
    note: str
    tasks_note: str
    is_complete: bool
    was_complete: bool
    origin: Mapping[str, object]


class PageFigures(NamedTuple):
    """Computed figures of a page; see ``Adoption``."""

    total: Mapping[str, Any]
    reached: Mapping[str, Any]
    handled: Mapping[str, Any]
    typical: pa.Table
    ranking: pa.Table
    weeks: pa.Table
    tables: Mapping[str, pa.Table]
