"""Digest of what a report reads in the ledger: a report with another digest may come out differently."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection

import sqlalchemy as sa

from ntanalytics.ledger import tables
from ntanalytics.ledger.access import reading


def ledger_digest(engine: sa.Engine, datasets: Collection[str], last: dt.date, *, without_run: str) -> str:
    """Return a digest of the covered days and extractions of some datasets, and of the past inspections.

    Args:
        engine: engine of the ledger.
        datasets: the datasets.
        last: last day whose inspections count.
        without_run: run whose own inspection does not count.
    """
    cover, extraction, inspection = tables.coverage, tables.extractions, tables.inspections
    queries = (
        sa.select(cover).where(cover.c.dataset.in_(datasets)).order_by(cover.c.dataset, cover.c.source, cover.c.day),
        # a failed extraction covers no day, and is told in the report
        sa.select(extraction.c.dataset, extraction.c.source, sa.func.max(extraction.c.id))
        .where(extraction.c.dataset.in_(datasets))
        .group_by(extraction.c.dataset, extraction.c.source)
        .order_by(extraction.c.dataset, extraction.c.source),
        sa.select(inspection.c.run_id)
        .where(inspection.c.day <= last, inspection.c.run_id != without_run)
        .order_by(inspection.c.id),
    )
    digest = hashlib.sha256()
    with reading(engine) as connection:
        for query in queries:
            # plain tuples: SQLAlchemy's own text of a row takes longer than the query, of years of days
            digest.update(repr([tuple(row) for row in connection.execute(query)]).encode())
    return digest.hexdigest()
