"""Change of a table's columns to those of the contract: columns that are new, renamed or wider, or gone.

All files of the newest version are written anew, one after the other, and replaced in one commit: no version has files
with different columns. Former versions keep their files and columns, so that the reports that name them can be made
again, and a change can be undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ntanalytics import duckdb_sandbox
from ntanalytics.contract import Dataset
from ntanalytics.errors import LakeError
from ntanalytics.lake.commit import create_over, files_of
from ntanalytics.lake.delta import DeltaLake
from ntanalytics.lake.parts import PartFiles, PartWriter, day_of, part_path
from ntanalytics.lake.table_location import TableLocation
from ntanalytics.language import tr

#: Dataset → former name of a column → its present name.
RENAMED_COLUMNS: Mapping[str, Mapping[str, str]] = MappingProxyType({})

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class SchemaChange:
    """Difference of a table's columns from the contract.

    Attributes:
        dataset: name of the dataset.
        version: version of the table.
        added: new columns, null in all rows that are there.
        renamed: former name → present name.
        widened: column → the types, ``int64 → double``.
        dropped: columns that the contract does not have any more.
        obstacles: reasons why the table cannot be changed; empty if it can.
    """

    dataset: str
    version: int
    added: tuple[str, ...]
    renamed: Mapping[str, str]
    widened: Mapping[str, str]
    dropped: tuple[str, ...]
    obstacles: tuple[str, ...]

    def steps(self) -> list[str]:
        """Return the change as sentences."""
        steps = [tr("new column {name}, null in former rows", name=name) for name in self.added]
        steps += [
            tr("column {former} is now {name}", former=former, name=name) for former, name in self.renamed.items()
        ]
        steps += [f"column {name}: {types}" for name, types in self.widened.items()]
        return [*steps, *(tr("column {name} is gone; former versions keep it", name=name) for name in self.dropped)]


def schema_change(
    lake: DeltaLake, dataset: Dataset, renamed: Mapping[str, Mapping[str, str]] = RENAMED_COLUMNS
) -> SchemaChange | None:
    """Return the difference of a dataset's table from the contract; None if there is none, or no table.

    Raises:
        LakeError: the table cannot be read.
    """
    version = lake.version(dataset.name)
    if version is None:
        return None
    table, wanted = lake.location(dataset.name).open(), dataset.schema()
    present = pa.schema(table.schema().to_arrow())
    former = {old: new for old, new in renamed.get(dataset.name, _NONE).items() if old in present.names}
    names = {former.get(name, name): name for name in present.names}
    added = tuple(name for name in wanted.names if name not in names)
    widened, obstacles = {}, []
    for name in wanted.names:
        if name in names and (before := present.field(names[name]).type) != (after := wanted.field(name).type):
            widened[name] = f"{before} → {after}"
            if not _is_wider(before, after):
                obstacles.append(tr("{name} cannot become {after} of {before}", name=name, after=after, before=before))
    obstacles += [
        tr("{name} may not be null, and former rows do not have it", name=name) for name in _required(dataset, added)
    ]
    if (partitions := table.metadata().partition_columns) != ["day"]:
        obstacles.append(
            tr("it is partitioned by {partitions}, not by day", partitions=", ".join(partitions) or tr("nothing"))
        )
    dropped = tuple(own for name, own in names.items() if name not in wanted.names)
    if not (added or former or widened or dropped or obstacles):
        return None
    return SchemaChange(
        dataset=dataset.name,
        version=version,
        added=added,
        renamed=former,
        widened=widened,
        dropped=dropped,
        obstacles=tuple(obstacles),
    )


def change_schema(lake: DeltaLake, dataset: Dataset, change: SchemaChange) -> int:
    """Write the newest version of a table with the columns of the contract, and prove that no value changed.

    Returns:
        The number of rows, as many as before.

    Raises:
        LakeError: it cannot be changed or written, or a row or value differs; the table is unchanged.
    """
    if change.obstacles:
        raise LakeError(
            tr("the table cannot be changed: {obstacles}", obstacles="; ".join(change.obstacles)), where=change.dataset
        )
    with lake.locked_table(dataset.name) as location:
        table = location.open()
        names = [str(name) for name in files_of(table)["path"].to_pylist()]
        parts: list[PartFiles] = []
        try:
            for file in location.local_files(names):
                parts += _rewritten(location, dataset, change, file)
            before = _digest(location.local_files(names), change, is_former=True)
            after = _digest([location.folder / name for part in parts for name in part.names()], change)
            if before != after:
                raise LakeError(
                    tr("rows or values differ: {before} before, {after} after", before=before, after=after),
                    where=str(location),
                )
            actions = [action for part in parts for action in part.added]
            create_over(location, actions, dataset.schema(), dataset.name)
        except BaseException:
            for part in parts:
                part.remove()
            raise
    return before[0]


def _is_wider(before: pa.DataType, after: pa.DataType) -> bool:
    if not pa.types.is_integer(before):
        return False
    is_longer = pa.types.is_integer(after) and before.bit_width < after.bit_width
    return bool(pa.types.is_floating(after) or is_longer)


def _required(dataset: Dataset, added: Sequence[str]) -> list[str]:
    return [name for name in added if not dataset.schema().field(name).nullable]


def _rewritten(location: TableLocation, dataset: Dataset, change: SchemaChange, file: Path) -> Iterator[PartFiles]:
    """Write the rows of a file anew, those of each source into a file of their own, and yield them."""
    schema = pa.schema([field for field in dataset.schema() if field.name != "day"])
    former = {new: old for old, new in change.renamed.items()}
    parquet, writers = pq.ParquetFile(file), dict[str, tuple[Path, PartWriter]]()
    try:
        for batch in parquet.iter_batches():
            rows = pa.Table.from_batches([batch])
            columns = [_column(rows, field, former.get(field.name, field.name)) for field in schema]
            converted = pa.Table.from_arrays(columns, schema=schema)
            for source in pc.unique(converted["source"]).to_pylist():
                if source not in writers:
                    target = part_path(location.folder, day_of(file))
                    writers[source] = target, PartWriter(target, schema, unique=dataset.key)
                writers[source][1].add(converted.filter(pc.equal(converted["source"], source)))
        for _path, writer in writers.values():
            writer.close()
    finally:
        for _path, writer in writers.values():
            writer.abandon()
    for source, (path, _writer) in writers.items():
        part = PartFiles(location, source)
        part.add_files([path])
        yield part


def _column(rows: pa.Table, field: pa.Field, name: str) -> pa.ChunkedArray:
    if name not in rows.column_names:
        return pa.chunked_array([pa.nulls(rows.num_rows, field.type)])
    return rows[name].cast(field.type)


def _digest(files: Sequence[Path], change: SchemaChange, *, is_former: bool = False) -> tuple[int, int]:
    """Return the number of rows, and a sum over the values of all columns that stay, whatever the order of the rows."""
    if not files:
        return 0, 0
    with duckdb_sandbox.open_connection(is_ordered=False) as connection:
        duckdb_sandbox.lock(connection, files=map(str, files))
        paths = ", ".join(duckdb_sandbox.sql_literal(str(path)) for path in files)
        names = [name for name, *_ in connection.execute(f"DESCRIBE FROM read_parquet([{paths}])").fetchall()]
        left_out = {*change.added, *(change.dropped if is_former else ())}
        shown = {change.renamed.get(name, name) if is_former else name: name for name in names if name not in left_out}
        values = []
        for name, own in sorted(shown.items()):
            quoted = '"' + own.replace('"', '""') + '"'
            values.append(f"CAST({quoted} AS DOUBLE)" if name in change.widened else quoted)
        digest = f"coalesce(sum(hash({', '.join(values)})), 0)"
        query = f"SELECT count(*), {digest} FROM read_parquet([{paths}])"  # noqa: S608 - quoted names of columns
        (rows, total) = connection.execute(query).fetchall()[0]
    return int(rows), int(total)
