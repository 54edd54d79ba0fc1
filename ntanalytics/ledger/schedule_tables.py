"""Tables of the schedule: scheduled runs, corrections, leases. A column with a ``key`` keeps its former stored name."""

from __future__ import annotations

import sqlalchemy as sa

from ntanalytics.ledger.tables import metadata

#: State of each scheduled run. Its runs stand in ``runs``, which is never changed.
scheduled_runs = sa.Table(
    "turns",
    metadata,
    sa.Column("job", sa.String(80), primary_key=True),
    sa.Column("turn_at", sa.DateTime, key="scheduled_at", primary_key=True, comment="UTC; the scheduled time"),
    sa.Column("period", sa.String(20), nullable=False),
    sa.Column("status", sa.String(10), nullable=False, comment="running, issued, failed, retry or skipped"),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("begun_at", sa.DateTime, key="started_at", nullable=True, comment="UTC; the last attempt"),
    sa.Column("ended_at", sa.DateTime, nullable=True, comment="UTC"),
    sa.Column("why", sa.Text, nullable=False, default="", comment="reason of a skip or a failure"),
    sa.Column("holder", sa.String(200), nullable=False, default="", comment="host and process of the last attempt"),
)

#: Runs that were about to be published for a scheduled run. Recorded before the publication.
scheduled_run_attempts = sa.Table(
    "turn_runs",
    metadata,
    sa.Column("run_id", sa.String(40), primary_key=True),
    sa.Column("job", sa.String(80), nullable=False),
    sa.Column("turn_at", sa.DateTime, key="scheduled_at", nullable=False, comment="UTC; see turns"),
)

#: Scheduled runs whose report was issued with a gap, and the attempts to fill it.
corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("job", sa.String(80), primary_key=True),
    sa.Column("turn_at", sa.DateTime, key="scheduled_at", primary_key=True, comment="UTC; see turns"),
    sa.Column("status", sa.String(10), nullable=False, comment="open, corrected, failed or given up"),
    sa.Column("since", sa.DateTime, nullable=False, comment="UTC; when the version with the gap was issued"),
    sa.Column("lacking", sa.JSON, key="gaps", nullable=False, comment="[dataset, source, [days]] that failed"),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("tried_at", sa.DateTime, nullable=True, comment="UTC"),
    sa.Column("why", sa.Text, nullable=False, default="", comment="reason of a failure, or of giving up"),
)

#: Held leases, one row each. The holder of a lease renews ``expires_at``; a killed holder does not.
leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("holder", sa.String(200), nullable=False),
    sa.Column("expires_at", sa.DateTime, nullable=False, comment="UTC by the clock of the ledger's database"),
)
