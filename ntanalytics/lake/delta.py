"""The Delta tables of the lake: the only module that knows how a dataset is kept on disk.

Tables are plain Delta: no deletion vectors and no column mapping, so that the file list of a
version, read as Parquet, is the table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError

from ntanalytics.contract import Dataset, Kind
from ntanalytics.errors import LakeError
from ntanalytics.lake.backends.object_store import Bucket, said
from ntanalytics.lake.case_merge import merge_cases
from ntanalytics.lake.commit import AFTER_COMMIT, CommitConflict, commit_days, files_of, superseded
from ntanalytics.lake.parts import Parts, SchemaMismatch, read_parts
from ntanalytics.lake.rejects import REJECTS, replace_rejects
from ntanalytics.lake.table_location import TableLocation
from ntanalytics.lake.write_lock import Leases, write_lock
from ntanalytics.settings import Settings

__all__ = ["REJECTS", "DeltaLake"]

_WRITER = WriterProperties(compression="ZSTD")


class DeltaLake:
    """A folder of Delta tables, one a dataset.

    Args:
        folder: where they are; made when something is first written. With a bucket: what is kept here of them.
        bucket: the folder of an object store that holds them; None where this host's does.
        leases: for a bucket, whose writers are on many hosts: one at a time writes a table, under its lease. Who has
            none may read, and write where no other host does.
    """

    def __init__(self, folder: Path, bucket: Bucket | None = None, leases: Leases | None = None) -> None:
        self.folder = folder
        self.bucket = bucket
        self._leases = leases if bucket else None
        self._places: dict[str, TableLocation] = {}
        self._days: dict[tuple[str, int], frozenset[dt.date]] = {}

    @classmethod
    def of(cls, settings: Settings, leases: Leases | None = None) -> Self:
        """A site's lake.

        Raises:
            SecretMissing: the key of its object store is not where the settings say.
        """
        return cls(settings.lake, Bucket(settings.store) if settings.store else None, leases)

    @property
    def where(self) -> str:
        """What a message calls it."""
        return self.bucket.uri if self.bucket else str(self.folder)

    def path(self, dataset: str) -> Path:
        """The folder of a dataset's table on this host."""
        return self.folder / dataset

    def place(self, dataset: str) -> TableLocation:
        """Where a dataset's table is."""
        return self._places.setdefault(dataset, TableLocation(self.path(dataset), self.bucket))

    def tables(self) -> list[str]:
        """The tables that there are.

        Raises:
            LakeError: they cannot be listed.
        """
        with self._reading("the tables"):
            if self.bucket:
                names = self.bucket.folders()
            else:
                # beside the tables lies the key of the pseudonyms, a file
                within = self.folder.iterdir() if self.folder.is_dir() else ()
                names = [each.name for each in within if each.is_dir()]
            return sorted(name for name in names if self.place(name).is_table())

    def size_bytes(self) -> int:
        """The bytes of all its files, those that no version names too.

        Raises:
            LakeError: they cannot be listed.
        """
        with self._reading("the sizes"):
            if self.bucket:
                return sum(size for _, size, _ in self.bucket.listed())
            return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def shared(self, name: str, made: Callable[[Path], bytes]) -> bytes:
        """A small file that all hosts have alike; ``made`` makes it in a folder where nobody has, and gives it.

        Raises:
            LakeError: it can be neither read nor made.
        """
        if not self.bucket:
            return made(self.folder)
        with self._reading(name), write_lock(self.folder, name, self._leases):
            with suppress(FileNotFoundError):
                return self.bucket.read(name)
            content = made(self.folder)
            self.bucket.put(self.folder / name, name)
            return content

    def version(self, dataset: str) -> int | None:
        """The current version of a dataset's table; None when nothing was ever written."""
        place = self.place(dataset)
        with self._reading("its version", place):
            return place.open().version() if place.is_table() else None

    def files(self, dataset: str, version: int, first: dt.date | None = None, last: dt.date | None = None) -> list[str]:
        """The Parquet files of a version that hold the days from ``first`` to ``last``, as files of this host."""
        place = self.place(dataset)
        predicate = _within(first, last)
        uris = sorted(self._open(dataset, version).file_uris(file_pruning_predicate=predicate))
        if not self.bucket:
            return uris
        with self._reading(f"version {version}", place):
            return [str(file) for file in place.here(uri.removeprefix(f"{place.uri}/") for uri in uris)]

    def rows(self, dataset: str, version: int, first: dt.date | None = None, last: dt.date | None = None) -> int | None:
        """How many rows a version has on the days from ``first`` to ``last``, by its log; None if it tells none."""
        files = files_of(self._open(dataset, version))
        for bound, is_out in ((first, pc.less), (last, pc.greater)):
            if bound is not None:
                files = files.filter(pc.invert(is_out(files["partition.day"], bound)))
        rows: int | None = pc.sum(files["num_records"], skip_nulls=False).as_py()
        return rows

    def days(self, dataset: str, version: int | None) -> frozenset[dt.date]:
        """The local days of which a version holds rows; none where nothing was ever written."""
        if version is None:
            return frozenset()
        if (dataset, version) not in self._days:
            partitions = self._open(dataset, version).partitions()
            self._days[dataset, version] = frozenset(dt.date.fromisoformat(each["day"]) for each in partitions)
        return self._days[dataset, version]

    def days_before(self, dataset: str, before: dt.date) -> tuple[int, int]:
        """How many days before one the newest version holds, and the bytes of their files."""
        version = self.version(dataset)
        if version is None:
            return 0, 0
        files = pa.table(self._open(dataset, version).get_add_actions(flatten=True))
        old = files.filter(pc.less(files["partition.day"], before))
        return len(pc.unique(old["partition.day"])), pc.sum(old["size_bytes"]).as_py() or 0

    def drop_before(self, dataset: str, before: dt.date) -> None:
        """Take the days before one out of a dataset's table and its rejects; earlier versions can be read as before.

        Raises:
            LakeError: it could not be written; the table is as it was.
        """
        for name in (dataset, f"{dataset}.rejects"):
            with self.writing(name) as table:
                if table.is_table():
                    table.open().delete(
                        f"day < '{before.isoformat()}'",
                        writer_properties=_WRITER,
                        post_commithook_properties=AFTER_COMMIT,
                    )

    def replace(self, dataset: Dataset, files: Sequence[Path], source: str, first: dt.date, last: dt.date) -> None:
        """Replace, in one commit, the days from ``first`` to ``last`` of a source by the rows of ``files``.

        A case is merged by its key instead: its row may lie on an earlier day than its change.

        Args:
            dataset: whose rows.
            files: written by :class:`ntanalytics.lake.parts.PartWriter`, on the lake's disk; they are moved away.
            source: whose rows, too: all of them.
            first: the first day.
            last: the last one, included.

        Raises:
            LakeError: it could not be written; the table is as it was.
        """
        with self.writing(dataset.name) as place:
            schema = dataset.schema()
            table = place.open() if place.is_table() else None
            if dataset.kind is Kind.CASE:
                _refuse_other_columns(table, schema)
                merge_cases(place, dataset, files, source)
                return
            parts = Parts(place, source, first, last)
            if table is not None and (
                superseded(table, source, first, last) is None or pa.schema(table.schema().to_arrow()) != schema
            ):
                within = f"day >= '{first.isoformat()}' AND day <= '{last.isoformat()}'"
                predicate = f"source = '{_quoted(source)}' AND {within}"
                self._overwrite(place, read_parts(files, schema), predicate, dataset.name)
                return
            try:
                parts.take(files)
            except BaseException:
                parts.remove()
                raise
            commit_days(place, parts, schema, source, first, last, name=dataset.name)

    def replace_rejects(self, dataset: str, rows: pa.Table, source: str, first: dt.date, last: dt.date) -> None:
        """Replace the rows of a source that were set aside in a window, and those without a day."""
        name = f"{dataset}.rejects"
        with self._reading("whether it is there", self.place(name)):
            if rows.num_rows == 0 and not self.place(name).is_table():
                return
        with self.writing(name) as table:
            replace_rejects(table, rows, source, first, last, name=name)

    def _overwrite(self, table: TableLocation, rows: pa.RecordBatchReader, predicate: str, name: str) -> None:
        exists = table.is_table()
        write_deltalake(
            table.uri,
            rows,
            mode="overwrite",
            predicate=predicate if exists else None,
            partition_by=["day"],
            name=name,
            writer_properties=_WRITER,
            post_commithook_properties=AFTER_COMMIT,
            storage_options=table.options,
        )

    def _open(self, dataset: str, version: int) -> DeltaTable:
        place = self.place(dataset)
        with self._reading(f"version {version}", place):
            return place.open(version)

    @contextmanager
    def _reading(self, what: str, place: TableLocation | None = None) -> Iterator[None]:
        """What fails inside is told as an error of ours."""
        try:
            yield
        except (DeltaError, OSError) as error:
            why, todo = said(error) if self.bucket else (str(error), "")
            where = str(place) if place else self.where
            raise LakeError(f"cannot read {what}: {why}", where=where, todo=todo) from error

    @contextmanager
    def writing(self, name: str) -> Iterator[TableLocation]:
        """One writer at a time per table: two commits of the same day would conflict.

        Yields:
            Where the table is.

        Raises:
            LakeError: what was done inside failed, or others write for very long.
        """
        place = self.place(name)
        try:
            with write_lock(self.folder, name, self._leases) as check:
                yield place.checked(check)
        except (SchemaMismatch, CommitConflict, pa.ArrowException, duckdb.Error) as error:
            raise LakeError(f"cannot write: {error}", where=str(place)) from error
        except (DeltaError, OSError) as error:
            why, todo = said(error) if self.bucket else (str(error), "")
            todo = todo or "is the disk full, or the folder read-only?"
            raise LakeError(f"cannot write: {why}", where=str(place), todo=todo) from error


def _refuse_other_columns(table: DeltaTable | None, schema: pa.Schema) -> None:
    """Refuse a table whose columns are not those of the contract, in whichever order.

    Raises:
        Unfit: a column is missing, is one too many, or is of another type.
    """
    if table is None:
        return
    there = {field.name: field.type for field in pa.schema(table.schema().to_arrow())}
    other = sorted(set(there.items()) ^ {(field.name, field.type) for field in schema}, key=str)
    if other:
        raise SchemaMismatch(
            f"the table has other columns than the contract: {', '.join(sorted({name for name, _ in other}))}"
        )


def _within(first: dt.date | None, last: dt.date | None) -> list[tuple[str, str, str]] | None:
    """The days from ``first`` to ``last`` as Delta's filter; None where all are wanted."""
    bounds = (("day", ">=", first), ("day", "<=", last))
    return [(name, sign, bound.isoformat()) for name, sign, bound in bounds if bound is not None] or None


def _quoted(text: str) -> str:
    return text.replace("'", "''")
