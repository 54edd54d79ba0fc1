r"""Tables that a product splits by day, read as one table.

A mapping names the whole table (``submit``); source.yml has the pattern of its shards (``submit(_?\\d{8})?``). Only the
shards that can contain the window are read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

_DATED = re.compile(r"(\d{4})_?(\d{2})_?(\d{2})$")


def shard_day(table: str) -> dt.date | None:
    """Return the day in a shard's suffix (``submit_20261120``), or None."""
    match = _DATED.search(table)
    if not match:
        return None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def find_shards(tables: Iterable[str], pattern: str) -> list[str]:
    """Return the tables with a matching name (case-insensitive), sorted."""
    return sorted(table for table in tables if re.fullmatch(pattern, table, re.IGNORECASE))


def sharded_names(sql: str, shards: Iterable[str], dialect: str) -> list[str]:
    """Return the names of sharded tables that the SQL reads, in their order."""
    return [name for name in shards if name in _tables(sql, dialect)]


@lru_cache(maxsize=1000)
def _tables(sql: str, dialect: str) -> frozenset[str]:
    """Return the names of the tables that a mapping's SQL reads: it is parsed once, not for each window."""
    import sqlglot  # most sources have no shards, and it takes a tenth of a second
    from sqlglot import exp

    return frozenset(table.name for table in sqlglot.parse_one(sql, dialect=dialect).find_all(exp.Table))


def expand(sql: str, shards: Map[str, list[str]], first: dt.date, last: dt.date, dialect: str) -> str:
    """Return the SQL with each sharded table replaced by the union of its shards of those days.

    Each shard selects only the columns that the SQL uses, so that shards of different age and schema can be united.

    Args:
        sql: text of a mapping.
        shards: table name in the SQL → its shards in the database.
        first: first relevant local day.
        last: last relevant local day.
        dialect: sqlglot dialect.
    """
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, dialect=dialect)
    for parameter in list(tree.find_all(exp.Placeholder)):  # PostgreSQL's dialect would write %(since)s
        parameter.replace(exp.var(f":{parameter.name}"))
    used = _columns_by_alias(tree)
    for table in list(tree.find_all(exp.Table)):
        if table.name not in shards:
            continue
        alias = table.alias_or_name
        names = [name for name in shards[table.name] if _may_contain(name, first, last)]
        columns = [exp.column(name, quoted=False) for name in sorted(used.get(alias, set()))]
        selects = [exp.select(*(column.copy() for column in columns)).from_(exp.to_table(name)) for name in names]
        if not selects:  # no shard of those days: the same columns without rows
            any_shard = exp.to_table(shards[table.name][0])
            selects = [exp.select(*columns).from_(any_shard).where("1 = 0")]
        union: exp.Expression = selects[0]
        for select in selects[1:]:
            union = exp.Union(this=union, expression=select, distinct=False)
        table.replace(exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier(alias))))
    return tree.sql(dialect=dialect, comments=False)


def _may_contain(table: str, first: dt.date, last: dt.date) -> bool:
    day = shard_day(table)
    return day is None or first <= day <= last


def _columns_by_alias(tree: exp.Expr) -> dict[str, set[str]]:
    from sqlglot import exp

    used: dict[str, set[str]] = {}
    for column in tree.find_all(exp.Column):
        used.setdefault(column.table, set()).add(column.name)
    return used
