"""A folder of an S3-compatible object store: what stands in it, and what of it is kept on this host.

What was fetched is shared by all processes of the host: a file appears by one rename, whole. What was not used for the
longest goes first when there is too much; what was used lately stays, for an engine may be about to open it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.settings import StoreSettings, read_secret

if TYPE_CHECKING:
    from obstore.store import S3Store

#: Files that are fetched side by side: a store answers each after some milliseconds, whatever its size.
_AT_ONCE = 8

#: Seconds for which what was used stays, whatever the limit: longer than a report may take.
_IN_USE_S = 2 * 3600

_PIECE = 4 * 2**20
_PROBE = ".probe"
_TEMPORARY = ".fetching"

#: What a store answers to a key that it does not know, or that may not do this.
_REFUSALS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied"}


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
        self._limit = int(settings.cache_gb * 2**30)
        self._unweighed: float = self._limit  # bytes fetched since it was last looked whether there is too much
        self.options = {
            "AWS_REGION": settings.region,
            "AWS_ACCESS_KEY_ID": read_secret(settings.access_key, where="store.access_key"),
            "AWS_SECRET_ACCESS_KEY": read_secret(settings.secret_key, where="store.secret_key"),
            # A commit is a put of the next version that must not be there yet, where the store heeds that.
            "AWS_CONDITIONAL_PUT": "etag",
        }
        if settings.endpoint:
            self.options |= {"AWS_ENDPOINT_URL": settings.endpoint}
            self.options |= {"AWS_ALLOW_HTTP": "true"} if settings.endpoint.startswith("http://") else {}

    @cached_property
    def _store(self) -> S3Store:
        """The store as delta-rs reaches it, for files that are no table; loaded where there is one."""
        from obstore.store import S3Store

        bucket, _, prefix = self.uri.removeprefix("s3://").partition("/")
        return S3Store(
            bucket,
            prefix=prefix or None,
            endpoint=self.options.get("AWS_ENDPOINT_URL"),
            region=self.options["AWS_REGION"],
            access_key_id=self.options["AWS_ACCESS_KEY_ID"],
            secret_access_key=self.options["AWS_SECRET_ACCESS_KEY"],
            client_options={"allow_http": "AWS_ALLOW_HTTP" in self.options},
        )

    @contextlib.contextmanager
    def _asked(self) -> Iterator[S3Store]:
        """The store; what it answers wrong is an OSError."""
        from obstore.exceptions import BaseError

        try:
            yield self._store
        except BaseError as error:
            raise OSError(str(error).partition("\n\nDebug source")[0]) from error

    def folders(self) -> list[str]:
        """The names of the folders in it.

        Raises:
            OSError: it cannot be listed.
        """
        import obstore

        with self._asked() as store:
            return sorted(obstore.list_with_delimiter(store)["common_prefixes"])

    def listed(self, folder: str = "") -> list[tuple[str, int, float]]:
        """The files below a folder of it: name below that folder, bytes, and when written, in seconds of the epoch.

        Raises:
            OSError: it cannot be listed.
        """
        import obstore

        with self._asked() as store:
            return [
                (each["path"].removeprefix(f"{folder}/"), each["size"], each["last_modified"].timestamp())
                for chunk in obstore.list(store, folder or None)
                for each in chunk
            ]

    def read(self, name: str) -> bytes:
        """What a file holds.

        Raises:
            FileNotFoundError: there is no such file.
            OSError: it cannot be read.
        """
        import obstore

        with self._asked() as store:
            return bytes(obstore.get(store, name).bytes())

    def put(self, file: Path, name: str) -> None:
        """Put a file of this host there; it appears there whole, or not at all.

        Raises:
            OSError: it cannot be written.
        """
        import obstore

        with self._asked() as store, file.open("rb") as given:
            obstore.put(store, name, given)

    def remove(self, names: Collection[str]) -> None:
        """Remove files, which may be gone already.

        Raises:
            OSError: one cannot be removed.
        """
        import obstore

        with self._asked() as store, contextlib.suppress(FileNotFoundError):
            obstore.delete(store, list(names))

    def refuses_overwriting(self) -> bool:
        """Whether the store refuses to write what must not be there yet and is: so that no commit is ever lost.

        Raises:
            OSError: it cannot be asked.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._asked() as store:
            try:
                for _ in range(2):
                    obstore.put(store, _PROBE, b"", mode="create")
            except AlreadyExistsError:
                return True
            return False

    def fetch(self, names: Sequence[str], into: Path) -> None:
        """Have files below a folder of this host, under the same names; those that are there are not fetched again.

        Raises:
            OSError: one cannot be fetched, or the disk is full.
        """
        lacking = [name for name in names if not _used(into / name)]
        if not lacking:
            return
        with ThreadPoolExecutor(min(_AT_ONCE, len(lacking)), "fetching") as pool:
            self._unweighed += sum(pool.map(lambda name: self._fetch(name, into / name), lacking))
        if self._unweighed > self._limit / 100:  # looking through all that is here takes a moment
            self._keep_small(into)
            self._unweighed = 0

    def _fetch(self, name: str, place: Path) -> int:
        """Fetch a file; returns its bytes."""
        import obstore

        fresh = place.with_name(f"{place.name}.{secrets.token_hex(4)}{_TEMPORARY}")
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._asked() as store, fresh.open("wb") as taken:
                given = obstore.get(store, name)
                for piece in given.stream(min_chunk_size=_PIECE):
                    taken.write(piece)
            size = fresh.stat().st_size
            if size != given.meta["size"]:
                raise OSError(f"{name} came in part")
            fresh.replace(place)
            return size
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
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # delta-rs writes in colours
    code = re.search(r"<Code>(\w+)</Code>", text)
    name = code[1] if code else ""
    if name in _REFUSALS:
        return f"the store refused the key: {name}", "see `store:` in ntanalytics.yml, and what the key may do there"
    if name == "NoSuchBucket":
        return f"there is no such bucket: {name}", "make it, or correct `store.url` in ntanalytics.yml"
    if "error sending request" in text:
        return "the store cannot be reached", "is `store.endpoint` right, and the store up? It is tried again later"
    return " ".join(text.split()), ""
