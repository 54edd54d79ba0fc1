"""Notices to the operators: sent once while the cause lasts, and again when it recurs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ntanalytics.ledger.access import reading, record_of, to_stored, utc_now, writing
from ntanalytics.ledger.delivery_tables import notices


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One notice to the operators; see ``delivery_tables.notices``. Times are aware UTC."""

    key: str
    round: int
    title: str
    text: str
    started_at: dt.datetime
    resolved_at: dt.datetime | None = None


class Notices:
    """Notices in the ledger; see :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def open(self, key: str, title: str, text: str) -> Notice | None:
        """Record a new notice.

        Returns:
            The notice; None when it is open already, or another process records it at the same moment.
        """
        query = sa.select(notices).where(notices.c.key == key).order_by(notices.c.round.desc()).limit(1)
        with reading(self._engine) as connection:
            last = connection.execute(query).first()
        if last is not None and last.resolved_at is None:
            return None
        notice = Notice(
            key=key, round=last.round + 1 if last else 1, title=title, text=text, started_at=dt.datetime.now(dt.UTC)
        )
        row = {**vars(notice), "started_at": to_stored(notice.started_at)}
        with writing(self._engine) as connection:
            try:
                with connection.begin_nested():
                    connection.execute(notices.insert().values(row))
            except sa.exc.IntegrityError:
                return None
        return notice

    def resolve(self, key: str) -> bool:
        """Close an open notice, so that a recurrence is sent again; return True if one was open."""
        this = notices.update().where(notices.c.key == key, notices.c.resolved_at.is_(None))
        with writing(self._engine) as connection:
            return connection.execute(this.values(resolved_at=utc_now())).rowcount > 0

    def get(self, key: str, round: int) -> Notice | None:
        """Return a notice by key and occurrence, or None."""
        query = sa.select(notices).where(notices.c.key == key, notices.c.round == round)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return record_of(Notice, row) if row else None

    def list_open(self) -> Sequence[Notice]:
        """Return the open notices, oldest first."""
        columns = notices.c
        query = sa.select(notices).where(columns.resolved_at.is_(None)).order_by(columns.started_at, columns.key)
        with reading(self._engine) as connection:
            return [record_of(Notice, row) for row in connection.execute(query)]
