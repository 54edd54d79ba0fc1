"""Sandbox for embedded DuckDB: a connection can open only the named files and folders.

All queries of the suite run in such a connection. The engine itself refuses SQL of a mapping or an analyst that reads
or writes another file, loads an extension, attaches a database or reads a Python variable. The lock cannot be undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

#: Settings that lock a connection; the last one makes them final.
_LOCKS = (
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def open_connection(
    *, memory: str = "", spill: Path | None = None, is_ordered: bool = True
) -> duckdb.DuckDBPyConnection:
    """Return an unlocked in-memory DuckDB connection with time zone UTC.

    Args:
        memory: memory limit, such as ``512MB``; empty: the default of DuckDB.
        spill: folder for data beyond the limit; without one such a query fails.
        is_ordered: whether rows keep their order without ORDER BY; this costs memory.
    """
    limits: dict[str, str | bool | int | float | list[str]] = {
        "threads": 2,
        "temp_directory": str(spill or ""),
        "preserve_insertion_order": is_ordered,
    }
    connection = duckdb.connect(":memory:", config=limits | ({"memory_limit": memory} if memory else {}))
    set_up(connection)
    return connection


def set_up(connection: duckdb.DuckDBPyConnection) -> None:
    """Set what every connection has: times are UTC, and no progress bar breaks the output of ``--json``.

    Another session zone would shift casts of UTC times to dates. DuckDB takes a process without a script, such as a
    worker, for one at a terminal.
    """
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")


def lock(connection: duckdb.DuckDBPyConnection, *, files: Iterable[str] = (), folders: Iterable[Path] = ()) -> None:
    """Lock a connection for good. Existing tables and views stay, and Arrow tables can still be registered.

    Args:
        connection: connection with all its views and settings.
        files: files that it may read and write.
        folders: folders with files that it may read and write; links out of them are not followed.
    """
    connection.execute(f"SET allowed_paths = [{', '.join(map(sql_literal, files))}]")
    connection.execute(f"SET allowed_directories = [{', '.join(sql_literal(str(folder)) for folder in folders)}]")
    for setting in _LOCKS:
        connection.execute(setting)


def sql_names(names: Iterable[str]) -> list[str]:
    """Return names of columns as SQL identifiers: one of them may be a word of SQL, such as ``check``."""
    return ['"' + name.replace('"', '""') + '"' for name in names]


def sql_literal(text: str) -> str:
    """Return a text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
