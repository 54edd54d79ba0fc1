"""The words of a column, declared once: with its dataset in the contract, or with its metric in ``MEASURES``.

A notebook and a renderer never type a label, a unit or a format: they name the column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from ntanalytics.contract import DATASETS, Type
from ntanalytics.errors import UnknownName
from ntanalytics.metrics import MEASURES


@dataclass(frozen=True)
class ColumnLabels:
    """What a reader is told about a column.

    Attributes:
        label: the Chinese words that head it.
        unit: the unit beside the label, or empty.
        format: how its values are written (reports/formats.py).
        values: for an enumeration, code → Chinese word.
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


@cache
def column_labels(column: str) -> ColumnLabels:
    """The words of a column: its measure's, else its contract column's.

    Raises:
        UnknownName: neither a metric nor the contract declares it.
    """
    if column in MEASURES:
        declared = MEASURES[column]
        # A change carries its sign (metrics/change.py names its columns so).
        is_change = column.endswith(("_change", "_change_rate")) and not declared.format.startswith("points")
        return ColumnLabels(declared.label, declared.unit, "+" * is_change + declared.format, declared.values)
    for dataset in DATASETS.values():
        for each in dataset.columns:
            if each.name == column:
                return ColumnLabels(each.label, each.unit, _FORMATS[each.type], each.values)
    if column in _SHARED:
        return _SHARED[column]
    known = {*MEASURES, *_SHARED, *(each.name for dataset in DATASETS.values() for each in dataset.columns)}
    raise UnknownName("column", column, known, where="a column of a report has words in the contract or in MEASURES")
