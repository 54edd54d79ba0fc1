"""Tables as the record keeps them: Table Schema fields with labels, and rows of plain JSON values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.measure import PREVIOUS
from ntanalytics.metrics.number_format import parse_format
from ntanalytics.metrics.quantity import Certainty, Quantity
from ntanalytics.metrics.rows import Rows, read_rows
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.reports.formats import is_nan, is_null
from ntanalytics.reports.record import Field

#: Integers beyond it lose digits in JavaScript and in Excel: they are kept as texts.
LARGEST_EXACT_INTEGER = 2**53

#: What a card, a table or a chart that no source feeds says: as a remark, and as a sentence.
NO_SOURCE_NOTE = "没有数据源，未能统计"
NO_SOURCE = f"{NO_SOURCE_NOTE}。"

#: A workbook's cell holds no more than 32,767 characters.
LONGEST_TEXT = 32_000

_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)

_JSON_TYPES = {
    "text": "string",
    "state": "string",
    "integer": "integer",
    "date": "date",
    "month": "date",
    "datetime": "datetime",
}


def as_figures(rows: Rows | Figures, where: str) -> Figures:
    """Return figures as they are, and plain rows as figures where no gap could touch them.

    Args:
        rows: figures, or an Ibis table, a DataFrame or an Arrow table without a measure.
        where: the block that shows them.

    Raises:
        UsageError: a plain row has a figure of a metric, whose gaps are not known.
    """
    if isinstance(rows, Figures):
        return rows
    names, records = read_rows(rows)
    measured = [name for name in names if name in MEASURES and MEASURES[name].certainty_over_gap != "exact"]
    if measured:
        raise UsageError(
            tr("{measured} may lack data, and plain rows do not say so", measured=", ".join(measured)),
            where=where,
            todo=tr("make figures of them with the datasets that they were computed from: figures(rows, dataset)"),
        )
    return Figures(columns=names, items=tuple(map(FigureRow, records)))


def block_origin(given: Mapping[str, Any] | None, shown: Figures) -> Mapping[str, Any] | None:
    """Return the origin of a block: that of its figures where they tell it, with the metric that is given for them."""
    if not shown.origin or (given and given.get("datasets") == shown.origin["datasets"]):
        return given
    return shown.origin


def recorded_row(cells: Mapping[str, tuple[Any, Certainty]]) -> Mapping[str, Any]:
    """Return a row as the record keeps it: column → JSON value, and the certainty of those that are not exact.

    Args:
        cells: column → its value, as JSON keeps it, and its certainty; an unknown one has none.
    """
    values = {name: None if certainty == "unknown" else value for name, (value, certainty) in cells.items()}
    certainties = {name: certainty for name, (_, certainty) in cells.items() if certainty != "exact"}
    return values | ({"certainty": certainties} if certainties else {})


def plain_row(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row of names and quantities as the record keeps it."""
    return recorded_row({name: _cell(value) for name, value in values.items()})


def _cell(value: Any) -> tuple[Any, Certainty]:
    return (json_value(value.value), value.shown) if isinstance(value, Quantity) else (json_value(value), "exact")


def make_field(
    column: str, values: Iterable[Any] = (), datasets: tuple[str, ...] = (), against: str = PREVIOUS
) -> Field:
    """Return the field of a column; its type follows the format, or the values where the format is ``text``.

    Args:
        column: the column.
        values: its values.
        datasets: the datasets that they were made of.
        against: the period before in words, for the heading of its figures: ``上周``.
    """
    labels = column_labels(column, datasets)
    kind = parse_format(labels.format).kind
    json_type = _JSON_TYPES.get(kind, "number")
    present = [value for value in values if not is_null(value)]
    if kind == "text" and present and not labels.values and all(isinstance(value, bool) for value in present):
        json_type = "boolean"
    return Field(column, json_type, labels.label.replace(PREVIOUS, against), labels.unit, labels.format)


def json_value(value: Any, labels: Mapping[Any, str] | None = None, type: str = "") -> Any:
    """Return a value as JSON keeps it.

    Args:
        value: a value of the engine.
        labels: for an enumeration, code → label; a code without a label stays as it is.
        type: the field's type; a whole number in an ``integer`` column becomes one, though pandas made it a float.

    Returns:
        None, a text, a number or a boolean; an instant as ISO text in UTC, a day as ISO text, an integer beyond 2^53
        as text, text without control characters (XML has none of them).
    """
    if is_null(value) or is_nan(value):
        return None
    if labels and value in labels:
        return labels[value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_EXACT_INTEGER else str(value)
    if isinstance(value, Decimal):
        return json_value(int(value)) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, float):
        return json_value(int(value)) if type == "integer" and value.is_integer() else value
    return clean_text(str(value))


def clean_text(text: str) -> str:
    """Return a text that a page and a workbook can both hold and show as it is.

    Left out are control characters (XML and workbooks have none), lone surrogates, and the marks that turn the
    direction of writing (they would turn the figures after them). Cut after ``LONGEST_TEXT`` characters.
    """
    kept = _UNFIT.sub("", text)
    return kept if len(kept) <= LONGEST_TEXT else f"{kept[:LONGEST_TEXT]}…"


def data_resource(
    fields: Sequence[Field], rows: Sequence[Mapping[str, Any]], key: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the data as ``application/vnd.dataresource+json``."""
    schema = {"fields": [field.to_json() for field in fields], "primaryKey": list(key)}
    return {"schema": schema, "data": [dict(row) for row in rows]}


def select_columns(columns: Sequence[str], wanted: Sequence[str] | None, where: str) -> list[str]:
    """Return the columns to show, in the order wanted.

    Raises:
        UsageError: one of them is not in the table.
    """
    missing = [name for name in wanted or () if name not in columns]
    if missing:
        raise UsageError(
            tr("no column {missing}", missing=", ".join(missing)),
            where=where,
            todo=tr("the table has {columns}", columns=", ".join(columns)),
        )
    return list(wanted or columns)
