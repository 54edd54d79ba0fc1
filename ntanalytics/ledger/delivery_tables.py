"""The ledger's tables of what was sent: to whom, how it ended, and what the operators were told."""

from __future__ import annotations

import sqlalchemy as sa

from ntanalytics.ledger.tables import metadata

#: How each sending stands: one row for a report's version, or a notice, and one recipient.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True, comment="hash of what is sent and to whom"),
    sa.Column("kind", sa.String(10), nullable=False, comment="report or notice"),
    sa.Column("subject", sa.String(200), nullable=False, index=True, comment="the report's name, or the notice's key"),
    sa.Column("period", sa.String(20), nullable=False, comment="empty for a notice"),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, comment="the publication; of a notice, which time it is told"),
    sa.Column("run_id", sa.String(40), nullable=False, default=""),
    sa.Column("turn_at", sa.DateTime, nullable=True, comment="UTC; the turn of the job that it came from"),
    sa.Column("channel", sa.String(80), nullable=False),
    sa.Column("recipient", sa.String(320), nullable=False, comment="empty: the channel itself"),
    sa.Column("status", sa.String(10), nullable=False, comment="sending, sent, retry, failed or ambiguous"),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("intended_at", sa.DateTime, nullable=False, comment="UTC; the last attempt"),
    sa.Column("ended_at", sa.DateTime, nullable=True, comment="UTC"),
    sa.Column("why", sa.Text, nullable=False, default="", comment="why not, or what it went without"),
    sa.Column("holder", sa.String(200), nullable=False, default=""),
)

#: Every intent and every outcome, in their order; never changed.
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

#: What the operators are told: one row each time it begins. While ``mended_at`` is null it is not told again.
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True, comment="1, then one more each time it recurs"),
    sa.Column("title", sa.Text, nullable=False, comment="in Chinese"),
    sa.Column("said", sa.Text, nullable=False, comment="in Chinese"),
    sa.Column("begun_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("mended_at", sa.DateTime, nullable=True, comment="UTC"),
)
