"""Column of findings that missing data may have made; nobody noted it of those of earlier inspections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ntanalytics.ledger.tables import findings

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column, unless the first step has made the table with it."""
    columns = sa.inspect(op.get_bind()).get_columns(findings.name)
    if findings.c.is_doubtful.name not in {column["name"] for column in columns}:
        op.add_column(findings.name, sa.Column(findings.c.is_doubtful.name, sa.Boolean, nullable=True))
