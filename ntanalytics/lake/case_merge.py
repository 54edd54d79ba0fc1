"""Merging cases by their key: a row takes the place of the one with its key, on whichever day that one lies.

The days on which a row is replaced are written anew, of each source apart, and all of it is one commit. Of the table,
the keys alone are looked at, and only in files whose bounds say that one of the new keys may be there; memory stays
flat whatever the table and whatever is merged.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.transaction import RemoveAction

from ntanalytics import duckdb_sandbox
from ntanalytics.contract import Dataset
from ntanalytics.lake.commit import ATTEMPTS, CommitConflict, commit, files_of, removal
from ntanalytics.lake.day_files import DayFiles
from ntanalytics.lake.parts import Parts, day_of, read_parts
from ntanalytics.lake.table_location import TableLocation

#: What DuckDB may hold of the keys and of the rows that stay; the rest goes to disk.
_MEMORY = "72MB"

#: Rows that are taken out of DuckDB at a time.
_BATCH = 32_768


@dataclass(frozen=True)
class _File:
    """A file of a version that may hold rows of the source.

    Attributes:
        told: what :func:`files_of` tells of it.
        is_own: whether all its rows are the source's.
    """

    told: dict[str, Any]
    is_own: bool

    @property
    def path(self) -> str:
        """Its name in the table's folder."""
        return str(self.told["path"])

    @property
    def day(self) -> dt.date:
        """The day of its rows."""
        day: dt.date = self.told["partition.day"]
        return day


def merge_cases(place: TableLocation, dataset: Dataset, files: Sequence[Path], source: str) -> None:
    """Merge the rows of ``files``, whose keys differ, into a table by their key, in one commit.

    Args:
        place: where the table is; it is made where there is none.
        dataset: a case.
        files: written by :class:`ntanalytics.lake.parts.PartWriter`, a day each; they stay. None changes nothing.
        source: whose rows: all of them.

    Raises:
        Unfit, DeltaError, OSError, ArrowException, duckdb.Error: it could not be; the table is as it was.
        Overtaken: other writers were faster each time.
        LakeError: it is not known whether it could be.
    """
    for attempt in range(1, ATTEMPTS + 1) if files else ():
        try:
            _merge(place, dataset, files, source)
        except CommitConflict:
            if attempt == ATTEMPTS:
                raise
        else:
            return


def _merge(place: TableLocation, dataset: Dataset, files: Sequence[Path], source: str) -> None:
    table = place.open() if place.is_table() else None
    seen = _files(table, source, dataset.key[0])
    parts = Parts(place, source)
    kept: dict[str, DayFiles] = {}
    try:
        with _keys(place, dataset, files) as keys:
            touched = keys.touched(seen, source, {day_of(file) for file in files})
            stays = [each for each, replaced in touched if replaced < each.told["num_records"]]
            again = {each.day for each in stays if each.is_own}
            for rows, of_source in keys.left(stays, source):
                kept.setdefault(of_source, _day_files(place, dataset)).add(rows)
        mixed = [file for file in files if day_of(file) in again]
        for rows in _rows(mixed, dataset.schema()):
            kept.setdefault(source, _day_files(place, dataset)).add(rows)
        for of_source, written in kept.items():
            written.close()
            parts.take((file for group in written.files.values() for file in group), of_source)
        parts.take((file for file in files if day_of(file) not in again), is_lent=True)
    except BaseException:
        for written in kept.values():
            written.abandon(remove=True)
        parts.remove()
        raise

    def taken_out(newest: DeltaTable) -> list[RemoveAction]:
        if set(_of_source(newest, source)["path"].to_pylist()) != {each.path for each in seen}:
            raise CommitConflict
        return [removal(each.told) for each, _ in touched]

    same = " AND ".join(f"{name} IS NOT DISTINCT FROM taken.{name}" for name in dataset.key)
    commit(place, parts, dataset.schema(), taken_out, f"source = '{source}' AND {same}", name=dataset.name)


def _of_source(table: DeltaTable, source: str) -> pa.Table:
    """The files of a version that may hold rows of a source, as :func:`files_of` tells of them."""
    files = files_of(table)
    if not {"min.source", "max.source"} <= set(files.schema.names):
        return files
    others = pc.or_(pc.greater(files["min.source"], source), pc.less(files["max.source"], source))
    return files.filter(pc.invert(pc.fill_null(others, False)))


def _files(table: DeltaTable | None, source: str, key: str) -> list[_File]:
    """The files of a version that may hold rows of a source, with the bounds of a column of the key."""
    if table is None:
        return []
    files = _of_source(table, source)
    wanted = ["path", "size_bytes", "num_records", "partition.day"]
    wanted += [f"{bound}.{name}" for bound in ("min", "max") for name in ("source", key)]
    found = files.select([name for name in wanted if name in files.schema.names]).to_pylist()
    return [_File(told, told.get("min.source") == told.get("max.source") == source) for told in found]


