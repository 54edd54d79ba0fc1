"""Keyed hashes of values that must not be stored: equal values stay equal, and nothing else can be learnt.

The site's key is made once, beside the lake, and only the lake's owner can read it. A pepper, a secret outside of the
lake, is hashed into it: without the pepper nobody who has lake and key can find an address by hashing all addresses. A
mark beside the key tells when key or pepper is another than before: pseudonyms would not match any more, silently.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from functools import lru_cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.errors import LakeError, SettingsError
from ntanalytics.lake import DeltaLake
from ntanalytics.language import tr
from ntanalytics.settings import Settings, read_secret

KEY_NAME = ".pseudonym.key"
#: Name of the file that tells whether key and pepper are those of the pseudonyms in the lake.
MARK_NAME = ".pseudonym.mark"
#: Fewest characters of a pepper: a shorter one can be guessed, too.
_SHORTEST_PEPPER = 32
_KEY_BYTES = 32
_BLOCK_BYTES, _PADS = 64, (0x36, 0x5C)  # of HMAC-SHA256
_MOST_CACHED = 65_536  # values and their hashes; a city's people use fewer addresses
_NOTHING = pa.nulls(0, pa.string())  # pa.array of a list imports pandas
_HASH_DIGITS = 24  # hexadecimal, 96 bits: no two addresses of a city collide


def hashing_key(lake: DeltaLake, settings: Settings) -> bytes:
    """Return the key of the hashes: that of the lake, with the site's pepper hashed into it.

    Raises:
        LakeError: the key cannot be read or made, or key or pepper is another than that of the pseudonyms in the lake.
        SettingsError: there is no pepper behind its reference, or it is too short.
    """
    key = lake.shared_file(KEY_NAME, site_key)
    if pepper := read_secret(settings.pepper, where="pepper"):
        if len(pepper) < _SHORTEST_PEPPER:
            todo = tr("make one by `openssl rand -hex 32`")
            raise SettingsError(
                tr("it has fewer than {shortest_pepper} characters", shortest_pepper=_SHORTEST_PEPPER),
                where="pepper",
                todo=todo,
            )
        key = hmac.digest(pepper.encode(), key, "sha256")
    mark = hmac.digest(key, MARK_NAME.encode(), "sha256").hex()[:16].encode()
    if lake.shared_file(MARK_NAME, partial(_first_content, content=mark)) != mark:
        raise LakeError(
            tr("the key of pseudonyms or the pepper is another than that of the pseudonyms in the lake"),
            where=lake.address,
            todo=tr(
                "restore it; for new pseudonyms from now on, remove {mark_name} (SECURITY.md, Keys of pseudonyms)",
                mark_name=MARK_NAME,
            ),
        )
    return key


def site_key(lake: Path) -> bytes:
    """Return the site's key, and make it at the first call.

    Raises:
        LakeError: the key can be neither read nor made, or it is damaged.
    """
    path = lake / KEY_NAME
    key = _first_content(lake, name=KEY_NAME, content=secrets.token_bytes(_KEY_BYTES))
    if len(key) != _KEY_BYTES:
        raise LakeError(tr("the key of pseudonyms is damaged"), where=str(path), todo=tr("restore it from a backup"))
    return key


def _first_content(lake: Path, *, content: bytes, name: str = MARK_NAME) -> bytes:
    """Return the content of a file of the lake; without the file it is made with the given one.

    Raises:
        LakeError: it can be neither read nor made.
    """
    path = lake / name
    try:
        if not path.exists():
            lake.mkdir(parents=True, exist_ok=True)
            draft = lake / f"{name}.{secrets.token_hex(4)}"
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
            with contextlib.suppress(FileExistsError):  # the first of several processes wins
                os.link(draft, path)
            draft.unlink()
        return path.read_bytes()
    except OSError as error:
        raise LakeError(tr("cannot read the key of pseudonyms: {error}", error=error), where=str(path)) from error


def hash_values(values: pa.Array, key: bytes) -> pa.Array:
    """Return a text column with each value replaced by its keyed hash; null stays null."""
    return _hasher(key).hash(values.cast(pa.string()))


class _Hasher:
    """Hashes under one key, cached from batch to batch."""

    def __init__(self, key: bytes) -> None:
        # HMAC-SHA256 (RFC 2104) by copies of its two started halves: twice as fast as a new HMAC for each value.
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner, self._outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in _PADS)
        self._cache = (_NOTHING, _NOTHING)  # values and their hashes; replaced together, since threads may share them

    def hash(self, values: pa.Array) -> pa.Array:
        cached, hashes = self._cache
        places = pc.index_in(values, value_set=cached)
        new = values.filter(pc.is_null(places)).drop_null().unique()
        if len(new):
            if len(cached) + len(new) > _MOST_CACHED:
                cached, hashes, new = _NOTHING, _NOTHING, values.drop_null().unique()
            cached = pa.concat_arrays([cached, new])
            hashes = pa.concat_arrays([hashes, pa.array([self._hash_value(value) for value in new.to_pylist()])])
            places = pc.index_in(values, value_set=cached)
            self._cache = (cached, hashes)
        return hashes.take(places)

    def _hash_value(self, value: str) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(value.encode())
        outer.update(inner.digest())
        return outer.hexdigest()[:_HASH_DIGITS]


@lru_cache(maxsize=1)
def _hasher(key: bytes) -> _Hasher:
    return _Hasher(key)
