"""Version of the ledger's tables: a new ledger is created, the present one is used, any other is refused unchanged.

``ntanalytics upgrade`` brings a ledger of an older version to the present one (:mod:`ntanalytics.ledger.upgrading`).
"""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa

from ntanalytics.errors import LakeError
from ntanalytics.language import tr
from ntanalytics.ledger.audit_tables import guard
from ntanalytics.ledger.tables import metadata

#: Revisions of Alembic, the oldest first; each is a module of ``migrations/versions``.
REVISIONS = ("0001", "0002", "0003")

#: The revision that this program reads and writes.
PRESENT = REVISIONS[-1]

#: Name of the version before the ledger had revisions.
UNVERSIONED = "0.1.0"

#: One row: the revision. It has the form of Alembic's own table.
ledger_version = sa.Table(
    "ledger_version", metadata, sa.Column("version_num", sa.String(32), primary_key=True, comment="revision of Alembic")
)


class SchemaAge(StrEnum):
    """Age of a ledger, against this program."""

    NEW = "new"  #: there is no table yet
    OLDER = "older"
    PRESENT = "present"
    NEWER = "newer"


def revision(connection: sa.Connection) -> str:
    """Return the revision of a ledger; ``UNVERSIONED`` for one before the revisions, and empty for a new one."""
    names = set(sa.inspect(connection).get_table_names())
    if ledger_version.name in names:
        number: str | None = connection.scalar(sa.select(ledger_version.c.version_num))
        if number:
            return number
    return UNVERSIONED if names & set(metadata.tables) - {ledger_version.name} else ""


def schema_age(connection: sa.Connection) -> SchemaAge:
    """Return the age of a ledger."""
    present = revision(connection)
    if present == PRESENT:
        return SchemaAge.PRESENT
    if present in (*REVISIONS, UNVERSIONED):
        return SchemaAge.OLDER
    return SchemaAge.NEWER if present else SchemaAge.NEW


def open_schema(connection: sa.Connection, where: str) -> None:
    """Create the tables of a new ledger, and refuse one of another version; it is not changed.

    Raises:
        LakeError: the ledger is older or newer than this program.
    """
    if schema_age(connection) is not SchemaAge.PRESENT:
        lock(connection)  # another process may be creating the tables: a timer may start two programs at once
        age = schema_age(connection)
        if age is SchemaAge.NEW:
            metadata.create_all(connection)
            connection.execute(ledger_version.insert().values(version_num=PRESENT))
        elif age is not SchemaAge.PRESENT:
            raise LakeError(
                tr(
                    "the ledger is of revision {revision}, {age} than this program, which has "
                    "{present}: nothing was changed",
                    revision=revision(connection),
                    age=age,
                    present=PRESENT,
                ),
                where=where,
                todo=tr(
                    "`ntanalytics upgrade` shows the way to the present version, `ntanalytics upgrade --write` goes it"
                )
                if age is SchemaAge.OLDER
                else tr("use the version of ntanalytics that wrote it, or a newer one"),
            )
    guard(connection)


def lock(connection: sa.Connection) -> None:
    """Wait until no other process creates or upgrades the tables; the lock ends with the connection's transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('ntanalytics ledger'))")
    elif connection.dialect.name in ("mysql", "mariadb"):  # held until the connection is closed
        connection.exec_driver_sql("SELECT GET_LOCK('ntanalytics ledger', 60)")
