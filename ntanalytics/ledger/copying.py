"""Copies of the ledger: from any database into a file of SQLite at one moment, and from such a file into any database.

A file of SQLite is the one form of a backup: a ledger of a database server is restored into a file, and the reverse.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from ntanalytics.errors import LakeError
from ntanalytics.language import tr
from ntanalytics.ledger.access import reading, unpooled_engine, writing
from ntanalytics.ledger.audit_tables import guard
from ntanalytics.ledger.chain_tables import chain_head
from ntanalytics.ledger.schema_version import PRESENT, ledger_version, lock, revision
from ntanalytics.ledger.tables import metadata

#: Rows of one insertion.
_ROWS = 1000

#: Tables with a row in a new ledger.
_NEVER_EMPTY = {ledger_version, chain_head}


def copy_ledger(url: str, target: Path) -> None:
    """Copy the ledger at a URL, as it is at one moment, into a new file of SQLite; others may write meanwhile.

    Args:
        url: URL of a ledger of the present revision; one of SQLite may be of any.
        target: the file, which must not exist.

    Raises:
        LakeError: the ledger cannot be read or copied.
    """
    parsed = make_url(url)
    try:
        if parsed.get_backend_name() == "sqlite":
            with closing(sqlite3.connect(f"file:{parsed.database}?mode=ro", uri=True, timeout=30)) as original:
                _copy_file(original, target)
            return
        with _snapshot(url) as source, writing(unpooled_engine(f"sqlite:///{target}")) as copy:
            metadata.create_all(copy)
            _copy_rows(source, copy)
            guard(copy)
    except (sqlite3.Error, OSError) as error:
        where = parsed.render_as_string(hide_password=True)
        raise LakeError(
            tr("cannot copy the ledger: {error}", error=error), where=where, todo=tr("is the disk full?")
        ) from error


def load_ledger(source: Path, url: str) -> None:
    """Write the ledger of a file of SQLite to a URL without a ledger, or with an empty one, in one step.

    Args:
        source: file of a ledger of the present revision.
        url: the URL.

    Raises:
        LakeError: there is a ledger already, or it cannot be written; it is unchanged.
    """
    if not is_empty(url):
        raise LakeError(tr("there is a ledger already: nothing was changed"), where=make_url(url).render_as_string())
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        target = Path(str(parsed.database))
        draft = target.with_name(f".{target.name}.new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.unlink(missing_ok=True)
            with closing(sqlite3.connect(source)) as original:
                _copy_file(original, draft)
            draft.replace(target)
        except (sqlite3.Error, OSError) as error:
            raise LakeError(
                tr("cannot write the ledger: {error}", error=error), where=str(target), todo=tr("is the disk full?")
            ) from error
        return
    with reading(unpooled_engine(f"sqlite:///{source}")) as original, writing(unpooled_engine(url)) as connection:
        lock(connection)
        metadata.create_all(connection)
        for table in _NEVER_EMPTY:
            connection.execute(table.delete())
        _copy_rows(original, connection)


def is_empty(url: str) -> bool:
    """Return True if there is no ledger at a URL, or one in which nothing was recorded.

    Raises:
        LakeError: the database cannot be read.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
        return True
    with reading(unpooled_engine(url)) as connection:
        present = set(sa.inspect(connection).get_table_names())
        if revision(connection) not in ("", PRESENT):
            return False
        tables = [table for table in metadata.sorted_tables if table.name in present and table not in _NEVER_EMPTY]
        return all(
            connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is None for table in tables
        )


def _copy_file(original: sqlite3.Connection, target: Path) -> None:
    """Copy a database of SQLite by its backup interface, and check the copy."""
    with closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
        (state,) = copy.execute("PRAGMA integrity_check").fetchone()
    if state != "ok":
        raise LakeError(
            tr("the copy of the ledger is not intact: {state}", state=state),
            where=str(target),
            todo=tr("check the disk"),
        )


@contextmanager
def _snapshot(url: str) -> Iterator[sa.Connection]:
    """Yield a connection that sees the ledger of a server as it is at the first query."""
    engine = unpooled_engine(url).execution_options(isolation_level="REPEATABLE READ")
    with reading(engine) as connection:
        present = revision(connection)
        if present != PRESENT:
            raise LakeError(
                tr("the ledger is of revision {present}, not of {present2}", present=present, present2=PRESENT),
                todo=tr("see `ntanalytics upgrade`"),
            )
        yield connection


def _copy_rows(source: sa.Connection, target: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        result = source.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
        if table in _NEVER_EMPTY:
            target.execute(table.delete())
        last = 0
        for rows in result.partitions(_ROWS):
            target.execute(table.insert(), [_by_key(table, row) for row in rows])
            last = max(last, *(int(row["id"]) for row in rows)) if _counts(table) else 0
        if last and target.dialect.name == "postgresql":
            sequence = f"setval(pg_get_serial_sequence('{table.name}', 'id'), {last})"
            target.exec_driver_sql(f"SELECT {sequence}")


def _counts(table: sa.Table) -> bool:
    """Return True if the database numbers the rows of a table itself."""
    column = table.c.get("id")
    return column is not None and table.autoincrement_column is column


def _by_key(table: sa.Table, row: Mapping[Any, Any]) -> Mapping[str, Any]:
    return {column.key: row[column] for column in table.columns}
