"""Reader of the lake by Spark: the same files, on all machines of the master.

The files of a version, pruned by day, are read by Spark's Parquet reader with the columns of the contract, without
Delta's jar. Differences between Ibis on Spark and on DuckDB are corrected here, and not in the metrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkSchema
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.formats.pyarrow import PyArrowData
from pyspark.sql import SparkSession

from ntanalytics.contract import Dataset
from ntanalytics.lake.backends.reader import Reader
from ntanalytics.lake.delta import DeltaLake


class _Compiler(PySparkCompiler):  # type: ignore[misc]
    def visit_ExtractEpochSeconds(self, op: ops.ExtractEpochSeconds, *, arg: Any) -> Any:  # noqa: ARG002, N802
        """Return seconds with their fraction, as on DuckDB."""
        micros = self.f.unix_micros(self.cast(arg, dtypes.timestamp))
        return self.cast(micros, dtypes.float64) / self.cast(1_000_000, dtypes.float64)

    def visit_CountStar(self, op: ops.CountStar, *, arg: Any, where: Any) -> Any:  # noqa: N802
        """Return 0 for no rows, and not null."""
        return super().visit_CountStar(op, arg=arg, where=None) if where is None else self.f.count_if(where)


class _Backend(Backend):  # type: ignore[misc]
    """Backend with Arrow in both directions: pandas would turn nullable integers into fractions."""

    compiler = _Compiler()

    def to_pyarrow(self, expr: ir.Expr, /, *, params: Any = None, limit: Any = None, **kwargs: Any) -> Any:
        """Return the rows of an expression."""
        self._run_pre_execute_hooks(expr)
        table = expr.as_table()
        rows = self.raw_sql(self.compile(table, params=params, limit=limit, **kwargs)).toArrow()
        return expr.__pyarrow_result__(PyArrowData.convert_table(rows, table.schema()))

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        rows = self._session.createDataFrame(op.data.to_pyarrow(op.schema), PySparkSchema.from_ibis(op.schema))
        rows.createOrReplaceTempView(op.name)


class SparkReader(Reader):
    """Reader with one Spark session.

    Args:
        lake: the lake; each machine of the session must have its folder at the same path.
        session: session of :func:`ntanalytics.lake.backends.spark_session.session`.
    """

    def __init__(self, lake: DeltaLake, session: SparkSession) -> None:
        super().__init__(lake)
        self._session = session
        self.connection = _Backend()
        self.connection.register_options()
        self.connection.do_connect(session)

    def _open(self, dataset: Dataset, files: Sequence[str]) -> ir.Table:
        schema = PySparkSchema.from_ibis(ibis.Schema.from_pyarrow(dataset.schema()))
        reader = self._session.read.schema(schema).option("basePath", str(self._lake.path(dataset.name)))
        name = ibis.util.gen_name(dataset.name.replace(".", "_"))
        reader.parquet(*files).createOrReplaceTempView(name)
        table: ir.Table = self.connection.table(name)
        return table
