"""Write lock of a table: one writer at a time, among the processes of this host, or of all hosts of a shared store.

Many object stores do not refuse a commit that replaces another one. So writers on several hosts wait for leases, and
check their lease directly before a commit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from filelock import FileLock

from ntanalytics.errors import LakeError
from ntanalytics.language import tr

#: Maximum waiting time for other writers, and pause between two attempts, in seconds.
_TIMEOUT_S, _PAUSE_S = 600, 0.2


class WriteLock(Protocol):
    """A held lease."""

    def check(self) -> None:
        """Raise an error if the lease was lost."""


#: Name → context manager with the held lease, or with None if another process holds it.
Leases = Callable[[str], AbstractContextManager[WriteLock | None]]


def no_check() -> None:
    """Do nothing: the check of a writer that needs no lease."""


@contextmanager
def write_lock(folder: Path, name: str, leases: Leases | None) -> Iterator[Callable[[], None]]:
    """Wait for the write lock of a table, and hold it.

    Args:
        folder: folder of the lake on this host.
        name: name of the table.
        leases: leases of writers on several hosts; None for a single host.

    Yields:
        A check that raises an error if the lock was lost.

    Raises:
        LakeError, TimeoutError: others write for too long.
        OSError: the folder cannot be written.
    """
    locks = folder / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    with FileLock(locks / f"{name}.lock", timeout=_TIMEOUT_S):
        if leases is None:
            yield no_check
            return
        deadline = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < deadline:
            with leases(f"write {name}") as held:
                if held is not None:
                    yield held.check
                    return
            time.sleep(_PAUSE_S)
        raise LakeError(tr("another process writes for very long"), where=name)
