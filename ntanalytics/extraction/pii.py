"""Telephone and identity card numbers do not come into the lake, whatever column they stand in.

A mapping selects no such number. But a unit can be called after its telephone, a person may have written one into a
remark, and a product may take one for an account's name. What such a column may tell of a person decides what becomes
of it: an account or another identifier is replaced by its keyed hash, so that it still joins; of any other text the
number alone is written as asterisks. Both are counted.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.contract import Column, Privacy, Type
from ntanalytics.extraction.pseudonym import hash_values

#: A mainland mobile number, with or without the country's code.
_TELEPHONE = r"(?:\+?86[- ]?)?1[3-9][0-9]{9}"
#: Region, birthday, sequence, check digit (GB 11643).
_IDENTITY = r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
_EITHER = rf"(?:(?P<identity>{_IDENTITY})|{_TELEPHONE})"
_IN_TEXT = re.compile(rf"(?<![0-9]){_EITHER}(?![0-9])")
#: The digits of a hash or a UUID may happen to look like one.
IN_IDENTIFIER = re.compile(rf"(?<![0-9A-Za-z]){_EITHER}(?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"

#: The digits of an input method that writes wide, as plain ones of the same place.
_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ＋－", "0123456789Xx+-")

#: What might hold one, for Arrow's own engine: few values pass it, and those that do are looked at one by one.
_PERHAPS = r"1[3-9][0-9]{9}|[1-9][0-9]{5}(?:19|20)[0-9]{9}|[０-９]{9}"
_SHORTEST = 11  # bytes of a telephone's number, plain; a wide one has more


def is_identifier(column: Column) -> bool:
    """Whether a column tells one record from another, so that equal values must stay equal."""
    return column.privacy is Privacy.PSEUDONYM or column.name.endswith(("_id", "_no"))


def mask_identifiers(values: pa.Array, column: Column, key: bytes) -> tuple[pa.Array, int]:
    """A text column without telephone and identity card numbers, and how many values held one.

    An enumeration needs none of it: what is none of its words is set aside.

    Args:
        values: the column, as the contract types it.
        column: the contract's column.
        key: the site's key, for identifiers.
    """
    if column.type is not Type.TEXT or column.values or column.is_hashed:
        return values, 0
    # An identifier's values nearly all differ; those of other columns are few.
    pattern = IN_IDENTIFIER if is_identifier(column) else _IN_TEXT
    candidates = values if is_identifier(column) else values.unique()
    candidates = candidates.filter(pc.greater_equal(pc.binary_length(candidates), _SHORTEST))
    suspects = candidates.filter(pc.match_substring_regex(candidates, _PERHAPS)).unique().to_pylist()
    replaced = {text: plain for text in suspects if (plain := mask_text(text, pattern)) != text}
    if not replaced:
        return values, 0
    held = pa.array(list(replaced), pa.string())
    instead = hash_values(held, key) if is_identifier(column) else pa.array(list(replaced.values()), pa.string())
    places = pc.index_in(values, value_set=held)
    return pc.coalesce(instead.take(places), values), len(values) - places.null_count


def mask_text(text: str, pattern: re.Pattern[str] = _IN_TEXT) -> str:
    """The text with each telephone and identity card number in it written as asterisks."""
    plain = text.translate(_WIDE)
    for found in pattern.finditer(plain):
        if found["identity"] is None or is_identity(found["identity"]):
            text = text[: found.start()] + "*" * len(found[0]) + text[found.end() :]
    return text


def is_identity(number: str) -> bool:
    """Whether 18 characters are an identity card's number, by its check digit."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == number[17].upper()
