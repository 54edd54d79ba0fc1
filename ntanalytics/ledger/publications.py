"""Publications: the digest of each published manifest, chained, so that none can be changed or taken out unseen.

The digest of an entry covers the entry before it. Whoever exchanges a report together with its manifest has to change
the entry, and with it every later one; and the database refuses that (see ``audit_tables``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

import sqlalchemy as sa

from ntanalytics.errors import LakeError
from ntanalytics.ledger.access import from_stored, reading, record_of, to_stored, utc_now, writing
from ntanalytics.ledger.audit_tables import publications
from ntanalytics.ledger.chain import append
from ntanalytics.ledger.tables import runs

#: Attempts to append an entry while other processes append theirs.
_ATTEMPTS = 20


@dataclass(frozen=True, kw_only=True)
class PublicationEntry:
    """One publication in the ledger; see ``audit_tables.publications``. Times are aware UTC."""

    id: int
    run_id: str
    at: dt.datetime
    manifest_sha256: str
    chain_sha256: str


@dataclass(frozen=True, kw_only=True)
class IssuedVersion:
    """One published version of a report without parameters of its own.

    Attributes:
        report: name of the report.
        period: its period as text.
        version: number of the version.
        at: moment of publication (aware UTC).
        manifest_sha256: digest of its manifest; empty for a version before the ledger kept them.
        run_id: its run.
    """

    report: str
    period: str
    version: int
    at: dt.datetime
    manifest_sha256: str
    run_id: str


class Publications:
    """Publications in the ledger; see :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def append(self, run_id: str, manifest_sha256: str) -> None:
        """Append the publication of a run; nothing is done where it is there.

        Raises:
            LakeError: the ledger cannot be written.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            if self.of_run(run_id) is not None:
                return
            try:
                self._insert(run_id, manifest_sha256)
            except LakeError as error:
                if attempt == _ATTEMPTS or not isinstance(error.__cause__, sa.exc.IntegrityError):
                    raise
            else:
                return

    def _insert(self, run_id: str, manifest_sha256: str) -> None:
        """Insert the next entry; another process that did so first makes it fail by the key."""
        last = self.last()
        number, before = (last.id, last.chain_sha256) if last else (0, "")
        row = {
            "id": number + 1,
            "run_id": run_id,
            "at": utc_now(),
            "manifest_sha256": manifest_sha256,
            "chain_sha256": _link(before, run_id, manifest_sha256),
        }
        with writing(self._engine) as connection:
            connection.execute(publications.insert().values(row))
            append(connection, publications, number + 1)

    def of_run(self, run_id: str) -> PublicationEntry | None:
        """Return the publication of a run; None for a run before the ledger kept them."""
        return next(iter(self._select(sa.select(publications).where(publications.c.run_id == run_id))), None)

    def issued(self, until: dt.datetime) -> list[IssuedVersion]:
        """Return the versions of reports without own parameters that were published until a moment, oldest first.

        Args:
            until: the moment (aware).
        """
        joined = runs.outerjoin(publications, publications.c.run_id == runs.c.id)
        at = sa.func.coalesce(publications.c.at, runs.c.ended_at).label("at")
        columns = (runs.c.report, runs.c.period, runs.c.version, runs.c.parameters, runs.c.id)
        query = sa.select(*columns, at, publications.c.manifest_sha256).select_from(joined)
        query = query.where(runs.c.status == "published", at <= to_stored(until)).order_by(at, runs.c.id)
        with reading(self._engine) as connection:
            return [
                IssuedVersion(
                    report=row.report,
                    period=row.period,
                    version=row.version or 0,
                    at=from_stored(row.at),
                    manifest_sha256=row.manifest_sha256 or "",
                    run_id=row.id,
                )
                for row in connection.execute(query)
                if not row.parameters
            ]

    def began_at(self) -> dt.datetime | None:
        """Return the start of the first run that the ledger knows (aware UTC); None without one."""
        with reading(self._engine) as connection:
            first = connection.execute(sa.select(sa.func.min(runs.c.started_at))).scalar()
        return None if first is None else from_stored(first)

    def first(self) -> PublicationEntry | None:
        """Return the first publication; None if there is none."""
        return next(iter(self._select(sa.select(publications).order_by(publications.c.id).limit(1))), None)

    def last(self) -> PublicationEntry | None:
        """Return the last publication; None if there is none."""
        return next(iter(self._select(sa.select(publications).order_by(publications.c.id.desc()).limit(1))), None)

    def broken_link(self) -> PublicationEntry | None:
        """Return the first entry that does not follow from the one before; None if the chain is whole."""
        before, number = "", 0
        for entry in self._select(sa.select(publications).order_by(publications.c.id)):
            if entry.id != number + 1 or entry.chain_sha256 != _link(before, entry.run_id, entry.manifest_sha256):
                return entry
            before, number = entry.chain_sha256, entry.id
        return None

    def _select(self, query: sa.Select[tuple[object, ...]]) -> list[PublicationEntry]:
        with reading(self._engine) as connection:
            return [record_of(PublicationEntry, row) for row in connection.execute(query)]


def _link(before: str, run_id: str, manifest_sha256: str) -> str:
    text = json.dumps([before, run_id, manifest_sha256], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
