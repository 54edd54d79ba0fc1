"""No text is longer than a reader has a use for: one name of forty thousand characters would be a report of its own."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.contract import Column, Type
from ntanalytics.extraction.pii import is_identifier
from ntanalytics.extraction.pseudonym import hash_values

#: Characters of a text that are kept.
LONGEST = 500


def truncate_texts(values: pa.Array, column: Column, key: bytes) -> pa.Array:
    """A text column whose longer texts end, with an ellipsis, at ``LONGEST`` characters; an identifier is hashed.

    Args:
        values: the column, as the contract types it.
        column: the contract's column.
        key: the site's key: two identifiers that begin alike must stay two.
    """
    if column.type is not Type.TEXT or column.values:
        return values
    # a text has no more characters than bytes, and these are known without looking at it
    if (pc.max(pc.binary_length(values)).as_py() or 0) <= LONGEST:
        return values
    is_long = pc.fill_null(pc.greater(pc.utf8_length(values), LONGEST), False)
    if is_identifier(column):
        return pc.if_else(is_long, hash_values(values.filter(is_long), key).take(_places(is_long)), values)
    begun = pc.utf8_slice_codeunits(values, 0, LONGEST - 1)
    return pc.if_else(is_long, pc.binary_join_element_wise(begun, "…", ""), values)


def _places(chosen: pa.Array) -> pa.Array:
    """For each place, which of the chosen ones it is; null where it is none."""
    number = pc.subtract(pc.cumulative_sum(chosen.cast(pa.int64())), 1)
    return pc.if_else(chosen, number, pa.scalar(None, pa.int64()))
