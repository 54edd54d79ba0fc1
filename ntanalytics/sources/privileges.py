"""Privileges of the account that reads a database, and the clock of the server.

The server's own list of privileges is queried; no write is ever tried.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ntanalytics.language import tr

#: Privileges of MySQL and MariaDB that change no data. EXECUTE can: a procedure runs with its owner's privileges.
_READ_PRIVILEGES = {
    *("USAGE", "SELECT", "SHOW DATABASES", "SHOW VIEW", "PROCESS"),
    *("REPLICATION CLIENT", "BINLOG MONITOR", "SLAVE MONITOR"),
}

#: Ownership counts as writing, since an owner can grant privileges; so does a privilege on one column.
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
    """Privileges of an account, and the clock of its server.

    Attributes:
        writes: write privileges as text; empty for a read-only account.
        is_known: whether this kind of server can be queried.
        clock_ahead_s: seconds by which the server's clock is ahead of ours; None for a file.
    """

    writes: tuple[str, ...]
    is_known: bool
    clock_ahead_s: float | None


def account(connection: Connection, dialect: str) -> Account:
    """Return the privileges of the account of an open connection.

    Args:
        connection: connection to the source.
        dialect: sqlglot dialect.

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
    """Return the write privileges of one line of SHOW GRANTS, each with its scope."""
    match = _GRANT.match(grant)
    if not match or not match["where"]:
        return []
    names = [name.strip().upper() for name in re.sub(r"\([^)]*\)", "", match["what"]).split(",")]
    return [f"{name} on {match['where'].replace('`', '')}" for name in names if name not in _READ_PRIVILEGES]


def _mysql_writes(connection: Connection, role: str, seen: set[str]) -> list[str]:
    """Return the write privileges of the account, or of a role granted to it."""
    subject = f" FOR {role}" if role else ""
    try:
        grants = [str(row[0]) for row in connection.exec_driver_sql(f"SHOW GRANTS{subject}")]
    except sa.exc.DBAPIError:
        if not role:
            raise
        return [tr("role {role}, whose privileges this account may not see", role=role)]
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
    return [tr("the file, as far as its permissions go")] if os.access(file, os.W_OK) else []


def _clock_ahead_s(connection: Connection, dialect: str) -> float | None:
    if dialect not in _CLOCKS:
        return None
    before = dt.datetime.now(dt.UTC)
    server_time: dt.datetime = connection.execute(sa.text(_CLOCKS[dialect])).scalar_one()
    own_time = before + (dt.datetime.now(dt.UTC) - before) / 2
    return (server_time.replace(tzinfo=dt.UTC) - own_time).total_seconds()
