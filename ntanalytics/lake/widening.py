"""Columns that a newer contract added: a table of an older version gets them, and its rows have null there.

All files of a version have the same columns, so that a reader need not open each to learn them: the files are rewritten
in one commit, and then the columns are added to the table. A process that dies in between leaves files with more
columns than the table has, which readers take as they are; the next write does both steps again.
"""

from __future__ import annotations

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.schema import Schema

from ntanalytics.lake.commit import files_of
from ntanalytics.lake.compaction import compact
from ntanalytics.lake.table_location import TableLocation


def widen(location: TableLocation, table: DeltaTable, schema: pa.Schema, *, name: str) -> DeltaTable:
    """Return the table with the columns that it lacks and that may be null; a required one stays lacking.

    Args:
        location: location of the table, whose write lock is held.
        table: its newest version.
        schema: columns of the contract.
        name: name of the table.

    Raises:
        CommitConflict: another writer changed the same files.
        DeltaError, OSError, ArrowException: a failure to write; the rows are unchanged.
    """
    held = pa.schema(table.schema().to_arrow())
    lacking = [field for field in schema if field.name not in held.names and field.nullable]
    if not lacking:
        return table
    wider = pa.schema([*held, *lacking])
    if files := files_of(table).to_pylist():
        compact(location, files, name=name, schema=wider)
    location.check()
    location.open().alter.add_columns(list(Schema.from_arrow(pa.schema(lacking)).fields))
    return location.open()
