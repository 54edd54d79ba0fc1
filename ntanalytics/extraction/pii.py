"""Masking of telephone and identity card numbers, in any column, before a row reaches the lake.

A mapping selects no such number. But a unit may be named after its telephone, a person may have typed one into a
remark, and a product may use one as an account's name. An account or another identifier is replaced by its keyed hash,
so that it still joins; in any other text the number is replaced by asterisks. Both are counted.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.contract import Column, Privacy, Type
from ntanalytics.extraction.pseudonym import hash_values

#: Mobile number of mainland China, with or without the country code.
_TELEPHONE = r"(?:\+?86[- ]?)?1[3-9][0-9]{9}"
#: Region, birthday, sequence, check digit (GB 11643).
_IDENTITY = r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
_EITHER = rf"(?:(?P<identity>{_IDENTITY})|{_TELEPHONE})"
_IN_TEXT = re.compile(rf"(?<![0-9]){_EITHER}(?![0-9])")
#: The pattern in identifiers: some digits of a hash or a UUID look like such a number by accident.
IN_IDENTIFIER = re.compile(rf"(?<![0-9A-Za-z]){_EITHER}(?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"

#: Full-width digits, as Chinese input methods write them, to ASCII ones at the same place.
_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ＋－", "0123456789Xx+-")

#: A fast filter for Arrow's engine; the few values that pass are examined one by one.
_SUSPECT = r"1[3-9][0-9]{9}|[1-9][0-9]{5}(?:19|20)[0-9]{9}|[０-９]{9}"
_FEWEST_BYTES = 11  # of a telephone number in ASCII; a full-width one has more


def is_identifier(column: Column) -> bool:
    """Return whether a column identifies a record, so that equal values must stay equal."""
    return column.privacy is Privacy.PSEUDONYM or column.name.endswith(("_id", "_no"))


def mask_identifiers(values: pa.Array, column: Column, key: bytes) -> tuple[pa.Array, int]:
    """Mask the telephone and identity card numbers in a text column.

    An enumeration is not searched: the check rejects any other word.

    Args:
        values: the column, as the contract types it.
        column: the contract's column.
        key: the site's key, for identifiers.

    Returns:
        The column, and the number of values that had such a number.
    """
    if column.type is not Type.TEXT or column.values or column.is_hashed:
        return values, 0
    # Nearly all values of an identifier differ; other columns repeat a few.
    pattern = IN_IDENTIFIER if is_identifier(column) else _IN_TEXT
    candidates = values if is_identifier(column) else values.unique()
    candidates = candidates.filter(pc.greater_equal(pc.binary_length(candidates), _FEWEST_BYTES))
    suspects = candidates.filter(pc.match_substring_regex(candidates, _SUSPECT)).unique().to_pylist()
    masked = {text: mask for text in suspects if (mask := mask_text(text, pattern)) != text}
    if not masked:
        return values, 0
    personal = pa.array(list(masked), pa.string())
    replacements = hash_values(personal, key) if is_identifier(column) else pa.array(list(masked.values()), pa.string())
    places = pc.index_in(values, value_set=personal)
    return pc.coalesce(replacements.take(places), values), len(values) - places.null_count


def mask_text(text: str, pattern: re.Pattern[str] = _IN_TEXT) -> str:
    """Return a text with its telephone and identity card numbers replaced by asterisks."""
    for match in pattern.finditer(text.translate(_WIDE)):
        if match["identity"] is None or is_identity(match["identity"]):
            text = text[: match.start()] + "*" * len(match[0]) + text[match.end() :]
    return text


def is_identity(number: str) -> bool:
    """Return whether 18 characters are an identity card number, by its check digit."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == number[17].upper()