def _day_files(place: TableLocation, dataset: Dataset) -> DayFiles:
    return DayFiles(place.folder, dataset.schema(), dataset.key if len(dataset.key) == 1 else ())


@contextlib.contextmanager
def _keys(place: TableLocation, dataset: Dataset, files: Sequence[Path]) -> Iterator[_Keys]:
    """The keys of the new rows, in a DuckDB that goes to disk, beside them, when there are many."""
    folder = files[0].parent.parent
    with duckdb_sandbox.open_connection(memory=_MEMORY, spill=folder / "duckdb", is_ordered=False) as connection:
        duckdb_sandbox.lock(connection, folders=[folder, place.folder])
        connection.execute(f"CREATE TEMP TABLE taken AS SELECT {', '.join(dataset.key)} FROM {_read(files)}")  # noqa: S608 - our own names
        yield _Keys(connection, place, dataset)


class _Keys:
    """What is asked of the keys; get one from :func:`_keys`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, place: TableLocation, dataset: Dataset) -> None:
        self._connection = connection
        self._place = place
        self._dataset = dataset
        alike = (f"kept.{name} IS NOT DISTINCT FROM taken.{name}" for name in dataset.key)
        self._alike = " AND ".join(alike)

    def touched(self, files: Iterable[_File], source: str, days: set[dt.date]) -> list[tuple[_File, int]]:
        """The files that a merge writes anew or takes out, each with how many of its rows are replaced.

        Files of the source's own on a day of the new rows are among them, so that a day of a source is one file.
        """
        files = list(files)
        told = {str(self._place.folder / each.path): each for each in files}
        suspected = self._suspected(files)
        replaced: dict[str, int] = {}
        if suspected:
            asked = _read(self._place.here(each.path for each in suspected), ", filename = true")
            rows = self._connection.execute(
                f"SELECT filename, count(*) FROM {asked} AS kept SEMI JOIN taken ON {self._alike} "  # noqa: S608 - our own names
                "WHERE kept.source = $source GROUP BY filename",
                {"source": source},
            ).fetchall()
            replaced = dict(rows)
        return [
            (each, replaced.get(name, 0))
            for name, each in told.items()
            if name in replaced or (each.is_own and each.day in days)
        ]

    def _suspected(self, files: list[_File]) -> list[_File]:
        """The files whose bounds of the key's first column say that a new key may be there."""
        name = self._dataset.key[0]
        bounds = {
            "number": list(range(len(files))),
            "low": [each.told.get(f"min.{name}") for each in files],
            "high": [each.told.get(f"max.{name}") for each in files],
        }
        self._connection.register("bounds", pa.table(bounds, schema=_bounds_schema(self._dataset, name)))
        rows = self._connection.execute(
            f"SELECT number FROM bounds WHERE low IS NULL OR high IS NULL UNION ALL "  # noqa: S608 - our own names
            f"SELECT number FROM bounds ASOF JOIN taken ON taken.{name} >= bounds.low WHERE taken.{name} <= bounds.high"
        ).fetchall()
        return [files[number] for (number,) in sorted(rows)]

    def left(self, files: Sequence[_File], source: str) -> Iterator[tuple[pa.Table, str]]:
        """The rows of files that stay, as the lake keeps them, a source at a time."""
        if not files:
            return
        schema = self._dataset.schema()
        names = [name for name in schema.names if name != "day"]
        paths = [str(file) for file in self._place.here(each.path for each in files)]
        self._connection.register("days", pa.table({"filename": paths, "day": [each.day for each in files]}))
        columns = ", ".join(f"kept.{name}" for name in names)
        rows = self._connection.sql(
            f"SELECT {columns}, days.day FROM {_read(paths, ', filename = true')} AS kept "  # noqa: S608 - our own names
            f"JOIN days ON kept.filename = days.filename ANTI JOIN taken ON kept.source = $source AND {self._alike}",
            params={"source": source},
        )
        for batch in rows.to_arrow_reader(_BATCH):
            given = pa.Table.from_batches([batch]).cast(schema)
            for of_source in pc.unique(given["source"]).to_pylist():
                yield given.filter(pc.equal(given["source"], of_source)), of_source


def _bounds_schema(dataset: Dataset, name: str) -> pa.Schema:
    kind = dataset.schema().field(name).type
    return pa.schema([("number", pa.int64()), ("low", kind), ("high", kind)])


def _rows(files: Iterable[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    for batch in read_parts(files, schema):
        yield pa.Table.from_batches([batch])


def _read(files: Iterable[Path | str], also: str = "") -> str:
    paths = ", ".join(duckdb_sandbox.sql_literal(str(file)) for file in files)
    return f"read_parquet([{paths}], hive_partitioning = false, union_by_name = true{also})"
