"""Figures of a page on the adoption of the OA."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import ibis.expr.types as ir
import pyarrow as pa


@dataclass(frozen=True)
class Adoption:
    """The figures of one page.

    Attributes:
        unit: the one unit that it is about, by our name, or empty.
        edition: the one edition, or empty.
        total: the figures of all of it, compared with the period before; one row.
        reach: units onboarded and active; one row.
        handled: handling time of all of it; one row.
        typical: of a unit's page, the medians of its edition; else empty.
        tables: ``editions``, ``ranking``, ``weeks``, ``daily``, ``modules``, ``flow``, ``cohorts``, ``handling``.
        worked_days: working days of the period and of the one before.
        days: the days of the span of the daily chart.
        note: what must be said of holes, or empty.
        tasks_note: the same of the tasks.
        is_complete: whether what the page shows has no hole in the period.
        was_complete: whether the period before has none.
        origin: where the figures come from.
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


class Figures(NamedTuple):
    """Computed figures of a page; see ``Adoption``."""

    total: Mapping[str, Any]
    reached: Mapping[str, Any]
    handled: Mapping[str, Any]
    typical: pa.Table
    ranking: pa.Table
    weeks: pa.Table
    tables: Mapping[str, pa.Table]
