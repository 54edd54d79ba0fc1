"""Ibis backend of DuckDB that compiles each structure of expression once."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.backends.duckdb.converter import DuckDBPyArrowData

from ntanalytics.lake.backends.compiled_sql import CompiledSql
from ntanalytics.lake.backends.duckdb_compiler import UtcCompiler
from ntanalytics.lake.backends.expression_key import expression_key

# See CompilingBackend._answer.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result makes an extra copy", UserWarning)

#: Rows of an answer that is kept, and the most answers; a report has some hundred of some hundred rows.
_MOST_ROWS, _MOST_ANSWERS = 5_000, 1_000


class CompilingBackend(Backend):  # type: ignore[misc]
    """Backend whose SQL is kept by the structure of the expression; it connects when it is asked first.

    Args:
        folder: the folder of the file with the kept texts; None: they are kept in the process alone.
        set_up: is called with the new connection.
        options: DuckDB's.
    """

    compiler = UtcCompiler()

    def __init__(
        self,
        folder: Path | None,
        set_up: Callable[[duckdb.DuckDBPyConnection], object] = lambda _: None,
        **options: Any,
    ) -> None:
        super().__init__()
        self._set_up, self._options = set_up, options
        self._compiled = CompiledSql(folder, _render)
        self._answers: dict[tuple[ops.Node, str], pa.Table] = {}
        self._lasting: set[ops.Node] = set()  # what was compiled just now, and has one answer

    @cached_property
    def con(self) -> duckdb.DuckDBPyConnection:
        """An in-memory DuckDB of its own."""
        self.do_connect(**self._options)  # it sets this attribute
        connection: duckdb.DuckDBPyConnection = vars(self)["con"]
        try:
            self._set_up(connection)
        except BaseException:
            del self.con  # one that was not locked is used by nobody
            raise
        return connection

    @cached_property
    def _record_batch_readers_consumed(self) -> dict[str, bool]:
        """Nothing of it is there before the connection is, and Ibis asks for it first."""
        return {}

    def to_pyarrow(self, expr: ir.Expr, /, *, limit: Any = None, params: Any = None, **kwargs: Any) -> Any:
        """Return the result of an expression; a question that was asked before is answered from memory.

        The files of a lake's version never change, and an expression names the tables that it reads, so that an equal
        one has an equal answer.
        """
        if params or kwargs or not isinstance(expr, ir.Table):
            return super().to_pyarrow(expr, params=params, limit=limit, **kwargs)
        op = expr.op()
        key = (op, repr(limit))
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answer(expr, limit)
            if answer.num_rows <= _MOST_ROWS and op in self._lasting:
                if len(self._answers) >= _MOST_ANSWERS:
                    self._answers.clear()
                self._answers[key] = answer
            self._lasting.clear()
        return answer

    def _answer(self, expr: ir.Table, limit: Any) -> pa.Table:
        """Return the rows of a table as Ibis does, by a cursor, which binds a statement once and a relation twice.

        The rows are copied once more, which takes less: an answer has some hundred.
        """
        self._run_pre_execute_hooks(expr)
        sql = self.compile(expr, limit=limit)
        try:
            rows = self.con.execute(sql).to_arrow_table()
        finally:
            self.con.abort()  # an interruption may have left a result, after which the connection answers nothing else
        return expr.__pyarrow_result__(rows, data_mapper=DuckDBPyArrowData)

    def compile(self, expr: ir.Expr, /, *, limit: int | None = None, params: Any = None, pretty: bool = False) -> str:
        """Return the SQL of an expression."""
        op = expr.as_table().op()
        if params or pretty or not (limit is None or isinstance(limit, int)):
            return self._fresh(op, limit=limit, params=params, pretty=pretty)
        try:
            key = expression_key(op)
        except NotImplementedError:
            return self._fresh(op, limit=limit)
        if key.has_one_answer:
            self._lasting = {op}
        sql = self._compiled.get(key, limit)
        if sql is None:
            sql = self._compiled.add(key, limit, op, lambda root: self._fresh(root, limit=limit))
        return self._fresh(op, limit=limit) if sql is None else sql

    def _fresh(self, op: ops.Node, **options: Any) -> str:
        """Return the SQL of an expression as Ibis compiles it."""
        sql: str = super().compile(op.to_expr(), **options)
        return sql


@lru_cache(maxsize=4096)
def _render(literal: ops.Literal[Any]) -> str:
    """Return the SQL of a literal."""
    compiler = CompilingBackend.compiler
    sql: str = compiler.visit_Literal(literal, value=literal.value, dtype=literal.dtype).sql(dialect=compiler.dialect)
    return sql
