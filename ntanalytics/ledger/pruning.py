"""Deletion of old rows of the ledger: whole months, each table in one transaction.

The present state is kept: coverage and its extractions, published runs (version numbers continue), inspections (the
lifecycle of a finding depends on them), notices, leases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from ntanalytics.ledger.access import reading, writing
from ntanalytics.ledger.audit import Audit
from ntanalytics.ledger.audit_tables import events
from ntanalytics.ledger.delivery_tables import deliveries, delivery_events
from ntanalytics.ledger.past_coverage import keep_replaced
from ntanalytics.ledger.schedule_tables import corrections, scheduled_runs
from ntanalytics.ledger.tables import coverage, extractions, maskings, past_coverage, rejections, runs, unknown_values

_TABLES = {
    table.name: table for table in (events, past_coverage, extractions, runs, scheduled_runs, corrections, deliveries)
}

#: Table → foreign keys of the dependent rows, which are deleted with its rows.
_DEPENDENT = {
    "extractions": [table.c.extraction_id for table in (rejections, maskings, unknown_values)],
    "deliveries": [delivery_events.c.delivery_id],
}


class Pruning:
    """Deletion of old rows of the ledger; see :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine, audit: Audit) -> None:
        self._engine, self._audit = engine, audit

    def count(self, before: dt.date) -> Mapping[str, int]:
        """Return table → number of rows that :meth:`prune` would delete, without dependent rows."""
        moment = dt.datetime.combine(before, dt.time())
        conditions = {**_conditions(moment), "events": events.c.at < moment}
        with reading(self._engine) as connection:
            return {
                name: connection.scalar(sa.select(sa.func.count()).select_from(_TABLES[name]).where(condition)) or 0
                for name, condition in conditions.items()
            }

    def prune(self, before: dt.date) -> Mapping[str, int]:
        """Delete the rows older (UTC) than the first day of a month; return table → number of rows.

        Raises:
            UsageError: ``before`` is not the first day of a month that has begun.
            LakeError: the ledger cannot be written; tables already pruned stay pruned.
        """
        deleted = {"events": self._audit.prune(before)}
        for name, condition in _conditions(dt.datetime.combine(before, dt.time())).items():
            table = _TABLES[name]
            with writing(self._engine) as connection:
                for column in _DEPENDENT.get(name, ()):
                    ids = sa.select(table.c.id).where(condition)
                    connection.execute(sa.delete(column.table).where(column.in_(ids)))
                deleted[name] = connection.execute(table.delete().where(condition)).rowcount
        return deleted

    def forget_days(self, dataset: str, before: dt.date) -> int:
        """Delete the coverage of days that leave the lake; return the number of rows."""
        with writing(self._engine) as connection:
            condition = (coverage.c.dataset == dataset, coverage.c.day < before)
            keep_replaced(connection, *condition)
            return connection.execute(coverage.delete().where(*condition)).rowcount


def _conditions(moment: dt.datetime) -> dict[str, sa.ColumnElement[bool]]:
    kept = sa.select(past_coverage.c.extraction_id).where(past_coverage.c.taken_at >= moment)
    used = sa.union_all(sa.select(coverage.c.extraction_id), kept)
    is_unused = extractions.c.id.not_in(used)
    return {
        "past_coverage": past_coverage.c.taken_at < moment,
        "extractions": sa.and_(extractions.c.taken_at < moment, is_unused),
        "runs": sa.and_(runs.c.started_at < moment, runs.c.status == "failed"),
        "turns": sa.and_(scheduled_runs.c.scheduled_at < moment, scheduled_runs.c.status != "running"),
        "corrections": sa.and_(corrections.c.since < moment, corrections.c.status != "open"),
        "deliveries": sa.and_(deliveries.c.intended_at < moment, deliveries.c.status != "sending"),
    }
