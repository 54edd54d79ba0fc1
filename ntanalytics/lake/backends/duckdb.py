"""Reader of the lake by DuckDB.

The files of a version, pruned by day, are read by DuckDB's Parquet reader: three times as fast as an Arrow dataset, and
without an extension.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics import duckdb_sandbox
from ntanalytics.contract import Dataset
from ntanalytics.lake.backends.reader import Reader
from ntanalytics.lake.delta import DeltaLake


class DuckReader(Reader):
    """Reader with one in-memory DuckDB that can open the files of the lake only."""

    def __init__(self, lake: DeltaLake) -> None:
        super().__init__(lake)
        self.connection = ibis.duckdb.connect(threads=2)
        # Another session zone would shift casts of UTC times to dates.
        self.connection.raw_sql("SET TimeZone = 'UTC'")
        # A progress bar would break the output of --json.
        self.connection.raw_sql("SET enable_progress_bar = false")
        # A report has some hundred queries on the same files, which never change: each footer is read once.
        self.connection.raw_sql("SET parquet_metadata_cache = true")
        duckdb_sandbox.lock(self.connection.con, folders=[lake.folder])

    def _open(self, dataset: Dataset, files: Sequence[str]) -> ir.Table:  # noqa: ARG002 — the files have the schema
        # All files of a Delta table have its columns, so that none must be opened to learn them.
        table: ir.Table = self.connection.read_parquet(list(files), hive_partitioning=True)
        return table

    def _cached(self, dataset: Dataset, rows: ir.Table, *, has_small_files: bool) -> ir.Table:
        name = ibis.util.gen_name(dataset.name.replace(".", "_"))
        if has_small_files:  # such as ten tickets per day, read by twenty queries
            table: ir.Table = self.connection.create_table(name, rows, temp=True)
            return table
        # A view becomes part of each query plan. A table used twice in a query would be materialised row by row.
        view: ir.Table = self.connection.create_view(name, rows)
        return view
