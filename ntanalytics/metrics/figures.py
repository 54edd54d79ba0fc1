"""Figures: rows of a metric that know how far their data are complete, so that no gap is dropped on the way.

Tables, charts, cards, sentences and checks of the suite take figures; a gap of the data is told once, where the figures
are made from the rows of a metric and the datasets that it read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.quantity import Quantity, quantity
from ntanalytics.metrics.rows import Rows, rows

_BEFORE, _CHANGES = "_before", ("_change", "_change_rate")


class Covered(Protocol):
    """A dataset within a period, or anything made of datasets, that knows its gaps."""

    @property
    def is_complete(self) -> bool:
        """True if the data of the period have no gap."""

    @property
    def was_complete(self) -> bool:
        """True if those of the period before have none."""

    @property
    def note(self) -> str:
        """Remark on the gap for a reader, in Chinese; empty where there is none."""


class FigureRow(Mapping[str, Any]):
    """One row of figures: column → value, with the completeness of the data behind it.

    Attributes:
        is_complete: whether the data of the row have no gap in the period.
        was_complete: whether they have none in the period before.
    """

    def __init__(self, values: Mapping[str, Any], *, is_complete: bool = True, was_complete: bool = True) -> None:
        self._values = values
        self.is_complete = is_complete
        self.was_complete = was_complete

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def quantity(self, name: str) -> Quantity:
        """Return a figure as a quantity; unknown where the row does not have it.

        Raises:
            KeyError: no measure has that name.
        """
        return quantity(MEASURES[name], self._values.get(name), is_complete=self._is_complete(name))

    def _is_complete(self, name: str) -> bool:
        if name.endswith(_BEFORE):
            return self.was_complete
        if name.endswith(_CHANGES):
            return self.is_complete and self.was_complete
        return self.is_complete


@dataclass(frozen=True, kw_only=True)
class Figures(Sequence[FigureRow]):
    """Rows of one metric with the gaps of the data behind them; made by ``figures`` or ``case_list``.

    Attributes:
        columns: names of the columns, in order; none where no source feeds them.
        items: the rows.
        note: the remark on the gap for a reader, in Chinese; empty where there is none.
    """

    columns: tuple[str, ...]
    items: tuple[FigureRow, ...]
    note: str = ""

    def __getitem__(self, place: Any) -> Any:
        return self.items[place]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def total(self) -> FigureRow:
        """The only row.

        Raises:
            ValueError: there is none, or more than one.
        """
        if len(self.items) != 1:
            raise ValueError(f"expected figures of one row, got {len(self.items)}")
        return self.items[0]


def figures(table: Rows, *views: Covered) -> Figures:
    """Return the rows of a metric as figures.

    A row of a day (``is_covered``) or of a group that knows its own gaps (``is_complete``) is as complete as it says;
    any other row is as complete as all views together.

    Args:
        table: the rows of a metric.
        views: the datasets that the metric read.
    """
    is_complete = all(view.is_complete for view in views)
    was_complete = all(view.was_complete for view in views)
    items = tuple(FigureRow(row, is_complete=_own(row, is_complete), was_complete=was_complete) for row in rows(table))
    return Figures(columns=_columns(table), items=items, note=_note(views))


def case_list(table: Rows, *views: Covered) -> Figures:
    """Return single events or cases as figures: each row is exact; over a gap the list may lack some.

    Args:
        table: one row for each event or case.
        views: the datasets that they were taken from.
    """
    return Figures(columns=_columns(table), items=tuple(FigureRow(row) for row in rows(table)), note=_note(views))


#: Figures of a subsystem that no source feeds.
NO_FIGURES = Figures(columns=(), items=())


def _own(row: Mapping[str, Any], default: bool) -> bool:
    known = row.get("is_covered", row.get("is_complete"))
    return default if known is None else bool(known)


def _columns(table: Rows) -> tuple[str, ...]:
    if isinstance(table, ir.Table):
        return tuple(table.columns)
    if isinstance(table, pa.Table):
        return tuple(table.column_names)
    return tuple(table[0]) if table else ()


def _note(views: Sequence[Covered]) -> str:
    return "".join(dict.fromkeys(view.note for view in views if view.note))
