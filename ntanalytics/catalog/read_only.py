"""Check that a mapping only reads, on its parsed SQL when the catalog is loaded.

It is an addition to a read-only account, a read-only session and a locked DuckDB. A mapping is one query that writes
and locks nothing. It calls no function that reaches out of the database (files, other servers, programs), runs a text
as SQL, or blocks the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sqlglot import exp

from ntanalytics.errors import ContractError
from ntanalytics.language import tr

#: Nodes that write, lock, or control the server, anywhere in a query (a CTE of PostgreSQL may have a DELETE).
_FORBIDDEN_NODES = (
    exp.DML, exp.DDL, exp.Drop, exp.Alter, exp.Copy, exp.Into, exp.Lock, exp.Command, exp.Set, exp.Use, exp.Pragma,
    exp.Attach, exp.Detach, exp.Kill, exp.Transaction, exp.TruncateTable, exp.NextValueFor,
)  # fmt: skip

#: Names of functions that do more than compute. ``sys_`` of KingbaseES is ``pg_``.
_FORBIDDEN_FUNCTIONS = re.compile(
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

#: Table functions of DuckDB that use only their arguments.
_TABLE_FUNCTIONS = {"unnest", "explode", "range", "generate_series", "json_each", "json_tree", "repeat", "repeat_row"}

#: Allowed schemas of functions: that of PostgreSQL, and large objects of Oracle and DM.
_FUNCTION_SCHEMAS = {"pg_catalog", "dbms_lob"}

_TODO = "if the database itself must do this, let its administrator create a view, and read it"


def check_reads(query: exp.Expr, sql: str, dialect: str, path: Path) -> None:
    """Check that the query of a mapping only reads its tables.

    Args:
        query: parsed query.
        sql: its text.
        dialect: sqlglot dialect.
        path: file of the mapping, for messages.

    Raises:
        ContractError: the query writes or locks, calls a forbidden function, or has SQL in a comment.
    """
    if dialect == "mysql" and re.search(r"/\*M?!", sql):
        raise ContractError(
            tr("MySQL runs the text in /*! … */ as SQL"), where=str(path), todo=tr("remove the comment")
        )
    for node in query.walk():
        if isinstance(node, _FORBIDDEN_NODES):
            raise ContractError(tr("a mapping only reads; this has {upper}", upper=node.key.upper()), where=str(path))
        if isinstance(node, exp.PropertyEQ) and isinstance(node.this, exp.Parameter):
            raise ContractError(tr("a mapping sets no variable"), where=str(path))
        if isinstance(node, exp.Column) and node.name.lower() == "nextval":  # a sequence of Oracle
            raise ContractError(tr("a mapping only reads; this has NEXTVAL"), where=str(path))
        if isinstance(node, exp.Table) and dialect == "duckdb":
            _check_table(node, path)
        if isinstance(node, exp.Func):
            _check_function(node, dialect, path)


def _check_function(call: exp.Func, dialect: str, path: Path) -> None:
    for name in _names(call):
        if _FORBIDDEN_FUNCTIONS.fullmatch(name):
            raise ContractError(
                tr("the function {name} does more than compute", name=name), where=str(path), todo=tr(_TODO)
            )
    owner = call.parent
    # In DuckDB x.f() means f(x), and there are no packages.
    if dialect != "duckdb" and isinstance(owner, exp.Dot) and owner.expression is call:
        schema = owner.this.name.lower()
        if schema not in _FUNCTION_SCHEMAS:
            where = f"the function {schema}.{_written_name(call)}"
            raise ContractError(tr("{where} is not the database's own", where=where), where=str(path), todo=tr(_TODO))


def _check_table(table: exp.Table, path: Path) -> None:
    """Refuse paths as table names, and table functions that read files or servers, which DuckDB allows."""
    if isinstance(table.this, exp.Func) and not _TABLE_FUNCTIONS & set(_names(table.this)):
        message = tr(
            "the function {written_name} reads other data than those of the source",
            written_name=_written_name(table.this),
        )
        raise ContractError(message, where=str(path))
    if re.search(r"[/\\*?]|://", table.name):
        raise ContractError(tr("the table {table!r} is the name of a file", table=table.name), where=str(path))


def _names(call: exp.Func) -> Iterator[str]:
    """Yield the names of a function: as written, or all names if the parser has the function."""
    if isinstance(call, exp.Anonymous | exp.AnonymousAggFunc):
        yield call.name.lower()
    else:
        yield from (name.lower() for name in call.sql_names())


def _written_name(call: exp.Func) -> str:
    return next(iter(_names(call)), call.key)
