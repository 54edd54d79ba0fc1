"""The headline figures of a compared metric, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.quantity import quantity
from ntanalytics.reports import data as tables
from ntanalytics.reports.blocks.kpis import Kpis, kpi, kpis


def headline(
    compared: tables.Rows,
    measures: Sequence[str],
    daily: tables.Rows | None = None,
    *,
    is_complete: bool = True,
    was_complete: bool = True,
    id: str = "kpis",
    origin: Mapping[str, Any] | None = None,
) -> Kpis:
    """Return a row of headline figures of a metric that was compared with the period before.

    Args:
        compared: one row of ``metrics.change.compare``, with ``m`` and ``m_before`` of each measure.
        measures: the measures to show, in this order.
        daily: the same measures by day, oldest first, for the sparklines; a null is a gap.
        is_complete: the period has no gap (see ``metrics.quantity``).
        was_complete: the period before has none.
        id: a slug, unique in the report.
        origin: metric, datasets, rows and as_of.
    """
    (row,) = tables.read_rows(compared)[1]
    days = tables.read_rows(daily)[1] if daily is not None else []
    items = [
        kpi(
            quantity(MEASURES[name], row[name], is_complete=is_complete),
            quantity(MEASURES[name], row.get(f"{name}_before"), is_complete=was_complete),
            spark=[day[name] for day in days],
        )
        for name in measures
    ]
    return kpis(items, id=id, origin=origin)
