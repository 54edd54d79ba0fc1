"""Leases: one process at a time, of several on one or many hosts, works on a named object.

A live holder renews its lease. A killed one does not, and another process takes the lease over after its expiry. Time
is the clock of the ledger's database, so that hosts with different clocks agree.
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

from ntanalytics.errors import LakeError, LeaseLost
from ntanalytics.language import tr
from ntanalytics.ledger.access import reading, writing
from ntanalytics.ledger.schedule_tables import leases

#: Seconds until a lease expires without renewal; it is renewed every third of them.
EXPIRES_S = 90.0

#: Seconds after its expiry until an abandoned lease is deleted: no living process waits for its renewal any more.
_ABANDONED_S = 3600.0

#: MySQL locks gaps between rows, so that transactions on different leases may deadlock.
_ATTEMPTS = 10


class Lease:
    """A held lease; a thread renews it until it is released.

    Attributes:
        name: name of the locked object.
        holder: host, process and a random part.
    """

    def __init__(self, engine: sa.Engine, name: str, holder: str, expires_s: float) -> None:
        self._engine, self.name, self.holder, self._expires_s = engine, name, holder, expires_s
        self._released = threading.Event()
        self._is_lost = False
        self._renewer = threading.Thread(target=self._renew, name=f"lease {name}", daemon=True)
        self._renewer.start()

    def check(self) -> None:
        """Renew the lease before a step that must not be done twice.

        Raises:
            LeaseLost: another process took it over, or the ledger could not be reached in time.
        """
        if self._is_lost or not _try_renew(self._engine, self.name, self.holder, self._expires_s):
            raise LeaseLost(
                tr("the lease on {name} was lost", name=self.name),
                todo=tr("is the ledger reachable, the machine overloaded?"),
            )

    def release(self) -> None:
        """Release the lease."""
        self._released.set()
        self._renewer.join()
        own = leases.delete().where(leases.c.name == self.name, leases.c.holder == self.holder)
        _execute(self._engine, lambda connection: connection.execute(own).rowcount)

    def _renew(self) -> None:
        while not self._released.wait(self._expires_s / 3):
            try:
                self._is_lost = not _try_renew(self._engine, self.name, self.holder, self._expires_s)
            except LakeError as error:  # the next renewal may succeed; check() runs before anything is published
                import structlog  # it takes long to import, and this is rare

                structlog.get_logger().warning("lease not renewed", lease=self.name, error=str(error))
            if self._is_lost:
                return


@contextmanager
def lease(engine: sa.Engine, name: str, *, expires_s: float = EXPIRES_S) -> Iterator[Lease | None]:
    """Hold a lease. Yield None if another process holds it.

    Args:
        engine: engine of the ledger.
        name: name of the locked object, at most 200 characters.
        expires_s: seconds until it expires without renewal.

    Raises:
        LakeError: the ledger cannot be written.
    """
    holder = f"{socket.gethostname()[:100]} {os.getpid()} {secrets.token_hex(4)}"
    if not _try_acquire(engine, name, holder, expires_s):
        yield None
        return
    held = Lease(engine, name, holder, expires_s)
    try:
        yield held
    finally:
        with suppress(LakeError):  # it expires by itself
            held.release()


def delete_abandoned(engine: sa.Engine) -> int:
    """Delete the leases that expired over an hour ago, and return their number.

    A process that was killed right before it released a lease leaves it behind. What it worked on is done, so that
    nobody takes the lease over.

    Raises:
        LakeError: the ledger cannot be written.
    """
    # read first: most calls find none, and a scan that deletes would lock the rows of those who work
    with reading(engine) as connection:
        limit = _now(connection) - dt.timedelta(seconds=_ABANDONED_S)
        names = connection.scalars(sa.select(leases.c.name).where(leases.c.expires_at < limit)).all()
    abandoned = leases.delete().where(leases.c.name.in_(names), leases.c.expires_at < limit)
    return _execute(engine, lambda connection: connection.execute(abandoned).rowcount) if names else 0


def _try_acquire(engine: sa.Engine, name: str, holder: str, expires_s: float) -> bool:
    """Acquire a lease that is free or expired; return True on success.

    A lease with a far too late expiry was acquired before the clock went back, and counts as expired: a live holder
    renews it anyway, and a holder that loses it publishes nothing.
    """
    if _try_insert(engine, name, holder, expires_s):  # usually it is free
        return True

    def delete_expired(connection: sa.Connection) -> int:
        now = _now(connection)
        too_late = now + dt.timedelta(seconds=2 * EXPIRES_S)
        is_expired = sa.or_(leases.c.expires_at < now, leases.c.expires_at > too_late)
        return connection.execute(leases.delete().where(leases.c.name == name, is_expired)).rowcount

    return _execute(engine, delete_expired) > 0 and _try_insert(engine, name, holder, expires_s)


def _try_insert(engine: sa.Engine, name: str, holder: str, expires_s: float) -> bool:
    """Acquire a free lease; return False if it is held."""

    def insert(connection: sa.Connection) -> int:
        row = {"name": name, "holder": holder, "expires_at": _now(connection) + dt.timedelta(seconds=expires_s)}
        return connection.execute(leases.insert().values(row)).rowcount

    try:
        _execute(engine, insert)
    except LakeError as error:
        if isinstance(error.__cause__, sa.exc.IntegrityError):
            return False
        raise
    return True


def _try_renew(engine: sa.Engine, name: str, holder: str, expires_s: float) -> bool:
    """Renew a lease; return False if the holder lost it."""

    def renew(connection: sa.Connection) -> int:
        expires_at = _now(connection) + dt.timedelta(seconds=expires_s)
        own = leases.update().where(leases.c.name == name, leases.c.holder == holder)
        return connection.execute(own.values(expires_at=expires_at)).rowcount

    return _execute(engine, renew) == 1


def _execute(engine: sa.Engine, work: Callable[[sa.Connection], int]) -> int:
    """Run work in a transaction, again after a deadlock, and return its result."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with writing(engine) as connection:
                return work(connection)
        except LakeError as error:
            if attempt == _ATTEMPTS or not _is_deadlock(error.__cause__):
                raise
    raise AssertionError  # the last attempt has returned or raised


def _is_deadlock(error: BaseException | None) -> bool:
    """Return True if the database ended this transaction because of a deadlock."""
    original = getattr(error, "orig", None)
    return getattr(original, "sqlstate", "") == "40P01" or getattr(original, "args", ())[:1] == (1213,)


def _now(connection: sa.Connection) -> dt.datetime:
    """Return the time of the database's clock as naive UTC."""
    text = {"postgresql": "timezone('utc', clock_timestamp())", "mysql": "utc_timestamp(6)"}.get(
        connection.dialect.name, "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    )
    moment: object = connection.execute(sa.select(sa.literal_column(text))).scalar_one()
    return moment if isinstance(moment, dt.datetime) else dt.datetime.fromisoformat(str(moment))
