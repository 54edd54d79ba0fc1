"""Where a table is: in a folder of this host, or in an object store of which a folder of this host keeps what was read.

The files of a table never change, so that a file that is here is as good as the one in the store: engines read files of
this host alone, and a store is asked for a file once.
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

#: The folder of a table's log, within its own.
LOG = "_delta_log"


@dataclass(frozen=True)
class StoredLocation:
    """A file of a table.

    Attributes:
        name: its path below the table's folder, such as ``day=2026-11-20/part-1.parquet``.
        size: in bytes.
        modified: when it was written last, in seconds of the epoch.
    """

    name: str
    size: int
    modified: float


def _unheld() -> None:
    """The check of who holds no lease."""


class TableLocation:
    """Where a table is.

    Args:
        folder: the table's folder on this host; with a bucket, of what is kept here of it.
        bucket: the object store's folder that holds the table's; None where the table is on this host.
        check: raises when this writer may write no longer; asked right before a commit.
    """

    def __init__(self, folder: Path, bucket: Bucket | None = None, check: Callable[[], None] = _unheld) -> None:
        self.folder = folder
        self.bucket = bucket
        self.check = check
        self.uri = f"{bucket.uri}/{folder.name}" if bucket else str(folder)
        self.options = bucket.options if bucket else None
        self._newest: DeltaTable | None = None
        self._asked: DeltaTable | None = None

    def checked(self, check: Callable[[], None]) -> Self:
        """The same place, for a writer who holds a lease."""
        place = copy(self)
        place.check = check
        return place

    def __str__(self) -> str:
        return self.uri

    def is_table(self) -> bool:
        """Whether something was ever written.

        Raises:
            OSError: the store cannot be asked.
        """
        return DeltaTable.is_deltatable(self.uri, self.options)

    def open(self, version: int | None = None) -> DeltaTable:
        """A version of the table, the newest by default.

        The log of a table that is years old is long. The newest is opened once, and is told the commits since when it
        is asked for again; what was returned before is then as new. Of the others the one that was asked for last is
        kept: a version never changes.

        Raises:
            DeltaError, OSError: it cannot be read.
        """
        if self._asked is not None and self._asked.version() == version:
            return self._asked
        if self._newest is not None:
            with suppress(DeltaError):  # its log may be another one by now
                if version is None:
                    self._newest.update_incremental()
                if version in (None, self._newest.version()):
                    return self._newest
        opened = DeltaTable(self.uri, version=version, storage_options=self.options)
        if version is None:
            self._newest = opened
        else:
            self._asked = opened
        return opened

    def here(self, names: Iterable[str]) -> list[Path]:
        """Files of the table as files of this host; what only the store has is fetched.

        Raises:
            OSError: one cannot be fetched, or is there no more.
        """
        wanted = list(names)
        if self.bucket:
            self.bucket.fetch([f"{self.folder.name}/{name}" for name in wanted], self.folder.parent)
        return [self.folder / name for name in wanted]

    def put(self, file: Path) -> None:
        """Have a file that was written into the folder where the table is.

        Raises:
            OSError: it cannot be written there.
        """
        if self.bucket:
            self.bucket.put(file, file.relative_to(self.folder.parent).as_posix())

    def remove(self, names: Collection[str]) -> None:
        """Remove files of the table, which may be gone already.

        Raises:
            OSError: they cannot be removed.
        """
        if self.bucket:
            self.bucket.remove([f"{self.folder.name}/{name}" for name in names])
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def stored(self) -> list[StoredLocation]:
        """All files of the table, those of its log and those that no version names too.

        Raises:
            OSError: it cannot be listed.
        """
        if self.bucket:
            return [
                StoredLocation(name, size, modified) for name, size, modified in self.bucket.listed(self.folder.name)
            ]
        found = []
        for path in self.folder.rglob("*"):
            if path.is_file():
                stat = path.stat()
                found.append(StoredLocation(path.relative_to(self.folder).as_posix(), stat.st_size, stat.st_mtime))
        return found

    def read(self, name: str) -> str:
        """The text of a file of the table.

        Raises:
            OSError: it cannot be read.
        """
        if self.bucket:
            return self.bucket.read(f"{self.folder.name}/{name}").decode("utf-8")
        return (self.folder / name).read_text(encoding="utf-8")
