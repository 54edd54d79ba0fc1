"""Values that a column of the contract does not allow, and the reasons for which their rows are rejected."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.contract import Column
from ntanalytics.extraction.unknown_values import has_substitute


def label(column: Column) -> str:
    """Return the name of a column in a reason."""
    return f"{column.label}（{column.name}）"


def within(values: pa.Array, column: Column) -> pa.Array:
    """Return a derived duration without the values that its column does not allow."""
    for limit, is_beyond in ((column.minimum, pc.less), (column.maximum, pc.greater)):
        if limit is not None and column.nullable:
            is_broken = is_beyond(values, limit)
            if pc.any(is_broken).as_py():  # which is rare, and takes much longer
                values = pc.if_else(pc.fill_null(is_broken, False), None, values)
    return values


def violations(columns: dict[str, pa.Array], column: Column, *, is_required: bool) -> list[tuple[pa.Array, str]]:
    """Return masks of the values that a column does not allow, each with its reason.

    Args:
        columns: the converted columns up to this one.
        column: the contract's column.
        is_required: whether a value must be there.
    """
    values, broken = columns[column.name], list[tuple[pa.Array, str]]()
    if is_required:
        broken.append((pc.is_null(values), f"{label(column)}缺失"))
    if column.values and not has_substitute(column):
        is_known = pc.is_in(values, value_set=pa.array(list(column.values), column.type.arrow))
        broken.append((pc.and_(pc.is_valid(values), pc.invert(is_known)), f"{label(column)}不在取值范围内"))
    if column.minimum is not None:
        is_low = pc.fill_null(pc.less(values, column.minimum), False)
        broken.append((is_low, f"{label(column)}小于 {column.minimum:.15g}"))
    if column.maximum is not None:
        is_high = pc.fill_null(pc.greater(values, column.maximum), False)
        if column.maximum_of is not None:
            name, members = column.maximum_of
            is_high = pc.and_(is_high, pc.is_in(columns[name], value_set=pa.array(members, pa.string())))
        broken.append((is_high, f"{label(column)}大于 {column.maximum:.15g}"))
    return broken
