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
from ntanalytics.ledger.access import reading, record_of, utc_now, writing
from ntanalytics.ledger.audit_tables import publications
from ntanalytics.ledger.chain import append

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
