"""DuckDB inside this process, locked: it opens the files that are named and nothing else of the machine.

Everything that the suite asks of DuckDB is asked of a connection that was opened here. A mapping, an analyst's SQL or a
text in the data that tried to read another file, write one, load an extension, attach a database or see a variable of
Python is refused by the engine itself; and what locks it is final.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

#: The settings that lock a connection, in this order: the last one makes them final.
_LOCKS = (
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def opened(*, memory: str = "", spill: Path | None = None, is_ordered: bool = True) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory whose times are UTC; it is not locked yet.

    Args:
        memory: what it may hold, like ``512MB``; empty for DuckDB's own measure.
        spill: the folder to which it goes when there is more; without one it fails then.
        is_ordered: whether rows keep their order where the SQL asks for none; costs memory.
    """
    limits: dict[str, str | bool | int | float | list[str]] = {
        "threads": 2,
        "temp_directory": str(spill or ""),
        "preserve_insertion_order": is_ordered,
    }
    connection = duckdb.connect(":memory:", config=limits | ({"memory_limit": memory} if memory else {}))
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def lock(connection: duckdb.DuckDBPyConnection, *, files: Iterable[str] = (), folders: Iterable[Path] = ()) -> None:
    """Shut a connection off from the machine, for good. Tables and views of before stay, and Arrow may be registered.

    Args:
        connection: one whose views and settings are made.
        files: the files that it may open, and write.
        folders: the folders whose files it may open, and write; links in them are not followed out.
    """
    connection.execute(f"SET allowed_paths = [{', '.join(map(quoted, files))}]")
    connection.execute(f"SET allowed_directories = [{', '.join(quoted(str(each)) for each in folders)}]")
    for setting in _LOCKS:
        connection.execute(setting)


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
