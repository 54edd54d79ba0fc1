"""Audit trail: actions of users and jobs. It is append-only, and the database enforces it.

On SQLite and PostgreSQL triggers refuse every UPDATE of the trail, and every DELETE of events younger than the last
pruning. A pruning is itself a row that cannot be changed or deleted, and is recorded as an event. The owner of the
database can drop a trigger: the trail protects against programs and mistakes, not against the database administrator.
"""

from __future__ import annotations

import datetime as dt
import os
import pwd
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.ledger.access import reading, record_of, to_stored, utc_now, writing
from ntanalytics.ledger.audit_tables import events, prunings
from ntanalytics.ledger.chain import append

#: Kinds of events. ``run`` records the start of a run with its actor; the end stands in the runs.
EventKind = Literal[
    "run", "extract", "settings", "backfill", "retention", "maintain", "backup", "restore", "remark", "upgrade"
]

#: Maximum length of a subject; a longer one is cut.
_MAX_SUBJECT = 300


@dataclass(frozen=True)
class Actor:
    """Account, host and process of an action, as the operating system reports them (``sudo_user``: as sudo does).

    Attributes:
        account: account of this process.
        sudo_user: caller of sudo, if any.
        host: name of this machine.
        process: id of this process.
    """

    account: str
    sudo_user: str
    host: str
    process: int


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event of the trail; see ``audit_tables.events``. ``at`` is aware UTC."""

    id: int
    at: dt.datetime
    kind: str
    subject: str
    details: Mapping[str, Any]
    account: str
    sudo_user: str
    host: str
    process: int


def actor() -> Actor:
    """Return the actor of this process."""
    try:
        account = pwd.getpwuid(os.getuid()).pw_name  # $USER can be set by anybody
    except KeyError:  # a user id without a name, as in some containers
        account = f"uid {os.getuid()}"
    return Actor(account[:100], os.environ.get("SUDO_USER", "")[:100], socket.gethostname()[:200], os.getpid())


class Audit:
    """Audit trail in the ledger; see :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def record(self, kind: EventKind, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """Add an event.

        Args:
            kind: kind of the event.
            subject: its object; of a run or a backfill the name of the report.
            details: further data, as JSON; never a secret.

        Raises:
            LakeError: the ledger cannot be written.
        """
        with writing(self._engine) as connection:
            _insert(connection, kind, subject, details or {})

    def events(
        self,
        kinds: Collection[str] = (),
        *,
        subject: str = "",
        host: str = "",
        since: dt.datetime | None = None,
        limit: int = 50,
    ) -> list[Event]:
        """Return the latest events, newest first.

        Args:
            kinds: wanted kinds; empty: all.
            subject: wanted subject; empty: all.
            host: wanted host; empty: all.
            since: earliest moment (aware).
            limit: maximum number of events.
        """
        query = sa.select(events).order_by(events.c.at.desc(), events.c.id.desc()).limit(limit)
        if kinds:
            query = query.where(events.c.kind.in_(list(kinds)))
        for column, wanted in ((events.c.subject, subject[:_MAX_SUBJECT]), (events.c.host, host)):
            if wanted:
                query = query.where(column == wanted)
        if since is not None:
            query = query.where(events.c.at >= to_stored(since))
        with reading(self._engine) as connection:
            return [record_of(Event, row) for row in connection.execute(query)]

    def prune(self, before: dt.date) -> int:
        """Delete the events of whole months, and record the deletion. An interrupted call deletes nothing.

        Args:
            before: first day of a month; older events (UTC) are deleted.

        Returns:
            Number of deleted events.

        Raises:
            UsageError: ``before`` is not the first day of a month, or that month has not begun.
            LakeError: the ledger cannot be written.
        """
        now = dt.datetime.now(dt.UTC)
        if before.day != 1 or before > now.date().replace(day=1):
            raise UsageError(
                tr("{before} is not the first day of a month that has begun", before=before), where="audit trail"
            )
        moment = dt.datetime.combine(before, dt.time())
        with writing(self._engine) as connection:
            older = sa.select(sa.func.count()).select_from(events).where(events.c.at < moment)
            count: int = connection.execute(older).scalar_one()
            if not count:
                return 0
            pruning = connection.execute(prunings.insert().values(before=moment, at=to_stored(now)))
            append(connection, prunings, _key(pruning))
            connection.execute(events.delete().where(events.c.at < moment))
            _insert(connection, "retention", "audit trail", {"before": before.isoformat(), "events": count})
        return count


def _insert(connection: sa.Connection, kind: str, subject: str, details: Mapping[str, Any]) -> None:
    row = {"at": utc_now(), "kind": kind, "subject": subject[:_MAX_SUBJECT], "details": dict(details)}
    append(connection, events, _key(connection.execute(events.insert().values(row | vars(actor())))))


def _key(inserted: sa.CursorResult[Any]) -> int:
    """Return the id that the database gave a row."""
    (number,) = inserted.inserted_primary_key or (0,)
    return int(number)
