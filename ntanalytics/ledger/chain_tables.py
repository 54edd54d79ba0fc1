"""Tables of the chain of the ledger: one entry for each row of the audit trail, its prunings and the publications."""

from __future__ import annotations

import sqlalchemy as sa

from ntanalytics.ledger.audit_tables import guard_append_only
from ntanalytics.ledger.tables import metadata

#: Entries of the chain. Rows are added, never changed and never deleted, also where the row that they are of is pruned.
chain = sa.Table(
    "chain",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False, comment="1, 2, 3 … without a gap"),
    sa.Column("at", sa.DateTime, nullable=False, index=True, comment="UTC; time of the entry"),
    sa.Column("table_name", sa.String(40), nullable=False),
    sa.Column("row_id", sa.Integer, nullable=False),
    sa.Column("row_at", sa.DateTime, nullable=False, comment="UTC; time of the row, for what is pruned"),
    sa.Column("row_sha256", sa.String(64), nullable=False, comment="of the row's values"),
    sa.Column("sha256", sa.String(64), nullable=False, comment="of the entry before and of this one"),
    sa.UniqueConstraint("table_name", "row_id", name="chain_rows"),
)

#: One row: the last entry. A writer changes it first, so that the others wait until its entry is there.
chain_head = sa.Table(
    "chain_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
)


def _begin(_table: sa.Table, connection: sa.Connection, **_more: object) -> None:
    connection.execute(chain_head.insert().values(id=1, seq=0, sha256=""))


guard_append_only(chain)
sa.event.listen(chain_head, "after_create", _begin)
