"""Hashing what may not be kept: equal values stay equal, and nothing else can be told from them.

The key is the site's own. It is made once, beside the lake, readable by the lake's owner alone; who does not have it
cannot find out an address by hashing all of them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.errors import LakeError

KEY_NAME = ".pseudonym.key"
_KEY_BYTES = 32
_BLOCK_BYTES, _PADS = 64, (0x36, 0x5C)  # of HMAC-SHA256
_REMEMBERED = 65_536  # values and their hashes: a city's people come from fewer addresses, batch after batch
_SHOWN = 24  # hexadecimal digits kept: 96 bits, so that no two addresses of a city meet


def site_key(lake: Path) -> bytes:
    """The site's key, made when it is first needed.

    Raises:
        LakeError: it can be neither read nor made, or it is damaged.
    """
    path = lake / KEY_NAME
    try:
        if not path.exists():
            lake.mkdir(parents=True, exist_ok=True)
            fresh = lake / f"{KEY_NAME}.{secrets.token_hex(4)}"
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
            with contextlib.suppress(
                FileExistsError
            ):  # whoever comes first: a second process takes the first one's key
                os.link(fresh, path)
            fresh.unlink()
        key = path.read_bytes()
    except OSError as error:
        raise LakeError(f"cannot read the key of pseudonyms: {error}", where=str(path)) from error
    if len(key) != _KEY_BYTES:
        raise LakeError("the key of pseudonyms is damaged", where=str(path), todo="restore it from a backup")
    return key


def hashed(values: pa.Array, key: bytes) -> pa.Array:
    """The values of a text column, each replaced by its keyed hash; null stays null."""
    encoded = pc.dictionary_encode(values.cast(pa.string()))
    words = [None if value is None else _keyed(value, key) for value in encoded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(words, pa.string())).dictionary_decode()


@lru_cache(maxsize=_REMEMBERED)
def _keyed(value: str, key: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) from its two halves begun with the key: twice as fast as beginning anew for each value."""
    inner, outer = (half.copy() for half in _halves(key))
    inner.update(value.encode())
    outer.update(inner.digest())
    return outer.hexdigest()[:_SHOWN]


@lru_cache(maxsize=1)
def _halves(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in key.ljust(_BLOCK_BYTES, b"\0"))) for pad in _PADS)
    return inner, outer
