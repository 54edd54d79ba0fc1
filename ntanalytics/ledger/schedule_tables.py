"""The ledger's tables of the schedule: how each turn of a job stands, and who is at work on what."""

from __future__ import annotations

import sqlalchemy as sa

from ntanalytics.ledger.tables import metadata

#: How each turn of a job stands. What was run for it stands in ``runs``, which is never changed.
turns = sa.Table(
    "turns",
    metadata,
    sa.Column("job", sa.String(80), primary_key=True),
    sa.Column("turn_at", sa.DateTime, primary_key=True, comment="UTC; when its turn came"),
    sa.Column("period", sa.String(20), nullable=False),
    sa.Column("status", sa.String(10), nullable=False, comment="running, issued, failed, retry or skipped"),
    sa.Column("attempts", sa.Integer, nullable=False, comment="how often it was begun"),
    sa.Column("begun_at", sa.DateTime, nullable=True, comment="UTC; the last attempt"),
    sa.Column("ended_at", sa.DateTime, nullable=True, comment="UTC"),
    sa.Column("why", sa.Text, nullable=False, default="", comment="why it was skipped or failed"),
    sa.Column("holder", sa.String(200), nullable=False, default="", comment="host and process of the last attempt"),
)

#: Which runs were about to be published for a turn; noted right before, so that none is published unknown to its turn.
turn_runs = sa.Table(
    "turn_runs",
    metadata,
    sa.Column("run_id", sa.String(40), primary_key=True),
    sa.Column("job", sa.String(80), nullable=False),
    sa.Column("turn_at", sa.DateTime, nullable=False, comment="UTC; see turns"),
)

#: Turns whose report was issued with a hole, and what is tried to mend it.
corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("job", sa.String(80), primary_key=True),
    sa.Column("turn_at", sa.DateTime, primary_key=True, comment="UTC; see turns"),
    sa.Column("status", sa.String(10), nullable=False, comment="open, corrected, failed or given up"),
    sa.Column("since", sa.DateTime, nullable=False, comment="UTC; when the version with the hole came out"),
    sa.Column("lacking", sa.JSON, nullable=False, comment="[dataset, source, [days]] of what failed"),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("tried_at", sa.DateTime, nullable=True, comment="UTC"),
    sa.Column("why", sa.Text, nullable=False, default="", comment="why it was given up or failed"),
)

#: Who is at work on what: one row while it is held. A holder that is gone no longer moves ``expires_at``.
leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("holder", sa.String(200), nullable=False),
    sa.Column("expires_at", sa.DateTime, nullable=False, comment="UTC by the clock of the ledger's database"),
)
