"""Tables of the ledger. All but ``coverage``, the present state of the lake, are append-only history."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

#: Every extraction of a window of a dataset from a source.
extractions = sa.Table(
    "extractions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.String(80), nullable=False),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("first_on", sa.Date, nullable=False),
    sa.Column("last_on", sa.Date, nullable=False),
    sa.Column("taken_at", sa.DateTime, nullable=False, comment="UTC; start of the extraction"),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("status", sa.String(10), nullable=False, comment="taken or failed"),
    sa.Column("source_rows", sa.BigInteger, nullable=False, comment="rows or lines of the source"),
    sa.Column("rows", sa.BigInteger, nullable=False, comment="rows written to the lake"),
    sa.Column("rejected", sa.BigInteger, nullable=False, comment="rejected rows or lines"),
    sa.Column("error", sa.Text, nullable=False, default=""),
    sa.Column("cause", sa.String(80), nullable=False, default="", comment="the public message of the error"),
)

#: Rejected rows of an extraction by reason.
rejections = sa.Table(
    "rejections",
    metadata,
    sa.Column("extraction_id", sa.ForeignKey("extractions.id"), nullable=False, index=True),
    sa.Column("day", sa.Date, nullable=True, comment="local day; null if the row has no readable time"),
    sa.Column("reason", sa.String(400), nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
)

#: Masked telephone and identity card numbers of an extraction by column.
maskings = sa.Table(
    "maskings",
    metadata,
    sa.Column("extraction_id", sa.ForeignKey("extractions.id"), nullable=False, index=True),
    sa.Column("column", sa.String(80), nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
)

#: Words of an enumeration that the contract does not have, replaced by null or ``other`` in an extraction.
unknown_values = sa.Table(
    "unknown_words",
    metadata,
    sa.Column("extraction_id", sa.ForeignKey("extractions.id"), nullable=False, index=True),
    sa.Column("day", sa.Date, nullable=True, comment="local day"),
    sa.Column("column", sa.String(80), nullable=False),
    sa.Column("word", sa.String(80), nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
)

#: Content of the lake: the last extraction of each day of a dataset from a source.
coverage = sa.Table(
    "coverage",
    metadata,
    sa.Column("dataset", sa.String(80), primary_key=True),
    sa.Column("source", sa.String(80), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("taken_at", sa.DateTime, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False, comment="rows in the lake"),
    sa.Column("source_rows", sa.BigInteger, nullable=False, comment="rows or lines of the source"),
    sa.Column("rejected", sa.BigInteger, nullable=False),
    sa.Column("is_held", sa.Boolean, nullable=False, comment="false: the source had no data of that day"),
    sa.Column("extraction_id", sa.ForeignKey("extractions.id"), nullable=False),
)

#: Replaced and deleted rows of ``coverage``: what the lake held before, for the reproduction of a report.
past_coverage = sa.Table(
    "past_coverage",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.String(80), nullable=False),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("taken_at", sa.DateTime, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("source_rows", sa.BigInteger, nullable=False),
    sa.Column("rejected", sa.BigInteger, nullable=False),
    sa.Column("is_held", sa.Boolean, nullable=False),
    sa.Column("extraction_id", sa.Integer, nullable=False),
    sa.Index("past_coverage_days", "dataset", "day"),
)

#: Number of rows that a source had of a day right before its extraction; valid for that extraction alone.
recounts = sa.Table(
    "recounts",
    metadata,
    sa.Column("dataset", sa.String(80), primary_key=True),
    sa.Column("source", sa.String(80), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("extraction_id", sa.Integer, nullable=False),
    sa.Column("source_count", sa.BigInteger, nullable=False),
)

#: Every run of a report: inserted at the start, completed at the end.
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("report", sa.String(80), nullable=False, index=True),
    sa.Column("period", sa.String(20), nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("started_at", sa.DateTime, nullable=False),
    sa.Column("ended_at", sa.DateTime, nullable=True),
    sa.Column("status", sa.String(10), nullable=False, comment="running, published or failed"),
    sa.Column("version", sa.Integer, nullable=True, comment="number of the publication"),
    sa.Column("path", sa.Text, nullable=False, default="", comment="published folder, or kept evidence"),
    sa.Column("error", sa.Text, nullable=False, default=""),
    sa.Column("who", sa.String(80), nullable=False),
)

#: Every published inspection of a day, with the evaluated rules.
inspections = sa.Table(
    "inspections",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.String(40), nullable=False, unique=True),
    sa.Column("report", sa.String(80), nullable=False),
    sa.Column("day", sa.Date, nullable=False, index=True, comment="the inspected local day"),
    sa.Column("published_at", sa.DateTime, nullable=False, comment="UTC; the last publication of a day is valid"),
    sa.Column("codes", sa.JSON, nullable=False, comment="rule → whether a subject without a finding was ok"),
)

#: Findings of an inspection that are not ok.
findings = sa.Table(
    "inspection_findings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("inspection_id", sa.ForeignKey("inspections.id"), nullable=False, index=True),
    sa.Column("code", sa.String(80), nullable=False, comment="the rule; with the entity it is the finding's identity"),
    sa.Column("entity_kind", sa.String(40), nullable=False),
    sa.Column("entity_key", sa.Text, nullable=False),
    sa.Column("entity_label", sa.Text, nullable=False, comment="for readers only"),
    sa.Column("check", sa.Text, nullable=False, comment="for readers only"),
    sa.Column("status", sa.String(10), nullable=False, comment="critical, warning, unknown or ok"),
    sa.Column("value", sa.Float, nullable=True),
    sa.Column("format", sa.String(40), nullable=False, comment="how the value is written"),
    sa.Column("since_on", sa.Date, nullable=True, comment="first day of the condition"),
    sa.Column("since_is_bound", sa.Boolean, nullable=False, comment="whether it may have begun before"),
    sa.Column("is_over", sa.Boolean, nullable=True, comment="whether it ended on the inspected day; null: not noted"),
    sa.Column(
        "is_doubtful", sa.Boolean, nullable=True, comment="whether missing data may be all of it; null: not noted"
    ),
)
