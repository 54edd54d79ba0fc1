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
_NOTHING = pa.array([], pa.string())
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


def hash_values(values: pa.Array, key: bytes) -> pa.Array:
    """The values of a text column, each replaced by its keyed hash; null stays null."""
    return _hashes(key).of(values.cast(pa.string()))


class _Hashes:
    """The hashes under one key, remembered from batch to batch."""

    def __init__(self, key: bytes) -> None:
        # HMAC-SHA256 (RFC 2104) from its two halves begun with the key: twice as fast as beginning anew for each value.
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner, self._outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in _PADS)
        self._known = (_NOTHING, _NOTHING)  # values and their hashes; replaced together, as threads may share them

    def of(self, values: pa.Array) -> pa.Array:
        known, hashes = self._known
        places = pc.index_in(values, value_set=known)
        fresh = values.filter(pc.is_null(places)).drop_null().unique()
        if len(fresh):
            if len(known) + len(fresh) > _REMEMBERED:
                known, hashes, fresh = _NOTHING, _NOTHING, values.drop_null().unique()
            known = pa.concat_arrays([known, fresh])
            hashes = pa.concat_arrays([hashes, pa.array([self._hash(value) for value in fresh.to_pylist()])])
            places = pc.index_in(values, value_set=known)
            self._known = (known, hashes)
        return hashes.take(places)

    def _hash(self, value: str) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(value.encode())
        outer.update(inner.digest())
        return outer.hexdigest()[:_SHOWN]


@lru_cache(maxsize=1)
def _hashes(key: bytes) -> _Hashes:
    return _Hashes(key)
