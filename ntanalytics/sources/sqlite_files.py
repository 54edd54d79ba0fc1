"""SQLite file of a source: its read-only URL, its time limit, and its damage as the driver reports it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, Connection

from ntanalytics.errors import SourceDamaged, SourceUnreachable
from ntanalytics.language import tr

#: Statement that reads the head of the file: a file of another kind is refused when it is opened.
READ_HEAD = "PRAGMA schema_version"

#: The last byte of an extended code of SQLite is the code of its kind.
_KIND = 0xFF


def read_only_url(url: URL, source: str) -> URL:
    """Return the URL that opens the file for reading alone.

    Raises:
        SourceUnreachable: there is no such file.
    """
    file = Path(url.database or "")
    if not file.is_file():
        raise SourceUnreachable(tr("there is no such SQLite file"), where=f"{source}: {file}")
    return url.set(database=f"file:{file}", query={"mode": "ro", "uri": "true"})


def damage(error: BaseException | None, url: URL, source: str) -> SourceDamaged | None:
    """Return the error of a file that is damaged or no database; None for any other error, and any other driver's."""
    if not isinstance(error, sqlite3.Error):
        return None
    kind = getattr(error, "sqlite_errorcode", 0) & _KIND
    where = f"{source}: {url.database}"
    if kind == sqlite3.SQLITE_NOTADB:
        todo = tr("correct the file that `url` names; an encrypted database cannot be read either")
        return SourceDamaged(tr("the file is not a SQLite database"), where=where, todo=todo)
    if kind == sqlite3.SQLITE_CORRUPT:
        todo = tr("copy it again whole, or restore its last good copy; what was extracted before stays in the lake")
        what = tr("the SQLite database is damaged: a part of the file is missing or was changed")
        return SourceDamaged(what, where=where, todo=todo)
    return None


def limit_time(connection: Connection, seconds: int) -> None:
    """Set a statement timeout by the progress handler, since SQLite has no other."""
    end = time.monotonic() + seconds
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: time.monotonic() > end, 100_000)
