"""File lists of the newest versions of tables, kept on disk for readers.

To open a table of years, delta-rs takes longer than DuckDB for the rows of a week. The files of a version never change.
A list is kept with the size and the time of its commit, so that a table that was made anew or restored is read again,
and with a digest of its own. It can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from ntanalytics.lake.log_files import LOG, newest_version
from ntanalytics.lake.table_location import TableLocation

#: Folder of the lists, below that of the lake.
FOLDER = ".file-lists"

#: Lists held in memory, of some versions of each table.
_MOST_LISTS = 128

_COMMIT = b"commit"
_DIGEST_BYTES = hashlib.sha256().digest_size


class FileLists:
    """File lists of the tables of this host; those of an object store are not kept.

    Args:
        folder: folder of the lake.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._lists: dict[tuple[str, bytes], pa.Table | None] = {}  # None: not on disk

    def newest(self, location: TableLocation) -> int | None:
        """Return the newest version of a table, if its list is kept; None if Delta has to be asked."""
        version = None if location.bucket else newest_version(location.folder)
        return None if version is None or self.get(location, version) is None else version

    def get(self, location: TableLocation, version: int) -> pa.Table | None:
        """Return the files of a version as :func:`ntanalytics.lake.commit.files_of` does; None if they are not kept."""
        commit = _commit_of(location, version)
        if commit is None:
            return None
        key = (location.folder.name, commit)
        if key not in self._lists:
            self._remember(key, self._read(*key))
        return self._lists[key]

    def put(self, location: TableLocation, version: int, files: pa.Table) -> None:
        """Keep the files of a version, on disk those of the newest one; a disk that cannot be written does no harm."""
        commit = _commit_of(location, version)
        if commit is None:
            return
        name = location.folder.name
        self._remember((name, commit), files)
        if version == newest_version(location.folder):
            with suppress(OSError):
                _write(self._folder / f"{name}.arrow", files.replace_schema_metadata({_COMMIT: commit}))

    def _remember(self, key: tuple[str, bytes], files: pa.Table | None) -> None:
        if len(self._lists) >= _MOST_LISTS:
            self._lists.pop(next(iter(self._lists)))
        self._lists[key] = files

    def _read(self, name: str, commit: bytes) -> pa.Table | None:
        """Return the list of a table on disk; None if there is none of a commit, or it is damaged."""
        try:
            content = (self._folder / f"{name}.arrow").read_bytes()
            digest, stored = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
            if hashlib.sha256(stored).digest() != digest:
                return None
            files = pa.ipc.open_file(stored).read_all()
        except (OSError, pa.ArrowException):
            return None
        return files if (files.schema.metadata or {}).get(_COMMIT) == commit else None


def _commit_of(location: TableLocation, version: int) -> bytes | None:
    """Return what tells the commit of a version from any other; None if it is not there, or in an object store."""
    if location.bucket:
        return None
    try:
        stat = (location.folder / LOG / f"{version:020}.json").stat()
    except OSError:
        return None
    return f"{version} {stat.st_size} {stat.st_mtime_ns}".encode()


def _write(file: Path, files: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, files.schema) as writer:
        writer.write_table(files)
    stored = sink.getvalue().to_pybytes()
    file.parent.mkdir(exist_ok=True)
    part = file.with_suffix(f".{secrets.token_hex(8)}")
    try:
        part.write_bytes(hashlib.sha256(stored).digest() + stored)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
