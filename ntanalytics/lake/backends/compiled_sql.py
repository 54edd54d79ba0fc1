"""SQL of Ibis expressions, compiled once for each structure: in the process, and in a file beside the lake's tables.

To compile an expression takes Ibis longer than DuckDB takes to run it, and a report has some hundred, the same every
day. The SQL is kept with a mark in the place of each date and of each made-up name of a table. Nothing of the data, of
a gap or of a rule can make it stale: a text depends on the expression, on our compiler and on the versions of Ibis,
sqlglot and DuckDB alone, and these are its key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ibis.expr.operations as ops

from ntanalytics.file_cache import FileCache, digest_of_code
from ntanalytics.lake.backends.expression_key import ExpressionKey

#: Name of the file beside the tables of the lake.
FILE = "compiled-sql.jsonl"

#: The year of the dates that stand for others while an expression is compiled, and the most dates of an expression.
_YEAR, _MOST_DATES = 8001, 12 * 28

#: The modules that write a text, and their digest as they were imported.
_WRITERS = ("compiled_sql.py", "duckdb_compiler.py", "duckdb_ibis.py", "expression_key.py")
_COMPILER = digest_of_code(map(Path(__file__).with_name, _WRITERS))

#: The file is begun anew beyond this size: all reports of a site need an eighth of it, and every process reads it.
MOST_BYTES = 16 << 20

#: What this process has compiled itself, for the other lakes that it opens; emptied when it has so many texts.
_kept: dict[str, str] = {}
_MOST_KEPT = 4096

#: Marks in a kept text, ``\x1fd0\x1f`` for the first date and ``\x1fn0\x1f`` for the first name.
_MARK_SIGN = "\x1f"
_MARK = re.compile(f"{_MARK_SIGN}([dn])([0-9]+){_MARK_SIGN}")


@cache
def versions() -> str:
    """Return a text of all that a compiled text depends on beside the expression."""
    libraries = (f"{name} {version(name)}" for name in ("ibis-framework", "sqlglot", "duckdb"))
    return " ".join([f"compiler {_COMPILER}", *libraries])


class CompiledSql:
    """SQL by the key of an expression.

    Args:
        folder: the folder of the file; None: texts are kept in the process alone.
        render: returns the SQL of one literal.
    """

    def __init__(self, folder: Path | None, render: Callable[[ops.Literal[Any]], str]) -> None:
        self._cache = FileCache(folder / FILE if folder else None, MOST_BYTES)
        self._render = render

    def get(self, key: ExpressionKey, limit: int | None) -> str | None:
        """Return the SQL of an expression whose structure was compiled before, else None."""
        entry = _entry(key, limit)
        text = self._cache.get(entry)
        if text is None and (text := _kept.get(entry)) is not None:
            self._keep(entry, text)
        return None if text is None else self._filled(text, key)

    def add(
        self, key: ExpressionKey, limit: int | None, op: ops.Node, compile_op: Callable[[ops.Node], str]
    ) -> str | None:
        """Compile an expression, keep the text, and return the SQL; None if its dates cannot be told apart in the text.

        Dates that no expression has stand for its own while it is compiled, so that each mark is certain.

        Args:
            key: the key of the expression.
            limit: the most rows.
            op: the root of the expression.
            compile_op: compiles a root freshly.
        """
        if len(key.dates) > _MOST_DATES:
            return None
        stand_ins = {literal: _stand_in(literal, place) for place, literal in enumerate(key.dates)}
        text = compile_op(op.replace(stand_ins) if stand_ins else op)
        if _MARK_SIGN in text:  # in a word of the data
            return None
        for place, literal in enumerate(stand_ins.values()):
            text = text.replace(self._render(literal), f"{_MARK_SIGN}d{place}{_MARK_SIGN}")
        for place, name in enumerate(key.names):
            text = text.replace(f'"{name}"', f"{_MARK_SIGN}n{place}{_MARK_SIGN}")
        if str(_YEAR) in text or any(name in text for name in key.names):
            return None
        self._keep(_entry(key, limit), text)
        return self._filled(text, key)

    def _keep(self, entry: str, text: str) -> None:
        """Keep a text in the process and in the file."""
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[entry] = text
        self._cache.put({entry: text})

    def _filled(self, text: str, key: ExpressionKey) -> str:
        """Return a kept text with the dates and names of an expression."""

        def of(mark: re.Match[str]) -> str:
            place = int(mark[2])
            return self._render(key.dates[place]) if mark[1] == "d" else f'"{key.names[place]}"'

        return _MARK.sub(of, text)


def _stand_in(literal: ops.Literal[Any], place: int) -> ops.Literal[Any]:
    """Return a literal of the same type whose value is in no expression; it differs with the place."""
    month, day = divmod(place, 28)
    return ops.Literal(literal.value.replace(year=_YEAR, month=month + 1, day=day + 1), literal.dtype)


def _entry(key: ExpressionKey, limit: int | None) -> str:
    return hashlib.sha256(f"{versions()}\n{limit}\n{key.digest}".encode()).hexdigest()
