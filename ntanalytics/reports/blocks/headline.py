"""The headline figures of a compared metric, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ntanalytics.reports import data as tables
from ntanalytics.reports.blocks.kpis import Kpis, kpi, kpis


def headline(
    compared: tables.Rows,
    measures: Sequence[str],
    daily: tables.Rows | None = None,
    *,
    complete: bool = True,
    was_complete: bool = True,
    id: str = "kpis",
    origin: Mapping[str, Any] | None = None,
) -> Kpis:
    """A row of headline figures from a metric that was compared with the period before.

    Args:
        compared: one row of ``metrics.change.compare``, with ``m`` and ``m_before`` of each measure.
        measures: the measures to show, in this order.
        daily: the same measures by day, oldest first, for the small lines; a null is a gap.
        complete: whether the period has no hole (see ``kpi``).
        was_complete: whether the period before has none.
        id: a slug, unique in the report.
        origin: metric, datasets, rows and as_of.
    """
    (row,) = tables.read(compared)[1]
    days = tables.read(daily)[1] if daily is not None else []
    return kpis(
        [
            kpi(
                name,
                row[name],
                row.get(f"{name}_before"),
                complete=complete,
                was_complete=was_complete,
                spark=[day[name] for day in days],
            )
            for name in measures
        ],
        id=id,
        origin=origin,
    )
