"""Tables of the audit trail and of the published manifests, with the triggers that make them append-only."""

from __future__ import annotations

import sqlalchemy as sa

from ntanalytics.ledger.tables import metadata

#: Audit events. Rows are added, never changed. Whole months are deleted after a row of ``prunings`` allows it.
events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False, index=True, comment="UTC"),
    sa.Column("kind", sa.String(20), nullable=False, comment="see ntanalytics.ledger.audit"),
    sa.Column("subject", sa.String(300), nullable=False),
    sa.Column("details", sa.JSON, nullable=False, comment="without secrets"),
    sa.Column("account", sa.String(100), nullable=False, comment="of the operating system"),
    sa.Column("sudo_user", sa.String(100), nullable=False, comment="caller of sudo; empty: none"),
    sa.Column("host", sa.String(200), nullable=False),
    sa.Column("process", sa.Integer, nullable=False),
    sqlite_autoincrement=True,  # the id of a deleted row is never used again
)

#: Limits of deletion: events before the latest ``before`` may be deleted. Rows are never deleted.
prunings = sa.Table(
    "prunings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("before", sa.DateTime, nullable=False, comment="UTC; older events may be deleted"),
    sa.Column("at", sa.DateTime, nullable=False, comment="UTC; time of the decision"),
    sqlite_autoincrement=True,
)

#: Published manifests. Rows are added, never changed and never deleted; each is chained to the one before.
publications = sa.Table(
    "publications",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False, comment="1, 2, 3 … without a gap"),
    sa.Column("run_id", sa.String(40), nullable=False, unique=True),
    sa.Column("at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("manifest_sha256", sa.String(64), nullable=False, comment="digest that the manifest gives of itself"),
    sa.Column("chain_sha256", sa.String(64), nullable=False, comment="of the chain before, the run and the manifest"),
)

_SQLITE = (
    """CREATE TRIGGER IF NOT EXISTS events_kept BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS events_not_deleted BEFORE DELETE ON events
    WHEN NOT EXISTS (SELECT 1 FROM prunings WHERE OLD.at < prunings.before)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    # INSERT OR REPLACE would change a row without any of the other triggers
    """CREATE TRIGGER IF NOT EXISTS events_not_replaced BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE events.id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS prunings_kept BEFORE UPDATE ON prunings
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS prunings_not_deleted BEFORE DELETE ON prunings
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS prunings_not_replaced BEFORE INSERT ON prunings
    WHEN EXISTS (SELECT 1 FROM prunings WHERE prunings.id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS publications_kept BEFORE UPDATE ON publications
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS publications_not_deleted BEFORE DELETE ON publications
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS chain_kept BEFORE UPDATE ON chain
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS chain_not_deleted BEFORE DELETE ON chain
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS chain_not_replaced BEFORE INSERT ON chain
    WHEN EXISTS (SELECT 1 FROM chain WHERE chain.seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS publications_not_replaced BEFORE INSERT ON publications
    WHEN EXISTS (SELECT 1 FROM publications WHERE publications.id = NEW.id OR publications.run_id = NEW.run_id)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
)

_APPEND_ONLY = """CREATE OR REPLACE FUNCTION ntanalytics_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$"""

_POSTGRESQL = (
    _APPEND_ONLY,
    """CREATE OR REPLACE FUNCTION ntanalytics_only_pruned() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM prunings WHERE OLD.at < prunings.before) THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'the audit trail is append-only';
    END $$""",
    """CREATE TRIGGER events_kept BEFORE UPDATE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION ntanalytics_append_only()""",
    """CREATE TRIGGER events_not_deleted BEFORE DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION ntanalytics_only_pruned()""",
    """CREATE TRIGGER prunings_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON prunings
    FOR EACH STATEMENT EXECUTE FUNCTION ntanalytics_append_only()""",
)


def guard(connection: sa.Connection) -> None:
    """Create the triggers that refuse every change of the audit trail.

    On SQLite this is repeated each time the ledger is opened: its tables are not created in a transaction, and a
    process may have been killed before the triggers existed. On PostgreSQL both are created in one transaction.
    """
    if connection.dialect.name == "sqlite":
        for statement in _SQLITE:
            connection.exec_driver_sql(statement)


def guard_append_only(table: sa.Table) -> None:
    """Have PostgreSQL refuse every change of a table's rows, from its creation on; SQLite has ``_SQLITE``."""

    def create_trigger(_table: sa.Table, connection: sa.Connection, **_more: object) -> None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_APPEND_ONLY)
            connection.exec_driver_sql(
                f"""CREATE TRIGGER {table.name}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table.name}
                FOR EACH STATEMENT EXECUTE FUNCTION ntanalytics_append_only()"""
            )

    sa.event.listen(table, "after_create", create_trigger)


def _guard_postgresql(_table: sa.Table, connection: sa.Connection, **_more: object) -> None:
    if connection.dialect.name == "postgresql":
        for statement in _POSTGRESQL:
            connection.exec_driver_sql(statement)


# The second table creates the triggers of both.
prunings.add_is_dependent_on(events)
sa.event.listen(prunings, "after_create", _guard_postgresql)
guard_append_only(publications)
