"""Writer of the files of a backup: what an earlier snapshot has, or another file holds, is not written again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from ntanalytics.errors import BackupError
from ntanalytics.lake.table_location import StoredFile, TableLocation
from ntanalytics.language import tr
from ntanalytics.operations.backup.repository import Repository
from ntanalytics.operations.backup.site_files import SourceFile
from ntanalytics.operations.backup.snapshot import BackedUpFile, Snapshot

#: Number of files that are read and written at once.
_PARALLEL = 8


class BackupWriter:
    """Writer into a repository.

    Args:
        repository: the repository.
        former: its last snapshot, if any: a file of the same path, size and time is not read again.

    Attributes:
        new_files: number of contents that were written.
        new_bytes: their size.
    """

    def __init__(self, repository: Repository, former: Snapshot | None) -> None:
        self._repository = repository
        self._known = {file.path: file for file in former.files} if former else {}
        self._contents = repository.contents()
        self.new_files = self.new_bytes = 0

    def add(self, files: Iterable[SourceFile]) -> list[BackedUpFile]:
        """Write files of this host; one that is removed meanwhile is left out.

        Raises:
            BackupError: a file cannot be read or written.
        """
        with ThreadPoolExecutor(_PARALLEL, "backup") as pool:
            return [file for file in pool.map(self._add, files) if file is not None]

    def add_table(self, location: TableLocation, files: Sequence[StoredFile]) -> list[BackedUpFile]:
        """Write files of a table of the lake, from the disk or from its object store.

        Raises:
            BackupError: a file cannot be read or written.
        """
        with ThreadPoolExecutor(_PARALLEL, "backup") as pool:
            return list(pool.map(lambda file: self._add_of_table(location, file), files))

    def _add(self, source: SourceFile) -> BackedUpFile | None:
        try:
            stat = source.file.stat()
            if known := self._unchanged(source.path, stat.st_size, stat.st_mtime_ns):
                return known
            with source.file.open("rb") as content:
                # A published file is replaced by another, never changed: the open file stays the former one.
                stat = os.fstat(content.fileno())
                digest = hashlib.file_digest(content, "sha256").hexdigest()
                size = content.tell()
                self._put(digest, size, content)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BackupError(tr("cannot read a file: {error}", error=error), where=str(source.file)) from error
        self._known[source.path] = BackedUpFile(source.path, size, stat.st_mtime_ns, digest)
        return self._known[source.path]

    def _add_of_table(self, location: TableLocation, file: StoredFile) -> BackedUpFile:
        path, modified = f"lake/{location.folder.name}/{file.name}", int(file.modified * 1e9)
        if known := self._unchanged(path, file.size, modified):
            return known
        with TemporaryDirectory(prefix="ntanalytics-backup-") as folder:
            local = location.folder / file.name
            try:
                if location.bucket:
                    name = f"{location.folder.name}/{file.name}"
                    location.bucket.fetch([name], Path(folder))
                    local = Path(folder) / name
                with local.open("rb") as content:
                    digest = hashlib.file_digest(content, "sha256").hexdigest()
                    self._put(digest, file.size, content)
            except OSError as error:
                raise BackupError(
                    tr("cannot read a file: {error}", error=error), where=f"{location}/{file.name}"
                ) from error
        return BackedUpFile(path, file.size, modified, digest)

    def _unchanged(self, path: str, size: int, modified: int) -> BackedUpFile | None:
        """Return the file of an earlier snapshot, if it is the same and its content is still in the repository."""
        known = self._known.get(path)
        is_same = known is not None and (known.size, known.modified) == (size, modified)
        return known if known and is_same and self._contents.get(known.sha256) == size else None

    def _put(self, digest: str, size: int, content: BinaryIO) -> None:
        if self._contents.get(digest) != size:
            content.seek(0)
            self._repository.put(digest, content)
            self._contents[digest] = size
            self.new_files += 1
            self.new_bytes += size
