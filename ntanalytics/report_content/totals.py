"""Rows of totals 合计 below the groups of a table."""

from __future__ import annotations

from dataclasses import replace

from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures

#: Name of the row.
TOTAL = "合计"


def with_total(rows: Figures, total: FigureRow, group: str) -> Figures:
    """Return the groups of a table with the total below them; without a group there is none.

    The total is that of the metric, and not the sum of the rows: accounts of two editions are counted once in it. A
    measure that the total does not have is empty.

    Args:
        rows: the groups.
        total: the row of the same metric without groups.
        group: the column that names a group.
    """
    if not rows.items:
        return rows
    # each measure stays as complete as it is in the total
    last = total | FigureRow({name: None for name in rows.columns if name not in total} | {group: TOTAL})
    return replace(rows, items=(*rows.items, last))
