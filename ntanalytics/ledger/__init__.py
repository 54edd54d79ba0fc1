"""The ledger: what was extracted, ran, was published, found and sent. SQLAlchemy; SQLite unless told otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from ntanalytics.errors import LakeError
from ntanalytics.ledger import tables
from ntanalytics.ledger.access import writing
from ntanalytics.ledger.audit import Actor, Audit, Event
from ntanalytics.ledger.audit_tables import guard
from ntanalytics.ledger.corrections import Correction, Corrections
from ntanalytics.ledger.coverage import Coverage, Covered, ExtractionResult
from ntanalytics.ledger.deliveries import Deliveries, Delivery, DeliveryRequest
from ntanalytics.ledger.findings_upgrade import upgrade_findings
from ntanalytics.ledger.history import Entry, history
from ntanalytics.ledger.inspections import InspectedFinding, Inspections, PastInspection
from ntanalytics.ledger.leases import Lease, lease
from ntanalytics.ledger.notices import Notice, Notices
from ntanalytics.ledger.pruning import Pruning
from ntanalytics.ledger.runs import Run, Runs
from ntanalytics.ledger.scheduled_runs import ScheduledRunRecord, ScheduledRuns

_TODO = "see `ledger:` in ntanalytics.yml"


class Ledger:
    """The ledger at a SQLAlchemy URL; its tables are made on first use.

    Attributes:
        coverage: what the lake holds.
        runs: what ran.
        inspections: what the published inspections found.
        turns: how the turns of the jobs stand.
        corrections: which reports came out with a hole, and what became of it.
        deliveries: what was sent to whom.
        notices: what the operators are told.
        audit: who did what, and when.
        pruning: gives up what is old.

    Raises:
        LakeError: the ledger cannot be opened, or another version of ours made it.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except sa.exc.ArgumentError:
            raise LakeError("not the URL of a database", where="ledger", todo=_TODO) from None
        where = parsed.render_as_string(hide_password=True)
        arguments = {}
        try:
            if parsed.get_backend_name() == "sqlite":
                if parsed.database:
                    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
                if "timeout" not in parsed.query:
                    arguments = {"timeout": 30}  # another process of ours may be writing
            # Nothing is kept open between two entries: they are few, and another process may want the file.
            self._engine = sa.create_engine(parsed, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
        except (sa.exc.SQLAlchemyError, ModuleNotFoundError, OSError) as error:
            raise LakeError(f"cannot open the ledger: {error}", where=where, todo=_TODO) from error
        with writing(self._engine) as connection:
            _one_maker_at_a_time(connection)
            tables.metadata.create_all(connection)
            guard(connection)
            upgrade_findings(connection)
            _refuse_another_shape(connection, where)
        self.coverage = Coverage(self._engine)
        self.runs = Runs(self._engine)
        self.inspections = Inspections(self._engine)
        self.turns = ScheduledRuns(self._engine)
        self.corrections = Corrections(self._engine)
        self.deliveries = Deliveries(self._engine)
        self.notices = Notices(self._engine)
        self.audit = Audit(self._engine)
        self.pruning = Pruning(self._engine, self.audit)

    def history(
        self,
        kinds: Collection[str] = (),
        *,
        report: str = "",
        since: dt.datetime | None = None,
        limit: int = 20,
    ) -> list[Entry]:
        """What happened last, of every kind: see :func:`ntanalytics.ledger.history.history`."""
        return history(self._engine, self.audit, kinds, report=report, since=since, limit=limit)

    def lease(self, name: str) -> AbstractContextManager[Lease | None]:
        """Hold the lease on something; None when another process holds it (:mod:`ntanalytics.ledger.leases`)."""
        return lease(self._engine, name)


def _one_maker_at_a_time(connection: sa.Connection) -> None:
    """Where tables are lacking, wait for whoever makes them at this moment: a timer starts two programs at once."""
    if set(tables.metadata.tables) <= set(sa.inspect(connection).get_table_names()):
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('ntanalytics ledger'))")


def _refuse_another_shape(connection: sa.Connection, where: str) -> None:
    """Refuse a ledger that another version of ours made, before a query fails in the middle of a run."""
    inspector = sa.inspect(connection)
    for table in tables.metadata.sorted_tables:
        there = {column["name"] for column in inspector.get_columns(table.name)}
        lacking = [column.name for column in table.columns if column.name not in there]
        if lacking:
            raise LakeError(
                f"the ledger is of another version: {table.name} has no {', '.join(lacking)}",
                where=where,
                todo="move it away: a new one is made, and what the lake lacks is taken again",
            )


__all__ = [
    "Actor",
    "Audit",
    "Correction",
    "Corrections",
    "Coverage",
    "Covered",
    "Deliveries",
    "Delivery",
    "DeliveryRequest",
    "Entry",
    "Event",
    "ExtractionResult",
    "InspectedFinding",
    "Inspections",
    "Lease",
    "Ledger",
    "Notice",
    "Notices",
    "PastInspection",
    "Pruning",
    "Run",
    "Runs",
    "ScheduledRunRecord",
    "ScheduledRuns",
]
