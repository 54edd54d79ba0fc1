"""The headline figures of a compared metric, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import NO_FIGURES, Figures
from ntanalytics.reports.blocks.kpis import Kpis, kpi, kpis


def headline(
    compared: FigureRow,
    measures: Sequence[str],
    daily: Figures = NO_FIGURES,
    *,
    marks: Mapping[str, Mapping[int, str]] = MappingProxyType({}),
    id: str = "kpis",
    origin: Mapping[str, Any] | None = None,
) -> Kpis:
    """Return a row of headline figures of a metric that was compared with the period before.

    Args:
        compared: the row of ``metrics.change.compare``, with ``m`` and ``m_before`` of each measure.
        measures: the measures to show, in this order.
        daily: the same measures by day or week, oldest first, for the sparklines.
        marks: measure → the exceptions in its sparkline: place → words.
        id: a slug, unique in the report.
        origin: metric, datasets, rows and as_of.
    """
    cards = [
        kpi(
            compared.quantity(name),
            compared.quantity(f"{name}_before"),
            spark=daily.quantities(name),
            marks=marks.get(name, {}),
        )
        for name in measures
    ]
    return kpis(cards, id=id, origin=origin)
