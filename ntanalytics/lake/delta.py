"""The Delta tables of the lake: the only module that knows how a dataset is kept on disk.

Tables are plain Delta: no deletion vectors and no column mapping, so that the file list of a
version, read as Parquet, is the table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError
from filelock import FileLock

from ntanalytics.contract import Dataset, Kind
from ntanalytics.errors import LakeError
from ntanalytics.lake.cases import merge
from ntanalytics.lake.commit import AFTER_COMMIT, Overtaken, commit_days, superseded
from ntanalytics.lake.parts import Parts, Unfit, read_parts
from ntanalytics.lake.rejects import REJECTS, replace_rejects

__all__ = ["REJECTS", "DeltaLake"]

_WRITER = WriterProperties(compression="ZSTD")


class DeltaLake:
    """A folder of Delta tables, one a dataset.

    Args:
        folder: where they are; made when something is first written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: Dataset → the version that was opened last; it never changes, and opening one reads the table's whole log.
        self._opened: dict[str, DeltaTable] = {}

    def path(self, dataset: str) -> Path:
        """The folder of a dataset's table."""
        return self.folder / dataset

    def version(self, dataset: str) -> int | None:
        """The current version of a dataset's table; None when nothing was ever written."""
        return self._open(dataset).version() if DeltaTable.is_deltatable(str(self.path(dataset))) else None

    def files(self, dataset: str, version: int, first: dt.date | None = None, last: dt.date | None = None) -> list[str]:
        """The Parquet files of a version that hold the days from ``first`` to ``last``."""
        filters = []
        if first is not None:
            filters.append(("day", ">=", first.isoformat()))
        if last is not None:
            filters.append(("day", "<=", last.isoformat()))
        return sorted(self._open(dataset, version).file_uris(file_pruning_predicate=filters or None))

    def days(self, dataset: str, version: int | None) -> set[dt.date]:
        """The local days of which a version holds rows; none where nothing was ever written."""
        if version is None:
            return set()
        return {dt.date.fromisoformat(partition["day"]) for partition in self._open(dataset, version).partitions()}

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
            path = self.path(name)
            if DeltaTable.is_deltatable(str(path)):
                with self.writing(name):
                    DeltaTable(str(path)).delete(
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
        with self.writing(dataset.name):
            path, schema = self.path(dataset.name), dataset.schema()
            table = DeltaTable(str(path)) if DeltaTable.is_deltatable(str(path)) else None
            if dataset.kind is Kind.CASE:
                _refuse_other_columns(table, schema)
                merge(path, dataset, files, source)
                return
            parts = Parts(path, source, first, last)
            if table is not None and (
                superseded(table, source, first, last) is None or pa.schema(table.schema().to_arrow()) != schema
            ):
                within = f"day >= '{first.isoformat()}' AND day <= '{last.isoformat()}'"
                predicate = f"source = '{_quoted(source)}' AND {within}"
                self._overwrite(path, read_parts(files, schema), predicate, dataset.name)
                return
            try:
                parts.take(files)
            except BaseException:
                parts.remove()
                raise
            commit_days(path, parts, schema, source, first, last, name=dataset.name)

    def replace_rejects(self, dataset: str, rows: pa.Table, source: str, first: dt.date, last: dt.date) -> None:
        """Replace the rows of a source that were set aside in a window, and those without a day."""
        path = self.folder / f"{dataset}.rejects"
        if rows.num_rows == 0 and not DeltaTable.is_deltatable(str(path)):
            return
        with self.writing(path.name):
            replace_rejects(path, rows, source, first, last, name=path.name)

    def _overwrite(self, path: Path, rows: pa.RecordBatchReader, predicate: str, name: str) -> None:
        exists = DeltaTable.is_deltatable(str(path))
        write_deltalake(
            str(path),
            rows,
            mode="overwrite",
            predicate=predicate if exists else None,
            partition_by=["day"],
            name=name,
            writer_properties=_WRITER,
            post_commithook_properties=AFTER_COMMIT,
        )

    def _open(self, dataset: str, version: int | None = None) -> DeltaTable:
        kept = self._opened.get(dataset)
        if kept is not None and version is not None and kept.version() == version:
            return kept
        try:
            opened = DeltaTable(str(self.path(dataset)), version=version)
        except (DeltaError, OSError) as error:
            raise LakeError(f"cannot read version {version}: {error}", where=str(self.path(dataset))) from error
        self._opened[dataset] = opened
        return opened

    @contextmanager
    def writing(self, name: str) -> Iterator[None]:
        """One writer at a time per table: two commits of the same day would conflict.

        Raises:
            LakeError: what was done inside failed, or others write for very long.
        """
        locks = self.folder / ".locks"
        try:
            locks.mkdir(parents=True, exist_ok=True)
            with FileLock(locks / f"{name}.lock", timeout=600):
                yield
        except (Unfit, Overtaken, pa.ArrowException, duckdb.Error) as error:
            raise LakeError(f"cannot write: {error}", where=str(self.folder / name)) from error
        except (DeltaError, OSError) as error:
            raise LakeError(
                f"cannot write: {error}",
                where=str(self.folder / name),
                todo="is the disk full, or the folder read-only?",
            ) from error


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
        raise Unfit(f"the table has other columns than the contract: {', '.join(sorted({name for name, _ in other}))}")


def _quoted(text: str) -> str:
    return text.replace("'", "''")
