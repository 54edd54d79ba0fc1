"""What the ledger gives up of its past: whole months, each table in one transaction.

What tells how things stand stays: coverage and the extractions it rests on, published runs (their versions count on),
inspections (the life of a finding is told from them), notices, leases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from ntanalytics.ledger.access import reading, writing
from ntanalytics.ledger.audit import Audit
from ntanalytics.ledger.audit_tables import events
from ntanalytics.ledger.delivery_tables import deliveries, delivery_events
from ntanalytics.ledger.schedule_tables import corrections, turns
from ntanalytics.ledger.tables import coverage, extractions, rejections, runs


class Pruning:
    """Deletes the past of the ledger; get one from :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine, audit: Audit) -> None:
        self._engine, self._audit = engine, audit

    def count(self, before: dt.date) -> Mapping[str, int]:
        """Table → rows that :meth:`prune` would delete, apart from what hangs on them."""
        moment = dt.datetime.combine(before, dt.time())
        with reading(self._engine) as connection:
            wanted = {**_conditions(moment), "events": events.c.at < moment}
            return {
                name: connection.execute(
                    sa.select(sa.func.count()).select_from(_TABLES[name]).where(condition)
                ).scalar_one()
                for name, condition in wanted.items()
            }

    def prune(self, before: dt.date) -> Mapping[str, int]:
        """Delete what is older (UTC) than the first day of a month; table → rows.

        Raises:
            UsageError: it is not the first of a month that has begun.
            LakeError: the ledger cannot be written; the tables done before stay done.
        """
        moment = dt.datetime.combine(before, dt.time())
        done = {"events": self._audit.prune(before)}
        for name, condition in _conditions(moment).items():
            table = _TABLES[name]
            with writing(self._engine) as connection:
                hanging = {"extractions": rejections.c.extraction_id, "deliveries": delivery_events.c.delivery_id}
                if name in hanging:
                    column = hanging[name]
                    gone = sa.select(table.c.id).where(condition)
                    connection.execute(sa.delete(column.table).where(column.in_(gone)))
                done[name] = connection.execute(table.delete().where(condition)).rowcount
        return done

    def forget_days(self, dataset: str, before: dt.date) -> int:
        """Say no more that days before one are covered: they are leaving the lake. How many rows that were."""
        with writing(self._engine) as connection:
            gone = coverage.delete().where(coverage.c.dataset == dataset, coverage.c.day < before)
            return connection.execute(gone).rowcount


_TABLES = {
    "events": events,
    "extractions": extractions,
    "runs": runs,
    "turns": turns,
    "corrections": corrections,
    "deliveries": deliveries,
}


def _conditions(moment: dt.datetime) -> dict[str, sa.ColumnElement[bool]]:
    return {
        "extractions": sa.and_(
            extractions.c.taken_at < moment, extractions.c.id.not_in(sa.select(coverage.c.extraction_id))
        ),
        "runs": sa.and_(runs.c.started_at < moment, runs.c.status == "failed"),
        "turns": sa.and_(turns.c.turn_at < moment, turns.c.status != "running"),
        "corrections": sa.and_(corrections.c.since < moment, corrections.c.status != "open"),
        "deliveries": sa.and_(deliveries.c.intended_at < moment, deliveries.c.status != "sending"),
    }
