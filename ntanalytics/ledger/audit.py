"""The audit trail: who did what, and when. Rows are added and never changed; the database itself refuses it.

On SQLite and PostgreSQL triggers refuse every UPDATE of the trail, and every DELETE of what is younger than the last
pruning. A pruning is itself a row that can be neither changed nor deleted, and is noted as an event. Whoever owns the
database can drop a trigger: the trail guards against programs and slips, not against the administrator of the ledger.
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
from ntanalytics.ledger.access import reading, writing
from ntanalytics.ledger.audit_tables import events, prunings

#: What kinds of events there are. ``run`` says who began a run; how it ended stands in the runs.
Kind = Literal["run", "extract", "settings", "backfill", "retention", "maintain"]

#: A subject is a name; a longer one is cut.
_LONGEST = 300


@dataclass(frozen=True)
class Actor:
    """Who acts: the operating system's word, but for ``sudo_user``, which is sudo's.

    Attributes:
        account: name of the account of this process.
        sudo_user: who called sudo, if anybody did.
        host: name of this machine.
        process: number of this process.
    """

    account: str
    sudo_user: str
    host: str
    process: int


@dataclass(frozen=True)
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
    """Who this process acts for."""
    try:
        account = pwd.getpwuid(os.getuid()).pw_name  # $USER would be whatever somebody says
    except KeyError:  # a user id without a name, as in some containers
        account = f"uid {os.getuid()}"
    return Actor(account[:100], os.environ.get("SUDO_USER", "")[:100], socket.gethostname()[:200], os.getpid())


class Audit:
    """Adds to the audit trail and reads it; get one from :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def note(self, kind: Kind, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """Add an event.

        Args:
            kind: what happened.
            subject: to what: of a run or a backfill the report's name.
            details: the rest, as JSON holds it; never a secret.

        Raises:
            LakeError: the ledger cannot be written.
        """
        with writing(self._engine) as connection:
            _note(connection, kind, subject, details or {})

    def events(
        self,
        kinds: Collection[str] = (),
        *,
        subject: str = "",
        host: str = "",
        since: dt.datetime | None = None,
        limit: int = 50,
    ) -> list[Event]:
        """The latest events, newest first.

        Args:
            kinds: of these kinds; none for all.
            subject: of this subject alone.
            host: noted by this machine alone.
            since: not before this moment (aware).
            limit: at most so many.
        """
        query = sa.select(events).order_by(events.c.at.desc(), events.c.id.desc()).limit(limit)
        if kinds:
            query = query.where(events.c.kind.in_(list(kinds)))
        for column, wanted in ((events.c.subject, subject[:_LONGEST]), (events.c.host, host)):
            if wanted:
                query = query.where(column == wanted)
        if since is not None:
            query = query.where(events.c.at >= _naive(since))
        with reading(self._engine) as connection:
            return [
                Event(
                    row.id,
                    row.at.replace(tzinfo=dt.UTC),
                    row.kind,
                    row.subject,
                    row.details,
                    row.account,
                    row.sudo_user,
                    row.host,
                    row.process,
                )
                for row in connection.execute(query)
            ]

    def prune(self, before: dt.date) -> int:
        """Delete the events of whole months, and note that it was done; what is noted last stays.

        Killed in the middle, it has deleted all of them or none.

        Args:
            before: the first day of a month; what is older (UTC) goes.

        Returns:
            How many events were deleted.

        Raises:
            UsageError: it is not the first of a month, or that month is not over.
            LakeError: the ledger cannot be written.
        """
        now = dt.datetime.now(dt.UTC)
        if before.day != 1 or before > now.date().replace(day=1):
            raise UsageError(f"{before} is not the first day of a month that has begun", where="audit trail")
        moment = dt.datetime.combine(before, dt.time())
        with writing(self._engine) as connection:
            older = sa.select(sa.func.count()).select_from(events).where(events.c.at < moment)
            count: int = connection.execute(older).scalar_one()
            if not count:
                return 0
            connection.execute(prunings.insert().values(before=moment, at=_naive(now)))
            connection.execute(events.delete().where(events.c.at < moment))
            _note(connection, "retention", "audit trail", {"before": before.isoformat(), "events": count})
        return count


def _note(connection: sa.Connection, kind: str, subject: str, details: Mapping[str, Any]) -> None:
    connection.execute(
        events.insert().values(
            at=_naive(dt.datetime.now(dt.UTC)),
            kind=kind,
            subject=subject[:_LONGEST],
            details=dict(details),
            **vars(actor()),
        )
    )


def _naive(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None)
