"""Column of findings that had ended on the inspected day; nobody noted it of those of earlier inspections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ntanalytics.ledger.tables import findings

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column, unless the step before has made the table with it."""
    columns = sa.inspect(op.get_bind()).get_columns(findings.name)
    if findings.c.is_over.name not in {column["name"] for column in columns}:
        op.add_column(findings.name, sa.Column(findings.c.is_over.name, sa.Boolean, nullable=True))
