"""Truncation of long texts: one name of forty thousand characters would fill a report."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.contract import Column, Type
from ntanalytics.extraction.pii import is_identifier
from ntanalytics.extraction.pseudonym import hash_values

#: Most characters of a text in the lake.
LONGEST = 500


def truncate_texts(values: pa.Array, column: Column, key: bytes) -> pa.Array:
    """Return a text column with longer texts cut to ``LONGEST`` characters, an ellipsis included.

    A longer identifier is replaced by its hash: two identifiers with the same beginning must stay different.

    Args:
        values: the column, as the contract types it.
        column: the contract's column.
        key: the site's key for hashes.
    """
    if column.type is not Type.TEXT or column.values:
        return values
    # a text has at most as many characters as bytes, and Arrow knows the bytes without decoding
    if (pc.max(pc.binary_length(values)).as_py() or 0) <= LONGEST:
        return values
    is_long = pc.fill_null(pc.greater(pc.utf8_length(values), LONGEST), False)
    if is_identifier(column):
        return pc.if_else(is_long, hash_values(values.filter(is_long), key).take(_ranks(is_long)), values)
    beginnings = pc.utf8_slice_codeunits(values, 0, LONGEST - 1)
    return pc.if_else(is_long, pc.binary_join_element_wise(beginnings, "…", ""), values)


def _ranks(is_chosen: pa.Array) -> pa.Array:
    """Return for each chosen place its number among the chosen ones, from 0; null for the others."""
    number = pc.subtract(pc.cumulative_sum(is_chosen.cast(pa.int64())), 1)
    return pc.if_else(is_chosen, number, pa.scalar(None, pa.int64()))
