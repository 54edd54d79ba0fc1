"""What the operators are told: once while it lasts, and again when it was mended and recurs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ntanalytics.ledger.access import reading, writing
from ntanalytics.ledger.delivery_tables import notices


@dataclass(frozen=True)
class Notice:
    """One thing that the operators are told; see ``delivery_tables.notices``. Times are aware UTC."""

    key: str
    round: int
    title: str
    said: str
    begun_at: dt.datetime
    mended_at: dt.datetime | None


class Notices:
    """Writes and reads notices; get one from :class:`ntanalytics.ledger.Ledger`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def begin(self, key: str, title: str, said: str) -> Notice | None:
        """Note something that is to be told.

        Returns:
            The notice; None when it was noted before and is not mended, or another process notes it right now.
        """
        query = sa.select(notices).where(notices.c.key == key).order_by(notices.c.round.desc()).limit(1)
        with reading(self._engine) as connection:
            last = connection.execute(query).first()
        if last is not None and last.mended_at is None:
            return None
        begun = Notice(key, last.round + 1 if last else 1, title, said, dt.datetime.now(dt.UTC), None)
        row = {**vars(begun), "begun_at": begun.begun_at.replace(tzinfo=None)}
        with writing(self._engine) as connection:
            try:
                with connection.begin_nested():
                    connection.execute(notices.insert().values(row))
            except sa.exc.IntegrityError:
                return None
        return begun

    def mend(self, key: str) -> bool:
        """Note that something is in order again, so that it is told when it recurs; whether it was not."""
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        this = notices.update().where(notices.c.key == key, notices.c.mended_at.is_(None)).values(mended_at=now)
        with writing(self._engine) as connection:
            return connection.execute(this).rowcount > 0

    def of(self, key: str, round: int) -> Notice | None:
        """A notice by its key and which time it began; None when there is none."""
        query = sa.select(notices).where(notices.c.key == key, notices.c.round == round)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return _notice(row) if row else None

    def open(self) -> Sequence[Notice]:
        """What is not mended, the oldest first."""
        query = sa.select(notices).where(notices.c.mended_at.is_(None)).order_by(notices.c.begun_at, notices.c.key)
        with reading(self._engine) as connection:
            return [_notice(row) for row in connection.execute(query)]


def _notice(row: sa.Row[Any]) -> Notice:
    begun = row.begun_at.replace(tzinfo=dt.UTC)
    mended = row.mended_at.replace(tzinfo=dt.UTC) if row.mended_at else None
    return Notice(row.key, row.round, row.title, row.said, begun, mended)
