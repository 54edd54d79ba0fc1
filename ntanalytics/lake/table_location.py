"""Location of a table: a folder of this host, or an object store with a cache in a folder of this host.

The files of a table never change, so a cached file is always valid: engines read local files only, and each file is
fetched once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from ntanalytics.lake.backends.object_store import Bucket
from ntanalytics.lake.protocol import open_table, require_readable
from ntanalytics.lake.write_lock import no_check


@dataclass(frozen=True)
class StoredFile:
    """A file of a table.

    Attributes:
        name: path below the folder of the table, such as ``day=2026-11-20/part-1.parquet``.
        size: size in bytes.
        modified: last modification, in seconds of the epoch.
    """

    name: str
    size: int
    modified: float


class TableLocation:
    """Location of a table, with access to its files.

    Args:
        folder: folder of the table on this host; with a bucket, of its cache.
        bucket: folder of an object store that contains the table's; None for a table on this host.
        check: check of the write lock, called directly before a commit.
    """

    def __init__(self, folder: Path, bucket: Bucket | None = None, check: Callable[[], None] = no_check) -> None:
        self.folder = folder
        self.bucket = bucket
        self.check = check
        self.uri = f"{bucket.uri}/{folder.name}" if bucket else str(folder)
        self.options = bucket.options if bucket else None
        self._newest: DeltaTable | None = None
        self._last_opened: DeltaTable | None = None

    def with_check(self, check: Callable[[], None]) -> Self:
        """Return the same location for a writer with a lease."""
        location = copy(self)
        location.check = check
        return location

    def __str__(self) -> str:
        return self.uri

    def is_table(self) -> bool:
        """Return True if the table exists.

        Raises:
            OSError: the store cannot be read.
        """
        return DeltaTable.is_deltatable(self.uri, self.options)

    def open(self, version: int | None = None) -> DeltaTable:
        """Return a version of the table, the newest by default.

        The log of an old table is long, so the newest version is opened once and updated in place by later calls. Of
        the other versions, which never change, the last one is cached.

        Raises:
            DeltaError, OSError: the version cannot be read.
            LakeError: it is of a newer protocol than this program reads.
        """
        if self._last_opened is not None and self._last_opened.version() == version:
            return self._last_opened
        if self._newest is not None:
            with suppress(DeltaError):  # the table may have been recreated
                if version is None:
                    self._newest.update_incremental()
                    require_readable(self._newest)
                if version in (None, self._newest.version()):
                    return self._newest
        table = open_table(self.uri, version, self.options)
        if version is None:
            self._newest = table
        else:
            self._last_opened = table
        return table

    def local_files(self, names: Iterable[str]) -> list[Path]:
        """Return files of the table as local paths; fetch them from the store if needed.

        Raises:
            OSError: a file cannot be fetched, or does not exist any more.
        """
        names = list(names)
        if self.bucket:
            self.bucket.fetch([f"{self.folder.name}/{name}" for name in names], self.folder.parent)
        return [self.folder / name for name in names]

    def put(self, file: Path) -> None:
        """Upload a new file of the folder to the store, if there is one.

        Raises:
            OSError: the file cannot be written there.
        """
        if self.bucket:
            self.bucket.put(file, file.relative_to(self.folder.parent).as_posix())

    def remove(self, names: Collection[str]) -> None:
        """Remove files of the table. Missing files are ignored.

        Raises:
            OSError: a file cannot be removed.
        """
        if self.bucket:
            self.bucket.remove([f"{self.folder.name}/{name}" for name in names])
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def list_files(self) -> list[StoredFile]:
        """Return all files of the table, with its log and with files of no version.

        Raises:
            OSError: the folder cannot be listed.
        """
        if self.bucket:
            return [StoredFile(*entry) for entry in self.bucket.list_files(self.folder.name)]
        files = []
        for path in self.folder.rglob("*"):
            if path.is_file():
                stat = path.stat()
                files.append(StoredFile(path.relative_to(self.folder).as_posix(), stat.st_size, stat.st_mtime))
        return files

    def read(self, name: str) -> str:
        """Return the text of a file of the table.

        Raises:
            OSError: the file cannot be read.
        """
        if self.bucket:
            return self.bucket.read(f"{self.folder.name}/{name}").decode("utf-8")
        return (self.folder / name).read_text(encoding="utf-8")
