"""Folder of an S3-compatible object store, with a cache on this host.

All processes of the host share the cache: a complete file appears by one rename. The least recently used files are
removed first. Recently used files stay, since an engine may be about to open them.
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

from ntanalytics.language import tr
from ntanalytics.settings import StoreSettings, read_secret

if TYPE_CHECKING:
    from obstore.store import S3Store

#: Number of parallel downloads: the latency of each is some milliseconds.
_PARALLEL_DOWNLOADS = 8

#: Seconds for which a used file stays, whatever the limit: longer than a report takes.
_IN_USE_S = 2 * 3600

_CHUNK = 4 * 2**20
_PROBE = ".probe"
_TEMPORARY = ".fetching"

#: Answers of a store to an unknown key, or to a key without the privilege.
_REFUSALS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied"}


class Bucket:
    """A folder of an object store.

    Args:
        settings: address and key.

    Attributes:
        uri: address of the folder, ``s3://bucket/prefix``.
        options: options of delta-rs; they contain the key.

    Raises:
        SecretMissing: the key does not exist.
    """

    def __init__(self, settings: StoreSettings) -> None:
        self.uri = settings.url.rstrip("/")
        self._limit = int(settings.cache_gb * 2**30)
        self._unchecked: float = self._limit  # bytes fetched since the last check of the limit
        self.options = {
            "AWS_REGION": settings.region,
            "AWS_ACCESS_KEY_ID": read_secret(settings.access_key, where="store.access_key"),
            "AWS_SECRET_ACCESS_KEY": read_secret(settings.secret_key, where="store.secret_key"),
            # A commit is a put of a version that must not exist yet, if the store supports this condition.
            "AWS_CONDITIONAL_PUT": "etag",
        }
        if settings.endpoint:
            self.options |= {"AWS_ENDPOINT_URL": settings.endpoint}
            self.options |= {"AWS_ALLOW_HTTP": "true"} if settings.endpoint.startswith("http://") else {}

    @cached_property
    def _store(self) -> S3Store:
        """Client of the store; the library is imported only if there is a store."""
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
    def _client(self) -> Iterator[S3Store]:
        """Yield the client, and translate its errors to OSError."""
        from obstore.exceptions import BaseError

        try:
            yield self._store
        except BaseError as error:
            raise OSError(str(error).partition("\n\nDebug source")[0]) from error

    def folders(self) -> list[str]:
        """Return the names of its folders, sorted.

        Raises:
            OSError: it cannot be listed.
        """
        import obstore

        with self._client() as store:
            return sorted(obstore.list_with_delimiter(store)["common_prefixes"])

    def list_files(self, folder: str = "") -> list[tuple[str, int, float]]:
        """Return the files below a folder: name below it, size in bytes, and last modification in epoch seconds.

        Raises:
            OSError: it cannot be listed.
        """
        import obstore

        with self._client() as store:
            return [
                (file["path"].removeprefix(f"{folder}/"), file["size"], file["last_modified"].timestamp())
                for chunk in obstore.list(store, folder or None)
                for file in chunk
            ]

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileNotFoundError: the file does not exist.
            OSError: the file cannot be read.
        """
        import obstore

        with self._client() as store:
            return bytes(obstore.get(store, name).bytes())

    def put(self, file: Path, name: str) -> None:
        """Upload a local file; it appears complete or not at all.

        Raises:
            OSError: the file cannot be written.
        """
        import obstore

        with self._client() as store, file.open("rb") as content:
            obstore.put(store, name, content)

    def remove(self, names: Collection[str]) -> None:
        """Remove files. Missing files are ignored.

        Raises:
            OSError: a file cannot be removed.
        """
        import obstore

        with self._client() as store, contextlib.suppress(FileNotFoundError):
            obstore.delete(store, list(names))

    def refuses_overwriting(self) -> bool:
        """Return True if the store refuses a conditional put of an existing file, so that no commit can be lost.

        Raises:
            OSError: the store cannot be reached.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._client() as store:
            try:
                for _ in range(2):
                    obstore.put(store, _PROBE, b"", mode="create")
            except AlreadyExistsError:
                return True
            return False

    def fetch(self, names: Sequence[str], into: Path) -> None:
        """Download files into a folder under the same names, if they are not there already.

        Raises:
            OSError: a file cannot be fetched, or the disk is full.
        """
        missing = [name for name in names if not _touch(into / name)]
        if not missing:
            return
        with ThreadPoolExecutor(min(_PARALLEL_DOWNLOADS, len(missing)), "fetching") as pool:
            self._unchecked += sum(pool.map(lambda name: self._fetch(name, into / name), missing))
        if self._unchecked > self._limit / 100:  # listing the whole cache takes a moment
            self._evict(into)
            self._unchecked = 0

    def _fetch(self, name: str, target: Path) -> int:
        """Download a file; return its size in bytes."""
        import obstore

        temporary = target.with_name(f"{target.name}.{secrets.token_hex(4)}{_TEMPORARY}")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._client() as store, temporary.open("wb") as file:
                response = obstore.get(store, name)
                for chunk in response.stream(min_chunk_size=_CHUNK):
                    file.write(chunk)
            size = temporary.stat().st_size
            if size != response.meta["size"]:
                raise OSError(tr("{name} came in part", name=name))
            temporary.replace(target)
            return size
        finally:
            temporary.unlink(missing_ok=True)

    def _evict(self, folder: Path) -> None:
        """Remove the least recently used files down to the limit, but no recently used one."""
        files = sorted((stat.st_mtime, stat.st_size, path) for path, stat in _cached(folder))
        excess = sum(size for _, size, _ in files) - self._limit
        for used, size, path in files:
            if excess <= 0 or used > time.time() - _IN_USE_S:
                return
            path.unlink(missing_ok=True)
            excess -= size


def _touch(file: Path) -> bool:
    """Mark a cached file as used; return False if it does not exist."""
    try:
        os.utime(file)
    except FileNotFoundError:
        return False
    return True


def _cached(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield the cached Parquet files, and incomplete downloads of killed processes."""
    for path in folder.glob("[!.]*/**/*"):
        if path.suffix in {".parquet", _TEMPORARY}:
            with contextlib.suppress(FileNotFoundError):
                yield path, path.stat()


def describe_error(error: Exception) -> tuple[str, str]:
    """Return the error of a store in one sentence, without colours and XML, and its remedy."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # delta-rs writes in colours
    code = re.search(r"<Code>(\w+)</Code>", text)
    name = code[1] if code else ""
    if name in _REFUSALS:
        return tr("the store refused the key: {name}", name=name), tr(
            "see `store:` in ntanalytics.yml, and what the key may do there"
        )
    if name == "NoSuchBucket":
        return tr("there is no such bucket: {name}", name=name), tr(
            "make it, or correct `store.url` in ntanalytics.yml"
        )
    if "error sending request" in text:
        return tr("the store cannot be reached"), tr(
            "is `store.endpoint` right, and the store up? It is tried again later"
        )
    return " ".join(text.split()), ""
