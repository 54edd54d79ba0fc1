"""Recounts: the number of rows that a source had of a day when it last differed from what was read of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from ntanalytics.ledger.access import reading, writing
from ntanalytics.ledger.tables import coverage, recounts


class Recounts:
    """Recounts in the ledger; see :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def expected(self, dataset: str, source: str, first: dt.date, last: dt.date) -> dict[dt.date, int]:
        """Return day → rows that the source was last known to have: by its recount, else by its coverage.

        Days without data in the source are left out.
        """
        window = (coverage.c.dataset == dataset, coverage.c.source == source, coverage.c.day.between(first, last))
        same = sa.and_(
            *(recounts.c[name] == coverage.c[name] for name in ("dataset", "source", "day", "extraction_id"))
        )
        read = coverage.c.source_rows + coverage.c.rejected
        query = sa.select(coverage.c.day, sa.func.coalesce(recounts.c.source_count, read))
        query = query.select_from(coverage.outerjoin(recounts, same)).where(*window, coverage.c.is_held)
        with reading(self._engine) as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query)}

    def rows_read(self, dataset: str, source: str, first: dt.date, last: dt.date) -> dict[dt.date, int]:
        """Return day → rows that were read of it, rejected ones included; days without data are left out."""
        window = (coverage.c.dataset == dataset, coverage.c.source == source, coverage.c.day.between(first, last))
        query = sa.select(coverage.c.day, coverage.c.source_rows + coverage.c.rejected)
        with reading(self._engine) as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query.where(*window, coverage.c.is_held))}

    def record(self, dataset: str, source: str, counts: Mapping[dt.date, int]) -> None:
        """Record the counts of days whose rows differ from them; they hold until the next extraction of each day."""
        same = (recounts.c.dataset == dataset, recounts.c.source == source, recounts.c.day.in_(list(counts)))
        query = sa.select(coverage.c.day, coverage.c.extraction_id).where(
            coverage.c.dataset == dataset, coverage.c.source == source, coverage.c.day.in_(list(counts))
        )
        with writing(self._engine) as connection:
            rows = [
                {
                    "dataset": dataset,
                    "source": source,
                    "day": row.day,
                    "extraction_id": row.extraction_id,
                    "source_count": counts[row.day],
                }
                for row in connection.execute(query)
            ]
            connection.execute(recounts.delete().where(*same))
            if rows:
                connection.execute(recounts.insert(), rows)
