"""Delta tables of the lake, one per dataset.

Tables are plain Delta without deletion vectors and column mapping, so that the file list of a version, read as Parquet,
is the table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from functools import reduce
from pathlib import Path
from typing import Self
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError

from ntanalytics.contract import Dataset, Kind
from ntanalytics.errors import LakeError
from ntanalytics.lake.backends.object_store import Bucket, describe_error
from ntanalytics.lake.case_merge import merge_cases
from ntanalytics.lake.commit import (
    AFTER_COMMIT,
    CommitConflict,
    commit_days,
    files_of,
    superseded_files,
    unchanged_files,
)
from ntanalytics.lake.file_lists import FileLists
from ntanalytics.lake.parts import PartFiles, SchemaMismatch, day_of, read_parts
from ntanalytics.lake.rejects import REJECTS, replace_rejects
from ntanalytics.lake.table_location import TableLocation
from ntanalytics.lake.week_files import with_whole_weeks, write_week_files
from ntanalytics.lake.write_lock import Leases, write_lock
from ntanalytics.language import tr
from ntanalytics.settings import Settings

__all__ = ["REJECTS", "DeltaLake"]

_WRITER = WriterProperties(compression="ZSTD")


def _before_begin(day: dt.date) -> dt.datetime:
    """Return a moment before a local day begins, in whatever zone."""
    return dt.datetime.combine(day - dt.timedelta(days=1), dt.time(), dt.UTC)


class DeltaLake:
    """A folder of Delta tables, one per dataset.

    Args:
        folder: folder of the tables, created with the first write. With a bucket: folder of the cache.
        bucket: folder of an object store with the tables; None: they are on this host.
        leases: leases for a bucket with writers on several hosts. Without leases a lake can be read, and written if no
            other host writes it.
    """

    def __init__(self, folder: Path, bucket: Bucket | None = None, leases: Leases | None = None) -> None:
        self.folder = folder
        self.bucket = bucket
        self._leases = leases if bucket else None
        self._locations: dict[str, TableLocation] = {}
        self._lists = FileLists(folder)
        self._days: dict[tuple[str, int], frozenset[dt.date]] = {}
        self._names: dict[tuple[str, int], dict[dt.date, list[str]]] = {}

    @classmethod
    def of(cls, settings: Settings, leases: Leases | None = None) -> Self:
        """Return the lake of a site.

        Raises:
            SecretMissing: the key of its object store does not exist.
        """
        return cls(settings.lake, Bucket(settings.store) if settings.store else None, leases)

    @property
    def address(self) -> str:
        """Address for messages."""
        return self.bucket.uri if self.bucket else str(self.folder)

    def path(self, dataset: str) -> Path:
        """Return the folder of a dataset's table on this host."""
        return self.folder / dataset

    def location(self, dataset: str) -> TableLocation:
        """Return the location of a dataset's table."""
        return self._locations.setdefault(dataset, TableLocation(self.path(dataset), self.bucket))

    def tables(self) -> list[str]:
        """Return the names of the tables, sorted.

        Raises:
            LakeError: they cannot be listed.
        """
        with self._reading("the tables"):
            if self.bucket:
                names = self.bucket.folders()
            else:
                # The key of the pseudonyms is a file beside the tables.
                paths = self.folder.iterdir() if self.folder.is_dir() else ()
                names = [path.name for path in paths if path.is_dir()]
            return sorted(name for name in names if self.location(name).is_table())

    def size_bytes(self) -> int:
        """Return the size of all files, files without a version included.

        Raises:
            LakeError: they cannot be listed.
        """
        with self._reading("the sizes"):
            if self.bucket:
                return sum(size for _, size, _ in self.bucket.list_files())
            return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def shared_file(self, name: str, create: Callable[[Path], bytes]) -> bytes:
        """Return the content of a small file that all hosts share.

        Args:
            name: name of the file.
            create: creates the file in a folder, if it does not exist, and returns its content.

        Raises:
            LakeError: the file cannot be read or created.
        """
        if not self.bucket:
            return create(self.folder)
        with self._reading(name), write_lock(self.folder, name, self._leases):
            with suppress(FileNotFoundError):
                return self.bucket.read(name)
            content = create(self.folder)
            self.bucket.put(self.folder / name, name)
            return content

    def version(self, dataset: str) -> int | None:
        """Return the current version of a dataset's table; None if it does not exist."""
        location = self.location(dataset)
        with self._reading("its version", location):
            version = self._lists.newest(location)
            if version is None and location.is_table():
                table = location.open()
                version = table.version()
                self._lists.put(location, version, files_of(table))
            return version

    def files(self, dataset: str, version: int, first: dt.date | None = None, last: dt.date | None = None) -> list[str]:
        """Return the Parquet files of a version with the days from ``first`` to ``last``, as local paths."""
        location = self.location(dataset)
        files = _of_days(self._files(dataset, version).select(["path", "partition.day"]), first, last)
        with self._reading(f"version {version}", location):
            return [str(file) for file in location.local_files(sorted(map(unquote, files["path"].to_pylist())))]

    def files_by_day(self, dataset: str, version: int, first: dt.date, last: dt.date) -> dict[dt.date, list[str]]:
        """Return day → names of its files in a version, in order; a name is given to one file alone."""
        if (dataset, version) not in self._names:
            files = self._files(dataset, version).select(["path", "partition.day"])
            by_day: dict[dt.date, list[str]] = {}
            for day, name in zip(files["partition.day"].to_pylist(), files["path"].to_pylist(), strict=True):
                by_day.setdefault(day, []).append(name)
            self._names[dataset, version] = {day: sorted(names) for day, names in by_day.items()}
        return {day: names for day, names in self._names[dataset, version].items() if first <= day <= last}

    def case_files(
        self,
        dataset: Dataset,
        version: int,
        before: dt.date,
        since: dt.datetime,
        closed: AbstractSet[dt.date] = frozenset(),
    ) -> list[str]:
        """Return the files of days before a day that may hold cases that were open at a moment or later.

        How far back they reach follows from the bounds of the files, thus from the cases.

        Args:
            dataset: a dataset of cases.
            version: the version.
            before: the local day.
            since: the moment (aware).
            closed: days known to have no open case in the version.
        """
        location = self.location(dataset.name)
        files = self._files(dataset.name, version)
        bounds = (f"max.{dataset.changed}", *(f"null_count.{name}" for name in dataset.ended))
        # a table of years has thousands of files with bounds of each column
        wanted = ("path", "partition.day", *bounds)
        files = files.select([name for name in wanted if name in files.schema.names])
        files = files.filter(pc.less(files["partition.day"], before))
        if set(bounds) <= set(files.schema.names):
            is_changed = pc.greater_equal(files[bounds[0]], pa.scalar(since, files.schema.field(bounds[0]).type))
            has_open = [pc.greater(files[name], 0) for name in bounds[1:]]
            may_be_open = pc.invert(pc.is_in(files["partition.day"], value_set=pa.array(closed, pa.date32())))
            chosen = pc.fill_null(pc.or_(is_changed, reduce(pc.and_, [may_be_open, *has_open])), True)
            # an object store has no week files
            files = files.filter(chosen) if location.bucket else with_whole_weeks(files, chosen)
        names = sorted(map(unquote, files["path"].to_pylist()))
        with self._reading(f"version {version}", location):
            return [str(file) for file in location.local_files(names)]

    def rows(self, dataset: str, version: int, first: dt.date | None = None, last: dt.date | None = None) -> int | None:
        """Return the number of rows on the days from ``first`` to ``last``, by the log; None if the log has none."""
        files = _of_days(self._files(dataset, version).select(["num_records", "partition.day"]), first, last)
        rows: int | None = pc.sum(files["num_records"], skip_nulls=False).as_py()
        return rows

    def days(self, dataset: str, version: int | None) -> frozenset[dt.date]:
        """Return the local days with rows in a version; none for version None."""
        if version is None:
            return frozenset()
        if (dataset, version) not in self._days:
            days = self._files(dataset, version)["partition.day"]
            self._days[dataset, version] = frozenset(pc.unique(days).to_pylist())
        return self._days[dataset, version]

    def first_days(self, dataset: str, version: int) -> dict[str, dt.date]:
        """Return source → the first day with its rows in a version, of the files that are of one source alone."""
        files = self._files(dataset, version)
        if not {"min.source", "max.source"} <= set(files.column_names):
            return {}
        # a table of years has thousands of files with bounds of each column
        files = files.select(["min.source", "max.source", "partition.day"])
        of_one = files.filter(pc.equal(files["min.source"], files["max.source"]))
        days = of_one.group_by("min.source").aggregate([("partition.day", "min")])
        return dict(zip(days["min.source"].to_pylist(), days["partition.day_min"].to_pylist(), strict=True))

    def days_of(self, dataset: str, source: str) -> frozenset[dt.date]:
        """Return the local days with rows of a source in the newest version, of the files of one source alone."""
        version = self.version(dataset)
        files = self._files(dataset, version) if version is not None else pa.table({})
        if not {"min.source", "max.source"} <= set(files.column_names):
            return frozenset()
        is_own = pc.and_(pc.equal(files["min.source"], source), pc.equal(files["max.source"], source))
        return frozenset(files.filter(is_own)["partition.day"].to_pylist())

    def stored_before(self, dataset: Dataset, before: dt.date) -> tuple[int, int]:
        """Return the number of days that :meth:`drop_before` would touch, and the size of their files in bytes."""
        version = self.version(dataset.name)
        if version is None:
            return 0, 0
        files = self._files(dataset.name, version)
        files = files.filter(pc.less(files["partition.day"], before))
        bounds = (f"min.{dataset.changed}", "num_records", *(f"null_count.{name}" for name in dataset.ended))
        if dataset.ended and set(bounds) <= set(files.schema.names):
            is_old = pc.less(files[bounds[0]], pa.scalar(_before_begin(before), files.schema.field(bounds[0]).type))
            has_ended = [pc.less(files[name], files["num_records"]) for name in bounds[2:]]
            files = files.filter(pc.fill_null(pc.and_(is_old, reduce(pc.or_, has_ended)), True))
        return len(pc.unique(files["partition.day"])), pc.sum(files["size_bytes"]).as_py() or 0

    def drop_before(self, dataset: Dataset, before: dt.date) -> None:
        """Delete the days before a day from a dataset's table and its rejects. Earlier versions stay readable.

        Of cases, those stay that are open or were changed since: figures count them, however old they are
        (docs/domain.md, No horizon).

        Raises:
            LakeError: the table cannot be written; it is unchanged.
        """
        is_old = f"day < '{before.isoformat()}'"
        has_ended = " OR ".join(f"{name} IS NOT NULL" for name in dataset.ended)
        is_over = (
            f" AND ({has_ended}) AND {dataset.changed} < '{_before_begin(before).isoformat()}'" if has_ended else ""
        )
        for name, predicate in ((dataset.name, is_old + is_over), (f"{dataset.name}.rejects", is_old)):
            with self.locked_table(name) as table:
                if table.is_table():
                    table.open().delete(predicate, writer_properties=_WRITER, post_commithook_properties=AFTER_COMMIT)

    def replace(
        self,
        dataset: Dataset,
        files: Sequence[Path],
        source: str,
        first: dt.date,
        last: dt.date,
        *,
        outdated: Path | None = None,
    ) -> None:
        """Replace the days from ``first`` to ``last`` of a source by the rows of ``files``, in at most one commit.

        A day whose file has the bytes of the new one stays as it is: days that have not settled are read again each
        morning, and most of them have not changed. A case is merged by its key instead, since its row may be on an
        earlier day than its change.

        Args:
            dataset: dataset of the rows.
            files: files of :class:`ntanalytics.lake.parts.PartWriter` on the disk of the lake; they are moved.
            source: source of all rows.
            first: first day.
            last: last day, included.
            outdated: for cases, a file with the keys of further rows that leave the table.

        Raises:
            LakeError: the table cannot be written; it is unchanged.
        """
        with self.locked_table(dataset.name) as location:
            schema = dataset.schema()
            table = location.open() if location.is_table() else None
            _check_columns(table, schema)
            if dataset.kind is Kind.CASE:
                merge_cases(location, dataset, files, source, outdated)
                return
            parts = PartFiles(location, source, first, last)
            held = superseded_files(table, source, first, last) if table is not None else []
            if table is not None and (held is None or pa.schema(table.schema().to_arrow()) != schema):
                days = f"day >= '{first.isoformat()}' AND day <= '{last.isoformat()}'"
                predicate = f"source = '{_escape(source)}' AND {days}"
                self._overwrite(location, read_parts(files, schema), predicate, dataset.name)
                return
            kept = unchanged_files(location, held or [], files)
            try:
                parts.add_files(file for file in files if day_of(file) not in kept)
            except BaseException:
                parts.remove()
                raise
            commit_days(location, parts, schema, name=dataset.name, kept=kept.values())

    def write_week_files(self, dataset: str, progress: Callable[[int], None] = lambda _: None) -> None:
        """Write what readers of a dataset's table read faster than its day files, after days were replaced.

        Args:
            dataset: its name.
            progress: called with the number of rows written so far.
        """
        write_week_files(self.location(dataset), progress)

    def replace_rejects(self, dataset: str, rows: pa.Table, source: str, first: dt.date, last: dt.date) -> None:
        """Replace the rejected rows of a source in a window, and those without a day."""
        name = f"{dataset}.rejects"
        with self._reading("whether it is there", self.location(name)):
            if rows.num_rows == 0 and not self.location(name).is_table():
                return
        with self.locked_table(name) as table:
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

    def _files(self, dataset: str, version: int) -> pa.Table:
        """Return the files of a version with their bounds."""
        location = self.location(dataset)
        with self._reading(f"version {version}", location):
            files = self._lists.get(location, version)
            if files is None:
                files = files_of(location.open(version))
                self._lists.put(location, version, files)
            return files

    @contextmanager
    def _reading(self, what: str, location: TableLocation | None = None) -> Iterator[None]:
        """Translate errors of a read access."""
        try:
            yield
        except (DeltaError, OSError) as error:
            why, todo = describe_error(error) if self.bucket else (str(error), "")
            where = str(location) if location else self.address
            raise LakeError(tr("cannot read {what}: {why}", what=what, why=why), where=where, todo=todo) from error

    @contextmanager
    def locked_table(self, name: str) -> Iterator[TableLocation]:
        """Hold the write lock of a table, and translate errors of a write access.

        Yields:
            The location of the table.

        Raises:
            LakeError: a failure inside the block, or others write for too long.
        """
        location = self.location(name)
        try:
            with write_lock(self.folder, name, self._leases) as check:
                yield location.with_check(check)
        except (SchemaMismatch, CommitConflict, pa.ArrowException, duckdb.Error) as error:
            raise LakeError(tr("cannot write: {error}", error=error), where=str(location)) from error
        except (DeltaError, OSError) as error:
            why, todo = describe_error(error) if self.bucket else (str(error), "")
            todo = todo or tr("is the disk full, or the folder read-only?")
            raise LakeError(tr("cannot write: {why}", why=why), where=str(location), todo=todo) from error


def _check_columns(table: DeltaTable | None, schema: pa.Schema) -> None:
    """Check that a table has the columns of the contract, in any order.

    Raises:
        SchemaMismatch: a column is missing, unknown, or has another type.
    """
    if table is None:
        return
    columns = {(field.name, field.type) for field in pa.schema(table.schema().to_arrow())}
    names = {name for name, _ in columns ^ {(field.name, field.type) for field in schema}}
    if names:
        listed = ", ".join(sorted(names))
        raise SchemaMismatch(
            tr("the table has other columns than the contract: {listed}; see `ntanalytics upgrade`", listed=listed)
        )


def _of_days(files: pa.Table, first: dt.date | None, last: dt.date | None) -> pa.Table:
    """Return the files of the days from ``first`` to ``last``; None is no bound."""
    for bound, is_outside in ((first, pc.less), (last, pc.greater)):
        if bound is not None:
            files = files.filter(pc.invert(is_outside(files["partition.day"], bound)))
    return files


def _escape(text: str) -> str:
    return text.replace("'", "''")
