"""Run ledger: extractions, runs, publications, findings, deliveries. A database of SQLAlchemy, by default SQLite."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Collection
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from ntanalytics.errors import LakeError
from ntanalytics.language import tr
from ntanalytics.ledger.access import unpooled_engine, writing
from ntanalytics.ledger.audit import Actor, Audit, Event
from ntanalytics.ledger.chain import Anchor, Chain
from ntanalytics.ledger.corrections import Correction, Corrections
from ntanalytics.ledger.coverage import Coverage, CoverageDay, ExtractionResult
from ntanalytics.ledger.deliveries import Deliveries, Delivery, DeliveryRequest
from ntanalytics.ledger.digest import ledger_digest
from ntanalytics.ledger.history import Entry, history
from ntanalytics.ledger.inspections import InspectedFinding, Inspections, PastInspection
from ntanalytics.ledger.leases import Lease, delete_abandoned, lease
from ntanalytics.ledger.notices import Notice, Notices
from ntanalytics.ledger.pruning import Pruning
from ntanalytics.ledger.publications import PublicationEntry, Publications
from ntanalytics.ledger.recounts import Recounts
from ntanalytics.ledger.runs import Run, Runs
from ntanalytics.ledger.scheduled_runs import ScheduledRunRecord, ScheduledRuns
from ntanalytics.ledger.schema_version import open_schema

_TODO = "see `ledger:` in ntanalytics.yml"


class Ledger:
    """Ledger at a SQLAlchemy URL; its tables are created on first use.

    Attributes:
        coverage: extractions, and the days in the lake.
        recounts: counts of the sources, for days whose rows came late.
        runs: runs of reports.
        publications: digests of published manifests, chained.
        chain: chain over the audit trail and the publications.
        inspections: findings of published inspections.
        scheduled_runs: scheduled runs of the jobs.
        corrections: reports issued with a gap.
        deliveries: deliveries to recipients.
        notices: notices to the operators.
        audit: audit trail.
        pruning: deletion of old rows.

    Raises:
        LakeError: the ledger cannot be opened, or is of another version; it is not changed then.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except sa.exc.ArgumentError:
            raise LakeError(tr("not the URL of a database"), where="ledger", todo=tr(_TODO)) from None
        where = parsed.render_as_string(hide_password=True)
        arguments = {}
        try:
            if parsed.get_backend_name() == "sqlite":
                if parsed.database:
                    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
                if "timeout" not in parsed.query:
                    arguments = {"timeout": 30}  # another process may be writing
            # No connection stays open: there are few statements, and another process may need the file.
            self._engine = unpooled_engine(parsed, **arguments)
        except (sa.exc.SQLAlchemyError, ModuleNotFoundError, OSError) as error:
            raise LakeError(tr("cannot open the ledger: {error}", error=error), where=where, todo=tr(_TODO)) from error
        with writing(self._engine) as connection:
            open_schema(connection, where)
        self.coverage = Coverage(self._engine)
        self.recounts = Recounts(self._engine)
        self.runs = Runs(self._engine)
        self.publications = Publications(self._engine)
        self.chain = Chain(self._engine)
        self.inspections = Inspections(self._engine)
        self.scheduled_runs = ScheduledRuns(self._engine)
        self.corrections = Corrections(self._engine)
        self.deliveries = Deliveries(self._engine)
        self.notices = Notices(self._engine)
        self.audit = Audit(self._engine)
        self.pruning = Pruning(self._engine, self.audit)

    def history(
        self, kinds: Collection[str] = (), *, report: str = "", since: dt.datetime | None = None, limit: int = 20
    ) -> list[Entry]:
        """Return the latest entries of every kind; see :func:`ntanalytics.ledger.history.history`."""
        return history(self._engine, self.audit, kinds, report=report, since=since, limit=limit)

    def digest(self, datasets: Collection[str], last: dt.date, *, without_run: str) -> str:
        """Return a digest of what a report reads in it; see :func:`ntanalytics.ledger.digest.ledger_digest`."""
        return ledger_digest(self._engine, datasets, last, without_run=without_run)

    def as_of(self, extraction_id: int, moment: dt.datetime) -> Ledger:
        """Return the ledger as an earlier run read it, for reading only.

        Args:
            extraction_id: the last extraction before the run.
            moment: the moment of the run (aware); inspections published later are not known.
        """
        past = copy.copy(self)
        past.coverage = Coverage(self._engine, extraction_id)
        past.inspections = Inspections(self._engine, moment)
        return past

    def lease(self, name: str) -> AbstractContextManager[Lease | None]:
        """Hold a lease; None if another process holds it (see :mod:`ntanalytics.ledger.leases`)."""
        return lease(self._engine, name)

    def delete_abandoned_leases(self) -> int:
        """Delete the leases that killed processes left over an hour ago; return their number."""
        return delete_abandoned(self._engine)


def ledger_exists(url: str) -> bool:
    """Return False for a SQLite file that is not there yet; opening the ledger would create it."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and bool(parsed.database)
    return not is_file or Path(str(parsed.database)).is_file()


__all__ = [
    "Actor",
    "Anchor",
    "Audit",
    "Chain",
    "Correction",
    "Corrections",
    "Coverage",
    "CoverageDay",
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
    "PublicationEntry",
    "Publications",
    "Recounts",
    "Run",
    "Runs",
    "ScheduledRunRecord",
    "ScheduledRuns",
    "ledger_exists",
]
