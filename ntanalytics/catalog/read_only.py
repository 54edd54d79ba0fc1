"""Does a mapping only read? Held against its parsed SQL when the catalog is loaded, before anything reaches a source.

The account that reads a source may only SELECT, the session is read-only, and an embedded DuckDB is locked. This is the
check beside them: one query, that writes nothing, locks nothing, and calls no function that reaches out of the database
(files, other servers, programs), runs SQL that it is handed as text, or holds the server up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sqlglot import exp

from ntanalytics.errors import ContractError

#: What writes, locks, or steers the server, wherever it stands in a query (a CTE of PostgreSQL may hold a DELETE).
_WRITES = (
    exp.DML, exp.DDL, exp.Drop, exp.Alter, exp.Copy, exp.Into, exp.Lock, exp.Command, exp.Set, exp.Use, exp.Pragma,
    exp.Attach, exp.Detach, exp.Kill, exp.Transaction, exp.TruncateTable, exp.NextValueFor,
)  # fmt: skip

#: Functions, by name, that do more than compute. ``sys_`` is ``pg_`` in KingbaseES.
_HARMFUL = re.compile(
    r"""
    (?:pg|sys|gs)_(?!(?:typeof|column_size|size_pretty|size_bytes|guid|extract_utc|context)$)\w+
    | lo_\w+ | lo(?:read|write) | load_\w+ | \w*sleep\w* | benchmark | \w*(?:next|set|curr|last)val
    | dblink\w* | http\w* | curl\w* | open(?:query|rowset|datasource) | utl_\w+ | dbms_\w+ | [xs]p_\w+ | copy_\w+
    | set_config | current_setting | getenv | getvariable | write_?\w* | edit | fts\d_tokenizer
    | (?:query|table|cursor|schema|database)_to_xml\w* | xpath_table | crosstab\w* | connectby | ts_stat | ts_rewrite
    | query | query_table | json_execute_serialized_sql | sql_auto_complete | eval
    | (?:get|release|is_free|is_used)_lock | release_all_locks | service_\w+_locks | \w+_(?:pos|gtid)_wait | wait_\w+
    | read_?\w+ | \w+_scan\w* | glob | sniff_\w+ | parquet_\w+ | duckdb_\w+ | pragma_\w+ | which_secret
    | (?:en|dis)able_\w+ | \w*checkpoint | \w+_external_resource\w* | st_read\w* | python_\w+
    """,
    re.VERBOSE,
)

#: DuckDB's functions that make rows of their arguments and of nothing else.
_ROWS = {"unnest", "explode", "range", "generate_series", "json_each", "json_tree", "repeat", "repeat_row"}

#: Where a function may stand under a name of its own: PostgreSQL's own schema, and the large objects of Oracle and DM.
_SCHEMAS = {"pg_catalog", "dbms_lob"}

_TODO = "where the database itself must do this, let its administrator make a view, and read that"


def check_reads(query: exp.Expr, sql: str, dialect: str, path: Path) -> None:
    """Whether a mapping's query does nothing but read the tables that it names.

    Args:
        query: the parsed query.
        sql: the text that it was parsed from.
        dialect: sqlglot's name of the dialect.
        path: the file, for messages.

    Raises:
        ContractError: it writes or locks, calls a function that does more than compute, or hides SQL in a comment; the
            message names the file and what it met.
    """
    if dialect == "mysql" and re.search(r"/\*M?!", sql):
        raise ContractError("MySQL runs what stands in /*! … */ as SQL", where=str(path), todo="take the comment out")
    for node in query.walk():
        if isinstance(node, _WRITES):
            raise ContractError(f"a mapping only reads; this has {node.key.upper()}", where=str(path))
        if isinstance(node, exp.PropertyEQ) and isinstance(node.this, exp.Parameter):
            raise ContractError("a mapping sets no variable", where=str(path))
        if isinstance(node, exp.Column) and node.name.lower() == "nextval":  # Oracle's way to draw from a sequence
            raise ContractError("a mapping only reads; this has NEXTVAL", where=str(path))
        if isinstance(node, exp.Table) and dialect == "duckdb":
            _check_table(node, path)
        if isinstance(node, exp.Func):
            _check_function(node, dialect, path)


def _check_function(call: exp.Func, dialect: str, path: Path) -> None:
    for name in _names(call):
        if _HARMFUL.fullmatch(name):
            raise ContractError(f"the function {name} does more than compute", where=str(path), todo=_TODO)
    owner = call.parent
    # DuckDB writes f(x) as x.f(), too, and has no packages.
    if dialect != "duckdb" and isinstance(owner, exp.Dot) and owner.expression is call:
        schema = owner.this.name.lower()
        if schema not in _SCHEMAS:
            where = f"the function {schema}.{_written(call)}"
            raise ContractError(f"{where} is not the database's own", where=str(path), todo=_TODO)


def _check_table(table: exp.Table, path: Path) -> None:
    """DuckDB reads a file where a table's name is a path, and files and servers by functions in the FROM."""
    if isinstance(table.this, exp.Func) and not _ROWS & set(_names(table.this)):
        said = f"the function {_written(table.this)} reads something else than what the source gives"
        raise ContractError(said, where=str(path))
    if re.search(r"[/\\*?]|://", table.name):
        raise ContractError(f"the table {table.name!r} is the name of a file", where=str(path))


def _names(call: exp.Func) -> Iterator[str]:
    """What a function is called: as it is written, or, where the parser knows it, by any of its names."""
    if isinstance(call, exp.Anonymous | exp.AnonymousAggFunc):
        yield call.name.lower()
    else:
        yield from (name.lower() for name in call.sql_names())


def _written(call: exp.Func) -> str:
    return next(iter(_names(call)), call.key)
