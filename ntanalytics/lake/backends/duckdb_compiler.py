"""Compiler of Ibis expressions for DuckDB, which reads the clock of UTC of a moment without a calendar library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler

#: Operations on moments whose result is none, and those whose result is one.
_READINGS = (ops.ExtractTemporalField, ops.Date, ops.Time, ops.Strftime, ops.DayOfWeekIndex, ops.TimestampDelta)
_MOVES = (ops.TimestampTruncate, ops.TimestampAdd, ops.TimestampSub)


class UtcCompiler(DuckDBCompiler):  # type: ignore[misc]
    """Compiler that makes times without a zone of moments before their days, hours and seconds are asked for.

    A moment of the contract is a time with the zone UTC, which DuckDB converts by ICU: that takes five to thirty times
    as long as to ask a time without a zone. Each connection of the suite has the zone UTC, so that both are the same.
    """

    def visit_node(self, op: ops.Node, /, **kwargs: Any) -> Any:
        """Return the SQL of an operation whose operands are ``kwargs``."""
        if isinstance(op, _READINGS) or (isinstance(op, ops.Cast) and _is_clock(op.to)):
            return super().visit_node(op, **_by_clock(op, kwargs))
        if isinstance(op, _MOVES) and _is_moment(op.args[0]):
            return _moment(super().visit_node(op, **_by_clock(op, kwargs)))
        return super().visit_node(op, **kwargs)


def _by_clock(op: ops.Node, operands: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the operands of an operation with times without a zone in the place of moments."""
    return {name: _clock(value) if _is_moment(getattr(op, name)) else value for name, value in operands.items()}


def _moment(clock: sge.Expression) -> sge.Expression:
    """Return a time without a zone as the moment in UTC."""
    return sge.Anonymous(this="make_timestamptz", expressions=[sge.Anonymous(this="epoch_us", expressions=[clock])])


def _clock(moment: sge.Expression) -> sge.Expression:
    """Return a moment as its time in UTC without a zone."""
    if isinstance(moment, sge.Anonymous) and moment.this == "make_timestamptz" and len(moment.expressions) == 1:
        clock: sge.Expression = moment.expressions[0].expressions[0]  # it was made by the function above
        return clock
    return sge.Anonymous(this="make_timestamp", expressions=[sge.Anonymous(this="epoch_us", expressions=[moment])])


def _is_moment(operand: Any) -> bool:
    """Return whether an operand is a time with the zone UTC."""
    return isinstance(operand, ops.Value) and operand.dtype.is_timestamp() and operand.dtype.timezone == "UTC"


def _is_clock(dtype: Any) -> bool:
    """Return whether a type is that of a day, a time of day or a time without a zone."""
    return bool(dtype.is_date() or dtype.is_time() or (dtype.is_timestamp() and dtype.timezone is None))
