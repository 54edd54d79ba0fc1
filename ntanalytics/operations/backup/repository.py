"""Repository of backups: contents named by their SHA-256, and snapshots, in a folder or an S3-compatible object store.

A content is written once, whatever number of snapshots hold it, and never changed. A snapshot is written last, so that
a backup that was broken off leaves contents that the next one finds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from ntanalytics.errors import BackupError
from ntanalytics.language import tr
from ntanalytics.operations.backup.snapshot import Snapshot, parse_snapshot
from ntanalytics.redaction import register_secret

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store

_CONTENTS, _SNAPSHOTS = "contents", "snapshots"
_CHUNK = 4 * 2**20

#: Number of parallel transfers: the latency of each is some milliseconds.
_PARALLEL = 8


class StoredContent(NamedTuple):
    """Content of a repository: its digest, its size in bytes, and the moment at which it was written."""

    digest: str
    size: int
    modified: dt.datetime


class Repository:
    """Repository at an address.

    Args:
        address: a folder, or ``s3://BUCKET/PREFIX``. Address, region and key of a store are in the variables
            ``AWS_ENDPOINT_URL``, ``AWS_REGION``, ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, as usual.
        is_new: whether the folder is made if it is not there.

    Raises:
        BackupError: the folder cannot be used.
    """

    def __init__(self, address: str, *, is_new: bool = False) -> None:
        self.address = address
        self._is_new = is_new

    @cached_property
    def _store(self) -> LocalStore | S3Store:
        from obstore.store import LocalStore, S3Store

        if not self.address.startswith("s3://"):
            return LocalStore(Path(self.address), mkdir=self._is_new)
        register_secret(os.environ.get("AWS_SECRET_ACCESS_KEY", ""))
        bucket, _, prefix = self.address.removeprefix("s3://").rstrip("/").partition("/")
        is_open = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        return S3Store(bucket, prefix=prefix or None, client_options={"allow_http": is_open})

    @contextmanager
    def _client(self) -> Iterator[LocalStore | S3Store]:
        """Yield the client, and translate its errors."""
        from obstore.exceptions import BaseError

        try:
            yield self._store
        except (BaseError, OSError) as error:
            reason = str(error).partition("\n\nDebug source")[0]
            raise BackupError(
                tr("the backup cannot be read or written: {reason}", reason=reason),
                where=self.address,
                todo=tr(
                    "is the folder or the store there, and has it space? the key of a store is in "
                    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                ),
            ) from error

    def contents(self) -> dict[str, int]:
        """Return digest → size in bytes of all contents.

        Raises:
            BackupError: they cannot be listed.
        """
        import obstore

        with self._client() as store:
            return {
                file["path"].rpartition("/")[2]: file["size"]
                for chunk in obstore.list(store, _CONTENTS)
                for file in chunk
            }

    def put(self, digest: str, content: BinaryIO) -> None:
        """Write a content, read it back, and compare its digest.

        Raises:
            BackupError: it cannot be written, or is damaged.
        """
        import obstore

        with self._client() as store:
            obstore.put(store, _key(digest), content)
        try:
            self.check(digest)
        except BackupError:
            with self._client() as store:
                obstore.delete(store, _key(digest))
            raise

    def check(self, digest: str) -> None:
        """Read a content, and compare its digest.

        Raises:
            BackupError: it is missing, cannot be read, or is damaged.
        """
        digester = hashlib.sha256()
        for chunk in self._read(digest):
            digester.update(chunk)
        if digester.hexdigest() != digest:
            raise BackupError(tr("a content is damaged"), where=f"{self.address}/{_key(digest)}", todo=tr(_DAMAGED))

    def check_all(self, digests: Sequence[str]) -> list[str]:
        """Read contents, and return a sentence on each that is missing or damaged."""
        with ThreadPoolExecutor(_PARALLEL, "checking") as pool:
            return [problem for problem in pool.map(self._problem, digests) if problem]

    def _problem(self, digest: str) -> str:
        try:
            self.check(digest)
        except BackupError as error:
            return f"{error.where}: {error.what}"
        return ""

    def fetch(self, digest: str, target: Path, *, mode: int = 0o640) -> None:
        """Write a content into a file, which appears complete or not at all.

        Raises:
            BackupError: it is missing, cannot be read, or is damaged; the file is not made.
            OSError: the file cannot be written.
        """
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.restoring")
        digester = hashlib.sha256()
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                for chunk in self._read(digest):
                    digester.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if digester.hexdigest() != digest:
                raise BackupError(tr("a content is damaged"), where=f"{self.address}/{_key(digest)}", todo=tr(_DAMAGED))
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def _read(self, digest: str) -> Iterator[bytes]:
        import obstore

        with self._client() as store:
            for chunk in obstore.get(store, _key(digest)).stream(min_chunk_size=_CHUNK):
                yield bytes(chunk)

    def snapshots(self) -> list[str]:
        """Return the names of the snapshots, the oldest first.

        Raises:
            BackupError: they cannot be listed.
        """
        import obstore

        with self._client() as store:
            files = [file["path"] for chunk in obstore.list(store, _SNAPSHOTS) for file in chunk]
        return sorted(path.rpartition("/")[2].removesuffix(".json") for path in files if path.endswith(".json"))

    def load(self, name: str) -> Snapshot:
        """Return a snapshot.

        Raises:
            BackupError: it cannot be read, is damaged, or of a newer form.
        """
        import obstore

        key = f"{_SNAPSHOTS}/{name}.json"
        with self._client() as store:
            text = bytes(obstore.get(store, key).bytes())
        return parse_snapshot(text, f"{self.address}/{key}")

    def save(self, snapshot: Snapshot) -> None:
        """Write a snapshot.

        Raises:
            BackupError: it cannot be written.
        """
        import obstore

        with self._client() as store:
            obstore.put(store, f"{_SNAPSHOTS}/{snapshot.name}.json", snapshot.to_json().encode())

    def remove_snapshots(self, names: Sequence[str]) -> None:
        """Remove snapshots; their contents stay.

        Raises:
            BackupError: they cannot be removed.
        """
        self._remove([f"{_SNAPSHOTS}/{name}.json" for name in names])

    def unused_contents(self, used: Collection[str]) -> list[StoredContent]:
        """Return the contents that are not among those of the snapshots.

        Raises:
            BackupError: they cannot be listed.
        """
        import obstore

        with self._client() as store:
            stored = (
                StoredContent(file["path"].rpartition("/")[2], file["size"], file["last_modified"])
                for chunk in obstore.list(store, _CONTENTS)
                for file in chunk
            )
            return [content for content in stored if content.digest not in used]

    def remove_contents(self, digests: Sequence[str]) -> None:
        """Remove contents.

        Raises:
            BackupError: they cannot be removed.
        """
        self._remove([_key(digest) for digest in digests])

    def _remove(self, keys: Sequence[str]) -> None:
        import obstore

        if keys:
            with self._client() as store:
                obstore.delete(store, keys)


_DAMAGED = "its disk or store fails: make a new backup elsewhere, and take an earlier snapshot meanwhile"


def _key(digest: str) -> str:
    return f"{_CONTENTS}/{digest[:2]}/{digest}"
