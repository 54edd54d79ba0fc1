"""Environment of Alembic: it works on the connection, and in the transaction, of the program that calls it."""

from __future__ import annotations

from alembic import context

from ntanalytics.ledger.schema_version import ledger_version
from ntanalytics.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=ledger_version.name
)
with context.begin_transaction():
    context.run_migrations()
