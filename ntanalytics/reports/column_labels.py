"""The label, unit and format of a column, declared once: in the contract, or with the metric in ``MEASURES``.

A notebook and a renderer never type a label, a unit or a format: they name the column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from ntanalytics.contract import DATASETS, Column, Type
from ntanalytics.errors import UnknownName, UsageError
from ntanalytics.language import tr
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.number_format import parse_format


@dataclass(frozen=True)
class ColumnLabels:
    """The words of a column.

    Attributes:
        label: the Chinese heading.
        unit: the unit beside the label, or empty.
        format: the format of the values (metrics/number_format.py).
        values: for an enumeration, code → Chinese label.
    """

    label: str
    unit: str = ""
    format: str = "text"
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


_FORMATS = {
    Type.TEXT: "text",
    Type.INTEGER: "integer",
    Type.NUMBER: "number:1",
    Type.BOOLEAN: "text",
    Type.TIMESTAMP: "datetime",
    Type.DATE: "date",
}

#: Columns that every dataset and metric may have.
_SHARED = MappingProxyType({"day": ColumnLabels("日期", format="date"), "source": ColumnLabels("数据源")})


#: Columns that an analyst named in this process.
_own: dict[str, ColumnLabels] = {}


def label_column(column: str, label: str, *, unit: str = "", format: str = "text") -> None:
    """Give a column of one's own its words, so that tables and charts can show it.

    Args:
        column: the column; one that a metric or the contract declares keeps its words.
        label: the Chinese heading.
        unit: the unit beside the label.
        format: the format of the values, such as ``integer``, ``number:1``, ``rate:1``.

    Raises:
        UsageError: the column has words already.
        UnknownName: there is no such format.
    """
    parse_format(format)
    try:
        known = _declared_labels(column)
    except UnknownName:
        _own[column] = ColumnLabels(label, unit, format)
    else:
        raise UsageError(
            tr("the column {column!r} is {label} already", column=column, label=known.label),
            todo=tr("give your column another name"),
        )


def column_labels(column: str, datasets: tuple[str, ...] = ()) -> ColumnLabels:
    """Return the words of a column: its measure's, else its contract column's, else those of ``label_column``.

    Args:
        column: the column.
        datasets: the datasets that its rows were made of; their columns of that name come before those of others.

    Raises:
        UnknownName: neither a metric nor the contract declares it, and nobody has given it words.
    """
    return _own[column] if column in _own else _declared_labels(column, datasets)


@cache
def _declared_labels(column: str, datasets: tuple[str, ...] = ()) -> ColumnLabels:
    if column in MEASURES:
        measure = MEASURES[column]
        # A change carries its sign (metrics/change.py names its columns so).
        is_change = column.endswith(("_change", "_change_rate")) and not measure.format.startswith("points")
        return ColumnLabels(measure.label, measure.unit, "+" * is_change + measure.format, measure.values)
    declared: dict[str, Column] = {}
    for dataset in (*(DATASETS[name] for name in datasets), *DATASETS.values()):
        for contract_column in dataset.columns:
            declared.setdefault(contract_column.name, contract_column)
    if column in declared:
        first = declared[column]
        return ColumnLabels(first.label, first.unit, _FORMATS[first.type], first.values)
    if column in _SHARED:
        return _SHARED[column]
    raise UnknownName(
        "column",
        column,
        {*MEASURES, *_SHARED, *declared},
        where="a column of a report has words in the contract, in MEASURES, or by label_column(name, label)",
    )
