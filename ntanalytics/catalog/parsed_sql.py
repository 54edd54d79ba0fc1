"""SQL of a mapping, parsed: what it selects, and that it is one query that only reads.

sqlglot takes a tenth of a second to import, and most of the time of opening the sources; see ``kept_columns``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import sqlglot
import sqlglot.errors
from sqlglot import exp

from ntanalytics.catalog.parameters import bound_names
from ntanalytics.catalog.read_only import check_reads
from ntanalytics.errors import ContractError
from ntanalytics.language import tr

#: Texts, quoted names and comments; a comment of one line ends before its line's end.
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)


@lru_cache(maxsize=1024)
def selected_columns(sql: str, dialects: tuple[str, ...], path: Path, wanted: frozenset[str]) -> tuple[str, ...]:
    """Return the output columns of a mapping, and check that it is one plain SELECT in every dialect.

    The result is cached: parsing takes most of the time of opening the sources.

    Args:
        sql: text of the mapping.
        dialects: dialects of the header.
        path: file of the mapping, for messages.
        wanted: exactly the parameters that it must bind.

    Raises:
        ContractError: a check fails.
    """
    columns: tuple[str, ...] = ()
    for dialect in dialects:
        statements = _statements(sql, dialect, path)
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            raise ContractError(tr("the file must hold one SELECT and nothing else"), where=str(path))
        query = statements[0]
        check_reads(query, sql, dialect, path)
        bound = bound_names(sql)
        if bound != wanted:
            raise ContractError(
                tr(
                    "it binds {bound}, not {wanted}",
                    bound=sorted(bound) or tr("nothing"),
                    wanted=sorted(wanted) or tr("nothing"),
                ),
                where=str(path),
            )
        columns = tuple(name.lower() for name in query.named_selects)
        if "*" in columns:
            raise ContractError(tr("name the columns: SELECT * follows every change of the source"), where=str(path))
    return columns


def _unclosed_line(sql: str) -> int:
    """Return the line of a quotation mark or comment that is not closed: most likely a text that goes over lines."""
    rest = 0
    for token in _QUOTED.finditer(sql):
        if "\n" in token[0] and not token[0].startswith("/*"):
            return sql.count("\n", 0, token.start()) + 1
        rest = token.end()
    opened = re.search(r"['\"`]|/\*", sql[rest:])
    return sql.count("\n", 0, rest + (opened.start() if opened else 0)) + 1


def _statements(sql: str, dialect: str, path: Path) -> list[exp.Expr]:
    """Return the parsed statements of a mapping.

    Raises:
        ContractError: it is no SQL of the dialect; the message names the line.
    """
    try:
        return [tree for tree in sqlglot.parse(sql, dialect=dialect) if tree is not None]
    except sqlglot.errors.ParseError as error:
        details = error.errors[0] if error.errors else {}
        near = str(details.get("highlight") or "").strip()
        what = tr("not SQL of {dialect}: {details}", dialect=dialect, details=details.get("description") or error) + (
            tr(" near {near!r}", near=near) if near else ""
        )
        line = details.get("line")
        raise ContractError(what, where=f"{path}:{line}" if line else str(path)) from error
    except sqlglot.errors.TokenError as error:
        what = tr("not SQL of {dialect}: a quotation mark or a comment is not closed", dialect=dialect)
        raise ContractError(what, where=f"{path}:{_unclosed_line(sql)}") from error
