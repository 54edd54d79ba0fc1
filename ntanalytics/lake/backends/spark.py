"""Reading the lake with Spark, as Ibis tables: the same files, on as many machines as the master has.

The files of a version, pruned by day, are handed to Spark's own Parquet reader with the contract's columns: no jar of
Delta's is needed. Where Ibis on Spark would give another figure than on DuckDB, it is mended here, and the metrics know
nothing of it.
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
        """Seconds with their fraction, as DuckDB gives them."""
        micros = self.f.unix_micros(self.cast(arg, dtypes.timestamp))
        return self.cast(micros, dtypes.float64) / self.cast(1_000_000, dtypes.float64)

    def visit_CountStar(self, op: ops.CountStar, *, arg: Any, where: Any) -> Any:  # noqa: N802
        """Of no rows there are 0, and not null."""
        return super().visit_CountStar(op, arg=arg, where=None) if where is None else self.f.count_if(where)


class _Backend(Backend):  # type: ignore[misc]
    """Arrow both ways: pandas in between would make a fraction of a whole number that may be missing."""

    compiler = _Compiler()

    def to_pyarrow(self, expr: ir.Expr, /, *, params: Any = None, limit: Any = None, **kwargs: Any) -> Any:
        """The rows of an expression."""
        self._run_pre_execute_hooks(expr)
        table = expr.as_table()
        found = self.raw_sql(self.compile(table, params=params, limit=limit, **kwargs)).toArrow()
        return expr.__pyarrow_result__(PyArrowData.convert_table(found, table.schema()))

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        rows = self._session.createDataFrame(op.data.to_pyarrow(op.schema), PySparkSchema.from_ibis(op.schema))
        rows.createOrReplaceTempView(op.name)


class SparkReader(Reader):
    """Tables of one Spark session.

    Args:
        lake: whose tables; each machine of the session must see its folder under the same path.
        session: of :func:`ntanalytics.lake.backends.spark_session.session`.
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
        read: ir.Table = self.connection.table(name)
        return read
