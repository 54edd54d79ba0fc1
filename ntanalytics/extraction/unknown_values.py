"""Unknown values and numbers that the contract does not have: the value is replaced, counted, and its row stays.

A value that may be null becomes null. Where it may not, it becomes ``other`` if the enumeration has that; without it
the word is left, and the contract's check rejects the row. A number that may be null becomes null, if it cannot be read
or lies outside of its bounds (docs/domain.md, Rows).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.contract import Column, Type
from ntanalytics.extraction.pii import mask_text

#: Code of an enumeration for every word that has no other.
OTHER = "other"

#: Most characters of a word that is recorded, and most different words of a column in one batch.
_MOST_CHARACTERS, _MOST_WORDS = 40, 50

#: (day, column, word) → rows or lines of the source.
WordCounts: TypeAlias = Counter[tuple[dt.date | None, str, str]]


def has_substitute(column: Column) -> bool:
    """Return whether a word that a column's enumeration does not have is replaced; else its row is rejected."""
    return bool(column.values) and (column.nullable or OTHER in column.values)


def replace_unknown_values(values: pa.Array, column: Column) -> tuple[pa.Array, pa.Array | None]:
    """Replace the words of a column that its enumeration does not have; a blank is null and no word.

    Args:
        values: the column, as the contract types it.
        column: the contract's column.

    Returns:
        The column, and the replaced words (null elsewhere); None if no word was replaced.
    """
    if not has_substitute(column):
        return values, None
    is_known = pc.is_in(values, value_set=pa.array(list(column.values), column.type.arrow))
    is_unknown = pc.and_(pc.is_valid(values), pc.invert(is_known))
    if not pc.any(is_unknown).as_py():
        return values, None
    nothing = pa.scalar(None, values.type)
    is_blank = pc.and_(is_unknown, pc.equal(pc.utf8_trim_whitespace(values), ""))
    is_word = pc.and_(is_unknown, pc.invert(is_blank))
    substitute = nothing if column.nullable else pa.scalar(OTHER, values.type)
    replaced = pc.if_else(is_word, substitute, pc.if_else(is_blank, nothing, values))
    return replaced, pc.if_else(is_word, values, nothing) if pc.any(is_word).as_py() else None


def replace_unusable_numbers(
    values: pa.Array, delivered: pa.Array, is_unreadable: pa.Array, column: Column
) -> tuple[pa.Array, pa.Array | None]:
    """Replace the numbers of a column that may be null by null where they are none, or beyond its bounds.

    Args:
        values: the column, as the contract types it.
        delivered: the values as the source delivered them.
        is_unreadable: whether a value could not be converted.
        column: the contract's column.

    Returns:
        The column, and the replaced values as texts (null elsewhere); None if no value was replaced.
    """
    if not column.nullable or column.type not in (Type.INTEGER, Type.NUMBER):
        return values, None
    is_unusable = is_unreadable
    for limit, is_beyond in ((column.minimum, pc.less), (column.maximum, pc.greater)):
        if limit is not None:
            is_unusable = pc.or_(is_unusable, pc.fill_null(is_beyond(values, limit), False))
    if not pc.any(is_unusable).as_py():
        return values, None
    texts = pa.array([None if value is None else str(value) for value in delivered.to_pylist()], pa.string())
    nothing = pa.scalar(None, pa.string())
    return pc.if_else(is_unusable, pa.scalar(None, values.type), values), pc.if_else(is_unusable, texts, nothing)


def count_words(words: Mapping[str, pa.Array], days: pa.Array, weights: pa.Array, is_valid: pa.Array) -> WordCounts:
    """Return the replaced words of the valid rows of a batch, with the number of their rows.

    Args:
        words: column → its replaced words (:func:`replace_unknown_values`).
        days: the local day of each row.
        weights: the rows or lines of the source that each row stands for.
        is_valid: whether the row is kept.
    """
    counts: WordCounts = Counter()
    for column, replaced in words.items():
        table = pa.table([days, replaced, weights], ["day", "word", "rows"])
        table = table.filter(pc.and_(is_valid, pc.is_valid(replaced)))
        groups = table.group_by(["day", "word"]).aggregate([("rows", "sum")]).sort_by([("rows_sum", "descending")])
        for number, row in enumerate(groups.to_pylist()):
            word = mask_text(row["word"].strip())[:_MOST_CHARACTERS] if number < _MOST_WORDS else "…"
            counts[row["day"], column, word] += row["rows_sum"]
    return counts
