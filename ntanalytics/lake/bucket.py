"""A folder of an S3-compatible object store: what stands in it, and what of it is kept on this host.

What was fetched is shared by all processes of the host: a file appears by one rename, whole. What was not used for the
longest goes first when there is too much; what was used lately stays, for an engine may be about to open it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from pyarrow import fs

from ntanalytics.settings import StoreSettings, read_secret

#: Files that are fetched side by side: a store answers each after some milliseconds, whatever its size.
_AT_ONCE = 8

#: Seconds for which what was used stays, whatever the limit: longer than a report may take.
_IN_USE_S = 2 * 3600

_PIECE = 4 * 2**20
_TEMPORARY = ".fetching"

#: What a store answers to a key that it does not know, or that may not do this.
_REFUSALS = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied",
    "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "ACCESS_DENIED",
}  # fmt: skip


class Bucket:
    """A folder of an object store.

    Args:
        settings: where it is, and by which key.

    Attributes:
        uri: the folder, as ``s3://bucket/prefix``.
        options: what delta-rs reaches it by; it holds the key.

    Raises:
        SecretMissing: the key is not where the settings say.
    """

    def __init__(self, settings: StoreSettings) -> None:
        self.uri = settings.url.rstrip("/")
        self._root = self.uri.removeprefix("s3://")
        self._endpoint, self._region = settings.endpoint, settings.region
        self._limit = int(settings.cache_gb * 2**30)
        self._key = read_secret(settings.access_key, where="store.access_key")
        self._secret = read_secret(settings.secret_key, where="store.secret_key")
        self.options = {
            "AWS_REGION": settings.region,
            "AWS_ACCESS_KEY_ID": self._key,
            "AWS_SECRET_ACCESS_KEY": self._secret,
            # A commit is a put of the next version that must not be there yet, where the store heeds that.
            "AWS_CONDITIONAL_PUT": "etag",
        }
        if settings.endpoint:
            self.options |= {"AWS_ENDPOINT_URL": settings.endpoint}
            self.options |= {"AWS_ALLOW_HTTP": "true"} if settings.endpoint.startswith("http://") else {}

    @cached_property
    def _files(self) -> fs.S3FileSystem:
        return fs.S3FileSystem(
            access_key=self._key, secret_key=self._secret, region=self._region,
            endpoint_override=self._endpoint or None, connect_timeout=15, request_timeout=60,
        )  # fmt: skip

    def folders(self) -> list[str]:
        """The names of the folders in it.

        Raises:
            OSError: it cannot be listed.
        """
        found = self._files.get_file_info(fs.FileSelector(self._root, allow_not_found=True))
        return sorted(each.base_name for each in found if each.type == fs.FileType.Directory)

    def listed(self, folder: str = "") -> Iterator[tuple[str, int, float]]:
        """The files below a folder of it: name below that folder, bytes, and when written, in seconds of the epoch.

        Raises:
            OSError: it cannot be listed.
        """
        base = f"{self._root}/{folder}".rstrip("/")
        for each in self._files.get_file_info(fs.FileSelector(base, recursive=True, allow_not_found=True)):
            if each.type == fs.FileType.File:
                yield each.path.removeprefix(f"{base}/"), each.size, each.mtime_ns / 1e9

    def holds(self, name: str) -> bool:
        """Whether there is a file of that name.

        Raises:
            OSError: it cannot be asked.
        """
        (found,) = self._files.get_file_info([f"{self._root}/{name}"])
        return bool(found.type == fs.FileType.File)

    def read(self, name: str) -> bytes:
        """What a file holds.

        Raises:
            OSError: it cannot be read.
        """
        with self._files.open_input_stream(f"{self._root}/{name}") as given:
            return bytes(given.read())

    def put(self, file: Path, name: str) -> None:
        """Put a file of this host there; it appears there whole, or not at all.

        Raises:
            OSError: it cannot be written.
        """
        with file.open("rb") as given, self._files.open_output_stream(f"{self._root}/{name}") as taken:
            while piece := given.read(_PIECE):
                taken.write(piece)

    def remove(self, names: Collection[str]) -> None:
        """Remove files, which may be gone already.

        Raises:
            OSError: one cannot be removed.
        """
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                self._files.delete_file(f"{self._root}/{name}")

    def fetch(self, names: Sequence[str], into: Path) -> None:
        """Have files below a folder of this host, under the same names; those that are there are not fetched again.

        Raises:
            OSError: one cannot be fetched, or the disk is full.
        """
        lacking = [name for name in names if not _used(into / name)]
        if not lacking:
            return
        with ThreadPoolExecutor(min(_AT_ONCE, len(lacking)), "fetching") as pool:
            list(pool.map(lambda name: self._fetch(name, into / name), lacking))
        self._keep_small(into)

    def _fetch(self, name: str, place: Path) -> None:
        fresh = place.with_name(f"{place.name}.{secrets.token_hex(4)}{_TEMPORARY}")
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._files.open_input_stream(f"{self._root}/{name}") as given, fresh.open("wb") as taken:
                shutil.copyfileobj(given, taken, _PIECE)
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)

    def _keep_small(self, folder: Path) -> None:
        """Remove what was not used for the longest, down to the limit; never what was used lately."""
        there = sorted((stat.st_mtime, stat.st_size, path) for path, stat in _cached(folder))
        excess = sum(size for _, size, _ in there) - self._limit
        for used, size, path in there:
            if excess <= 0 or used > time.time() - _IN_USE_S:
                return
            path.unlink(missing_ok=True)
            excess -= size


def _used(file: Path) -> bool:
    """Whether a file is here; it is noted that it is used."""
    try:
        os.utime(file)
    except FileNotFoundError:
        return False
    return True


def _cached(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The Parquet files below the folders of tables, and what a killed process had half fetched."""
    for path in folder.glob("[!.]*/**/*"):
        if path.suffix in {".parquet", _TEMPORARY}:
            with contextlib.suppress(FileNotFoundError):
                yield path, path.stat()


def said(error: Exception) -> tuple[str, str]:
    """What went wrong with a store, in a sentence and without its colours and XML; and what to do about it."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    code = re.search(r"<Code>(\w+)</Code>|AWS Error (\w+)", text)
    name = (code[1] or code[2]) if code else ""
    if name in _REFUSALS:
        return f"the store refused the key: {name}", "see `store:` in ntanalytics.yml, and what the key may do there"
    if name in {"NoSuchBucket", "NO_SUCH_BUCKET"}:
        return f"there is no such bucket: {name}", "make it, or correct `store.url` in ntanalytics.yml"
    if name == "NETWORK_CONNECTION" or "error sending request" in text:
        return "the store cannot be reached", "is `store.endpoint` right, and the store up? It is tried again later"
    return " ".join(text.split()), ""
