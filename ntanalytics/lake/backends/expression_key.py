"""Key of an Ibis expression: equal for two expressions whose SQL differs in tables' own names and dates alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

import ibis.expr.datatypes as dtypes
import ibis.expr.operations as ops
from ibis import Schema
from ibis.common.collections import FrozenOrderedDict

#: A name that Ibis made up for one table of one process, such as ``ibis_pyarrow_memtable_tnpmggi5bfaubpnqxnqqxvmvbq``.
_MADE_UP = re.compile(r"\w+_[a-z2-7]{26}")

#: Types whose text tells their value.
_PLAIN = (str, int, float, bool, bytes, type(None), Decimal, Enum, dt.date, dt.datetime, dt.time, dt.timedelta)


def is_made_up(name: str) -> bool:
    """Return whether Ibis made up a name for one table of one process."""
    return _MADE_UP.fullmatch(name) is not None


class ExpressionKey(NamedTuple):
    """Structure of an expression, and what differs between expressions of one structure.

    Attributes:
        digest: SHA-256 of the structure: operations, columns, types, numbers and words.
        names: the made-up names of its tables, in the order of their first appearance.
        dates: its dates and times, each once, in that order.
        has_one_answer: whether it reads tables with made-up names alone, which no statement changes, and no clock.
    """

    digest: str
    names: tuple[str, ...]
    dates: tuple[ops.Literal[Any], ...]
    has_one_answer: bool


def expression_key(op: ops.Node) -> ExpressionKey:
    """Return the key of an expression.

    Raises:
        NotImplementedError: a part of the expression has no text, such as a function of a user.
    """
    walk = _Walk()
    try:
        walk.node(op)
    except RecursionError as error:
        raise NotImplementedError("it is too deep") from error
    digest = hashlib.sha256("\n".join(walk.lines).encode()).hexdigest()
    return ExpressionKey(digest, tuple(walk.names), tuple(walk.dates), walk.has_one_answer)


class _Walk:
    """Walk over the nodes of an expression, each once, its parts first."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, str] = {}
        self.dates: dict[ops.Literal[Any], str] = {}
        self.has_one_answer = True
        self._seen: dict[int, str] = {}  # the expression keeps its nodes alive

    def node(self, op: ops.Node) -> str:
        """Return the number of a node, after a line for it and each of its parts."""
        known = self._seen.get(id(op))
        if known is None:
            line = self._line(op)
            known = self._seen[id(op)] = f"#{len(self._seen)}"
            self.lines.append(line)
        return known

    def _line(self, op: ops.Node) -> str:
        kind = type(op)
        if not kind.__module__.startswith("ibis.") or isinstance(op, ops.ScalarUDF | ops.AggUDF | ops.ScalarParameter):
            raise NotImplementedError(kind.__qualname__)
        if isinstance(op, ops.Impure | ops.SQLQueryResult | ops.SQLStringView):
            self.has_one_answer = False
        if kind is ops.Literal and type(op.value) in (dt.date, dt.datetime):
            place = self.dates.setdefault(op, f"date {len(self.dates)}")
            return f"{place} {self._part(op.dtype)}"
        if kind is ops.InMemoryTable:  # its rows are not in the SQL
            return f"InMemoryTable {self._name(op.name)} {self._part(op.schema)}"
        if kind is ops.DatabaseTable:
            self.has_one_answer &= is_made_up(op.name)
            namespace = (op.namespace.catalog, op.namespace.database)
            return f"DatabaseTable {self._name(op.name)} {self._part(op.schema)} {namespace!r}"
        return f"{kind.__module__}.{kind.__qualname__} {' '.join(map(self._part, op.__args__))}"

    def _name(self, name: str) -> str:
        if not is_made_up(name):
            return repr(name)
        return self.names.setdefault(name, f"table {len(self.names)}")

    def _part(self, part: object) -> str:
        if isinstance(part, ops.Node):
            return self.node(part)
        if isinstance(part, tuple | list):
            return f"({' '.join(map(self._part, part))})"
        if isinstance(part, frozenset):  # names of columns, whose order differs from process to process
            return f"set({' '.join(sorted(map(self._part, part)))})"
        if isinstance(part, dtypes.DataType | Schema):
            return _type_text(part)
        if isinstance(part, Mapping | FrozenOrderedDict):
            return f"{{{' '.join(f'{self._part(key)}: {self._part(value)}' for key, value in part.items())}}}"
        if isinstance(part, _PLAIN):
            return f"{type(part).__qualname__} {part!r}"
        raise NotImplementedError(type(part).__qualname__)


_type_texts: dict[dtypes.DataType | Schema, str] = {}


def _type_text(part: dtypes.DataType | Schema) -> str:
    """Return the text of a type or a schema; making it takes longer than looking it up."""
    text = _type_texts.get(part)
    if text is None:
        columns = part.items() if isinstance(part, Schema) else ()
        text = _type_texts[part] = repr(tuple(columns)) if columns else repr(part)
    return text
