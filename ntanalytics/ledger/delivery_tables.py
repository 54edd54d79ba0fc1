"""Tables of deliveries and of notices to the operators. A column with a ``key`` keeps its former stored name."""

from __future__ import annotations

import sqlalchemy as sa

from ntanalytics.ledger.tables import metadata

#: State of each delivery: one row per version of a report (or notice) and recipient.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True, comment="hash of content and recipient"),
    sa.Column("kind", sa.String(10), nullable=False, comment="report or notice"),
    sa.Column(
        "subject", sa.String(200), nullable=False, index=True, comment="name of the report, or key of the notice"
    ),
    sa.Column("period", sa.String(20), nullable=False, comment="empty for a notice"),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, comment="the publication; of a notice, its round"),
    sa.Column("run_id", sa.String(40), nullable=False, default=""),
    sa.Column("turn_at", sa.DateTime, key="scheduled_at", nullable=True, comment="UTC; the scheduled run of the job"),
    sa.Column("channel", sa.String(80), nullable=False),
    sa.Column("recipient", sa.String(320), nullable=False, comment="empty: the channel itself"),
    sa.Column("status", sa.String(10), nullable=False, comment="sending, sent, retry, failed or ambiguous"),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("intended_at", sa.DateTime, nullable=False, comment="UTC; the last attempt"),
    sa.Column("ended_at", sa.DateTime, nullable=True, comment="UTC"),
    sa.Column("why", sa.Text, nullable=False, default="", comment="reason of a failure, or the parts left out"),
    sa.Column("holder", sa.String(200), nullable=False, default=""),
)

#: Every intent and every outcome, in order. Rows are never changed.
delivery_events = sa.Table(
    "delivery_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("delivery_id", sa.String(64), nullable=False, index=True),
    sa.Column("at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("why", sa.Text, nullable=False, default=""),
    sa.Column("who", sa.String(80), nullable=False),
)

#: Notices to the operators, one row per occurrence. An open notice (``mended_at`` is null) is not sent again.
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True, comment="number of the occurrence, from 1"),
    sa.Column("title", sa.Text, nullable=False, comment="in Chinese"),
    sa.Column("said", sa.Text, key="text", nullable=False, comment="in Chinese"),
    sa.Column("begun_at", sa.DateTime, key="started_at", nullable=False, comment="UTC"),
    sa.Column("mended_at", sa.DateTime, key="resolved_at", nullable=True, comment="UTC"),
)
