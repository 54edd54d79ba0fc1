"""What a database's server says about the account that reads it: may it write, and what time is it there?

The server is asked for its own list of privileges; nothing is ever tried.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

#: MySQL's and MariaDB's privileges that change no data. EXECUTE is not among them: a procedure acts with its owner's.
_READING = {
    "USAGE", "SELECT", "SHOW DATABASES", "SHOW VIEW", "PROCESS",
    "REPLICATION CLIENT", "BINLOG MONITOR", "SLAVE MONITOR",
}  # fmt: skip

#: An owner may grant himself what he lacks; a privilege on one column counts as one on its table.
_POSTGRES = """
SELECT 'superuser or CREATEROLE' FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreaterole)
UNION ALL
SELECT 'CREATE in database ' || current_database() WHERE has_database_privilege(current_database(), 'CREATE')
UNION ALL
SELECT 'CREATE in schema ' || nspname FROM pg_namespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'CREATE')
UNION ALL
SELECT 'writing in ' || c.relnamespace::regnamespace || '.' || c.relname FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND (
        pg_has_role(c.relowner, 'USAGE')
        OR has_any_column_privilege(c.oid, 'INSERT, UPDATE')
        OR has_table_privilege(c.oid, 'DELETE, TRUNCATE')
    )
"""

_CLOCKS = {"postgres": "SELECT clock_timestamp() AT TIME ZONE 'UTC'", "mysql": "SELECT UTC_TIMESTAMP(6)"}
_GRANT = re.compile(r"GRANT (?P<what>.+?)(?: ON (?P<where>.+?))? TO ", re.IGNORECASE)


@dataclass(frozen=True)
class Account:
    """What the server says.

    Attributes:
        writes: what the account could write, in words; empty for one that may only read.
        is_known: whether this kind of server could be asked at all.
        clock_ahead_s: how far the server's clock is ahead of ours; None where it has none of its own.
    """

    writes: tuple[str, ...]
    is_known: bool
    clock_ahead_s: float | None


def account(connection: Connection, dialect: str) -> Account:
    """Ask the server behind an open connection.

    Args:
        connection: to the source.
        dialect: sqlglot's name of its dialect.

    Raises:
        sqlalchemy.exc.DBAPIError: the server does not answer.
    """
    match dialect:
        case "postgres":
            writes = [str(row[0]) for row in connection.execute(sa.text(_POSTGRES))]
        case "mysql":
            writes = _mysql_writes(connection, "", set())
        case "sqlite":
            writes = _file_writes(connection)
        case _:
            return Account((), is_known=False, clock_ahead_s=None)
    return Account(tuple(writes), is_known=True, clock_ahead_s=_clock_ahead_s(connection, dialect))


def granted_writes(grant: str) -> list[str]:
    """The privileges of one line of SHOW GRANTS that do more than read, each with where it holds."""
    match = _GRANT.match(grant)
    if not match or not match["where"]:
        return []
    names = [name.strip().upper() for name in re.sub(r"\([^)]*\)", "", match["what"]).split(",")]
    return [f"{name} on {match['where'].replace('`', '')}" for name in names if name not in _READING]


def _mysql_writes(connection: Connection, role: str, seen: set[str]) -> list[str]:
    """The account's writes, or a role's: an account may set any role that was granted to it."""
    subject = f" FOR {role}" if role else ""
    try:
        grants = [str(row[0]) for row in connection.exec_driver_sql(f"SHOW GRANTS{subject}")]
    except sa.exc.DBAPIError:
        if not role:
            raise
        return [f"role {role}, whose privileges this account may not see"]
    writes = [write for grant in grants for write in granted_writes(grant)]
    for grant in grants:
        match = _GRANT.match(grant)
        if match and not match["where"]:
            for name in match["what"].split(","):
                if name.strip() not in seen:
                    seen.add(name.strip())
                    writes += _mysql_writes(connection, name.strip(), seen)
    return writes


def _file_writes(connection: Connection) -> list[str]:
    file = next(row[2] for row in connection.exec_driver_sql("PRAGMA database_list"))
    return ["the file, as far as its permissions go"] if os.access(file, os.W_OK) else []


def _clock_ahead_s(connection: Connection, dialect: str) -> float | None:
    if dialect not in _CLOCKS:
        return None
    before = dt.datetime.now(dt.UTC)
    theirs: dt.datetime = connection.execute(sa.text(_CLOCKS[dialect])).scalar_one()
    ours = before + (dt.datetime.now(dt.UTC) - before) / 2
    return (theirs.replace(tzinfo=dt.UTC) - ours).total_seconds()
