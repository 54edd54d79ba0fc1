"""Digest of what a report reads in the ledger: a report with another digest may come out differently."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from typing import Any

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
    extraction, inspection = tables.extractions, tables.inspections
    queries = (
        _covered_days(datasets),
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
            digest.update(repr([tuple(row) for row in connection.execute(query)]).encode())
    return digest.hexdigest()


def _covered_days(datasets: Collection[str]) -> sa.Select[Any]:
    """Return the query of what tells the covered days of each dataset and source from any others.

    The ledger replaces a day by one of a newer extraction, or deletes it: the number of the days or the newest
    extraction is another one then. The sums tell of a ledger that was restored, and counts its extractions anew.
    """
    cover = tables.coverage.c
    days = (sa.func.count(), sa.func.min(cover.day), sa.func.max(cover.day))
    held = sa.func.sum(sa.case((cover.is_held, 1), else_=0))
    counted = (cover.extraction_id, cover.rows, cover.source_rows, cover.rejected)
    newest = (sa.func.max(cover.extraction_id), sa.func.max(cover.taken_at), sa.func.min(cover.taken_at))
    pair = (cover.dataset, cover.source)
    sums = (sa.cast(sa.func.sum(column), sa.BigInteger) for column in counted)
    query = sa.select(*pair, *days, sa.cast(held, sa.BigInteger), *newest, *sums)
    return query.where(cover.dataset.in_(datasets)).group_by(*pair).order_by(*pair)
