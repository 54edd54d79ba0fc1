"""Tables as the record keeps them: Table Schema fields with words, and rows of plain JSON values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

import pandas as pd
import pyarrow as pa

from ntanalytics.errors import UsageError
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.reports.formats import is_null, parts
from ntanalytics.reports.record import Field

#: Integers beyond it lose digits in JavaScript and in Excel: they are kept as texts.
EXACT = 2**53

#: A workbook's cell holds no more than 32,767 characters.
LONGEST = 32_000

_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)

_TYPES = {
    "text": "string",
    "state": "string",
    "integer": "integer",
    "date": "date",
    "month": "date",
    "datetime": "datetime",
}


class Expression(Protocol):
    """What a notebook hands over: an Ibis table, or anything else that gives an Arrow table."""

    def to_pyarrow(self) -> pa.Table:
        """The rows."""


Rows: TypeAlias = Expression | pd.DataFrame | pa.Table


def read(rows: Rows) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns and the rows of a table, with nulls as None.

    Args:
        rows: an Ibis table (it is executed), a pandas DataFrame (its index is left out) or an Arrow table.
    """
    if isinstance(rows, pd.DataFrame):
        table = pa.Table.from_pandas(rows, preserve_index=False)
    else:
        table = rows if isinstance(rows, pa.Table) else rows.to_pyarrow()
    return list(table.column_names), table.to_pylist()


def field_of(column: str, values: Iterable[Any] = ()) -> Field:
    """The field of a column, with its words; its type follows its format, or the values when that is ``text``."""
    found = column_labels(column)
    kind = parts(found.format)[0]
    kind_of_json = _TYPES.get(kind, "number")
    present = [value for value in values if not is_null(value)]
    if kind == "text" and present and not found.values and all(isinstance(value, bool) for value in present):
        kind_of_json = "boolean"
    return Field(column, kind_of_json, found.label, found.unit, found.format)


def value_of(value: Any, values: Mapping[Any, str] | None = None, type: str = "") -> Any:
    """A value as JSON keeps it.

    Args:
        value: what the engine gave.
        values: for an enumeration, code → word; a code without a word stays as it is.
        type: the field's type; a whole number in an ``integer`` column is one, though pandas made it a float.

    Returns:
        None, a text, a number or a boolean; an instant as ISO text in UTC, a day as ISO text, an integer beyond 2^53
        as text, text without control characters (XML has none of them).
    """
    if is_null(value) or value is pd.NaT:
        return None
    if values and value in values:
        return values[value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT else str(value)
    if isinstance(value, Decimal):
        return value_of(int(value)) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, float):
        return value_of(int(value)) if type == "integer" and value.is_integer() else value
    return clean(str(value))


def clean(text: str) -> str:
    """Text that a page and a workbook can both hold and show as it is.

    Left out are control characters (XML and workbooks have none), lone surrogates, and the marks that turn the
    direction of writing (they would turn the figures after them). Cut after ``LONGEST`` characters, a cell's limit.
    """
    kept = _UNFIT.sub("", text)
    return kept if len(kept) <= LONGEST else f"{kept[:LONGEST]}…"


def resource(fields: Sequence[Field], rows: Sequence[Mapping[str, Any]], key: Sequence[str] = ()) -> dict[str, Any]:
    """The data as ``application/vnd.dataresource+json`` has it."""
    schema: dict[str, Any] = {"fields": [each.to_json() for each in fields], "primaryKey": list(key)}
    return {"schema": schema, "data": [dict(row) for row in rows]}


def chosen(columns: Sequence[str], wanted: Sequence[str] | None, where: str) -> list[str]:
    """The columns to show, in the order wanted.

    Raises:
        UsageError: one of them is not in the table.
    """
    missing = [name for name in wanted or () if name not in columns]
    if missing:
        raise UsageError(f"no column {', '.join(missing)}", where=where, todo=f"the table has {', '.join(columns)}")
    return list(wanted or columns)
