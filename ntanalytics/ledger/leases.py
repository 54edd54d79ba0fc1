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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa
import structlog

from ntanalytics.errors import LakeError, LeaseLost
from ntanalytics.ledger.access import writing
from ntanalytics.ledger.schedule_tables import leases

#: So long a lease holds without being renewed; a third of it passes between two renewals.
HOLDS_S = 90.0

#: MySQL locks what is not there yet, too, so that two who take different leases may stand in each other's way.
_ATTEMPTS = 10


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
        mine = leases.delete().where(leases.c.name == self.name, leases.c.holder == self.holder)
        _written(self._engine, lambda connection: connection.execute(mine).rowcount)

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

    def free(connection: sa.Connection) -> int:
        now = _now(connection)
        is_expired = sa.or_(leases.c.expires_at < now, leases.c.expires_at > now + dt.timedelta(seconds=2 * HOLDS_S))
        return connection.execute(leases.delete().where(leases.c.name == name, is_expired)).rowcount

    return _written(engine, free) > 0 and _inserted(engine, name, holder, holds_s)


def _inserted(engine: sa.Engine, name: str, holder: str, holds_s: float) -> bool:
    """Whether nobody had the lease, and it is now the holder's."""

    def insert(connection: sa.Connection) -> int:
        row = {"name": name, "holder": holder, "expires_at": _now(connection) + dt.timedelta(seconds=holds_s)}
        return connection.execute(leases.insert().values(row)).rowcount

    try:
        _written(engine, insert)
    except LakeError as error:
        if isinstance(error.__cause__, sa.exc.IntegrityError):
            return False
        raise
    return True


def _renewed(engine: sa.Engine, name: str, holder: str, holds_s: float) -> bool:
    """Whether the lease is still the holder's; if so it holds anew."""

    def renew(connection: sa.Connection) -> int:
        until = _now(connection) + dt.timedelta(seconds=holds_s)
        mine = leases.update().where(leases.c.name == name, leases.c.holder == holder).values(expires_at=until)
        return connection.execute(mine).rowcount

    return _written(engine, renew) == 1


def _written(engine: sa.Engine, work: Callable[[sa.Connection], int]) -> int:
    """What comes of a transaction; it is made again where the database gave it up for another one's sake."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with writing(engine) as connection:
                return work(connection)
        except LakeError as error:
            if attempt == _ATTEMPTS or not _is_deadlock(error.__cause__):
                raise
    raise AssertionError  # the last attempt has returned or raised


def _is_deadlock(error: BaseException | None) -> bool:
    """Whether of two transactions that waited for each other this one was given up."""
    said = getattr(error, "orig", None)
    return getattr(said, "sqlstate", "") == "40P01" or getattr(said, "args", ())[:1] == (1213,)


def _now(connection: sa.Connection) -> dt.datetime:
    """UTC by the database's clock, as a naive time."""
    text = {"postgresql": "timezone('utc', clock_timestamp())", "mysql": "utc_timestamp(6)"}.get(
        connection.dialect.name, "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    )
    moment: object = connection.execute(sa.select(sa.literal_column(text))).scalar_one()
    return moment if isinstance(moment, dt.datetime) else dt.datetime.fromisoformat(str(moment))
