r"""Tables that a product splits by day: found in the database and read as the one table they are.

A mapping names the table as if it were whole (``submit``); source.yml says which tables that name
stands for (``submit(_?\\d{8})?``). Only shards that can hold the window are read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from collections.abc import Mapping as Map

import sqlglot
from sqlglot import exp

_DATED = re.compile(r"(\d{4})_?(\d{2})_?(\d{2})$")


def shard_day(table: str) -> dt.date | None:
    """The day in a shard's suffix (``submit_20261120``), or None for a table without one."""
    match = _DATED.search(table)
    if not match:
        return None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def matching(tables: Iterable[str], pattern: str) -> list[str]:
    """The tables whose whole name matches, whatever its case, in order."""
    return sorted(table for table in tables if re.fullmatch(pattern, table, re.IGNORECASE))


def named(sql: str, shards: Iterable[str], dialect: str) -> list[str]:
    """Of the names of sharded tables, those that the SQL reads, in their order."""
    tables = {table.name for table in sqlglot.parse_one(sql, dialect=dialect).find_all(exp.Table)}
    return [name for name in shards if name in tables]


def expand(sql: str, shards: Map[str, list[str]], first: dt.date, last: dt.date, dialect: str) -> str:
    """The SQL with each sharded table replaced by the union of its shards of those days.

    Args:
        sql: a mapping's text.
        shards: table name in the SQL → its shards in the database.
        first: the earliest local day that can matter.
        last: the latest local day that can matter.
        dialect: the sqlglot dialect.

    Returns:
        SQL of the same meaning. Each shard gives only the columns that the SQL uses, so shards of
        different age and shape can be united.
    """
    tree = sqlglot.parse_one(sql, dialect=dialect)
    for parameter in list(tree.find_all(exp.Placeholder)):  # in PostgreSQL's dialect it would become %(since)s
        parameter.replace(exp.var(f":{parameter.name}"))
    used = _columns_by_alias(tree)
    for table in list(tree.find_all(exp.Table)):
        if table.name not in shards:
            continue
        alias = table.alias_or_name
        names = [name for name in shards[table.name] if _may_hold(name, first, last)]
        columns = [exp.column(name, quoted=False) for name in sorted(used.get(alias, set()))]
        arms = [exp.select(*(column.copy() for column in columns)).from_(exp.to_table(name)) for name in names]
        if not arms:  # no shard of those days: the same columns, and no row
            nothing = exp.to_table(shards[table.name][0])
            arms = [exp.select(*columns).from_(nothing).where("1 = 0")]
        union: exp.Expression = arms[0]
        for arm in arms[1:]:
            union = exp.Union(this=union, expression=arm, distinct=False)
        table.replace(exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier(alias))))
    return tree.sql(dialect=dialect, comments=False)


def _may_hold(table: str, first: dt.date, last: dt.date) -> bool:
    day = shard_day(table)
    return day is None or first <= day <= last


def _columns_by_alias(tree: exp.Expr) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    for column in tree.find_all(exp.Column):
        used.setdefault(column.table, set()).add(column.name)
    return used
