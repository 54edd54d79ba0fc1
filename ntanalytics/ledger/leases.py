"""Leases: of several processes, on one host or many, one at a time is at work on a thing.

A holder renews its lease while it lives. One that was killed renews no more, and another takes the lease over when it
has expired. Time is the clock of the ledger's database, so that hosts whose clocks differ agree.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa
import structlog

from ntanalytics.errors import LakeError, LeaseLost
from ntanalytics.ledger.access import writing
from ntanalytics.ledger.schedule_tables import leases

#: So long a lease holds without being renewed; a third of it passes between two renewals.
HOLDS_S = 90.0


class Lease:
    """A lease that is held; it is renewed by a thread of its own until it is released.

    Attributes:
        name: what it is on.
        holder: who holds it: host, process and a random part.
    """

    def __init__(self, engine: sa.Engine, name: str, holder: str, holds_s: float) -> None:
        self._engine, self.name, self.holder, self._holds_s = engine, name, holder, holds_s
        self._released = threading.Event()
        self._is_lost = False
        self._renewer = threading.Thread(target=self._renew, name=f"lease {name}", daemon=True)
        self._renewer.start()

    def check(self) -> None:
        """Raise when the lease was lost: what follows must not be done twice.

        Raises:
            LeaseLost: another process took it over, or the ledger could not be told in time.
        """
        if self._is_lost or not _renewed(self._engine, self.name, self.holder, self._holds_s):
            raise LeaseLost(
                f"the lease on {self.name} was lost", todo="is the ledger reachable, the machine overloaded?"
            )

    def release(self) -> None:
        """Give it back."""
        self._released.set()
        self._renewer.join()
        with writing(self._engine) as connection:
            connection.execute(leases.delete().where(leases.c.name == self.name, leases.c.holder == self.holder))

    def _renew(self) -> None:
        while not self._released.wait(self._holds_s / 3):
            try:
                self._is_lost = not _renewed(self._engine, self.name, self.holder, self._holds_s)
            except LakeError as error:  # the next turn may reach it; check() asks before anything is published
                structlog.get_logger().warning("lease not renewed", lease=self.name, error=str(error))
            if self._is_lost:
                return


@contextmanager
def lease(engine: sa.Engine, name: str, *, holds_s: float = HOLDS_S) -> Iterator[Lease | None]:
    """Hold the lease on something, or None when another process holds it.

    Args:
        engine: the ledger's.
        name: what it is on; at most 200 characters.
        holds_s: seconds that it holds without being renewed.

    Raises:
        LakeError: the ledger cannot be written.
    """
    holder = f"{socket.gethostname()[:100]} {os.getpid()} {secrets.token_hex(4)}"
    if not _taken(engine, name, holder, holds_s):
        yield None
        return
    held = Lease(engine, name, holder, holds_s)
    try:
        yield held
    finally:
        with suppress(LakeError):  # it expires by itself
            held.release()


def _taken(engine: sa.Engine, name: str, holder: str, holds_s: float) -> bool:
    """Whether the lease was free, or expired, and is now the holder's.

    One that holds for far longer than any does was taken before the clock went back: who lives renews it anyway, and
    whoever lost it so publishes nothing.
    """
    if _inserted(engine, name, holder, holds_s):  # mostly it is free
        return True
    with writing(engine) as connection:
        now = _now(connection)
        is_expired = sa.or_(leases.c.expires_at < now, leases.c.expires_at > now + dt.timedelta(seconds=2 * HOLDS_S))
        if not connection.execute(leases.delete().where(leases.c.name == name, is_expired)).rowcount:
            return False
    return _inserted(engine, name, holder, holds_s)


def _inserted(engine: sa.Engine, name: str, holder: str, holds_s: float) -> bool:
    """Whether nobody had the lease, and it is now the holder's."""
    try:
        with engine.begin() as connection:
            row = {"name": name, "holder": holder, "expires_at": _now(connection) + dt.timedelta(seconds=holds_s)}
            connection.execute(leases.insert().values(row))
    except sa.exc.IntegrityError:
        return False
    except sa.exc.SQLAlchemyError as error:
        raise LakeError(f"the ledger cannot be written: {type(error).__name__}", where="leases") from error
    return True


def _renewed(engine: sa.Engine, name: str, holder: str, holds_s: float) -> bool:
    """Whether the lease is still the holder's; if so it holds anew."""
    with writing(engine) as connection:
        until = _now(connection) + dt.timedelta(seconds=holds_s)
        mine = leases.update().where(leases.c.name == name, leases.c.holder == holder).values(expires_at=until)
        return connection.execute(mine).rowcount == 1


def _now(connection: sa.Connection) -> dt.datetime:
    """UTC by the database's clock, as a naive time."""
    text = {"postgresql": "timezone('utc', clock_timestamp())", "mysql": "utc_timestamp(6)"}.get(
        connection.dialect.name, "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    )
    moment: object = connection.execute(sa.select(sa.literal_column(text))).scalar_one()
    return moment if isinstance(moment, dt.datetime) else dt.datetime.fromisoformat(str(moment))
