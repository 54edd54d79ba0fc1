"""Whose turn it is to write a table: one at a time, of this host's processes, and of all hosts where a store is shared.

A store need not refuse a commit that would replace another one (many do not), so that its writers wait for one another
by leases, and each makes sure of its own right before it commits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from filelock import FileLock

from ntanalytics.errors import LakeError

#: Seconds that a writer waits for others at most, and between two looks at whether they are done.
_PATIENCE_S, _PAUSE_S = 600, 0.2


class WriteLock(Protocol):
    """A lease that is held."""

    def check(self) -> None:
        """Raise when it was lost."""


#: Holds a lease by its name, or gives None when another process holds it.
Leases = Callable[[str], AbstractContextManager[WriteLock | None]]


def _unheld() -> None:
    """The check of who needs no lease."""


@contextmanager
def write_lock(folder: Path, name: str, leases: Leases | None) -> Iterator[Callable[[], None]]:
    """Wait for one's turn to write something.

    Args:
        folder: the lake's folder on this host.
        name: what is written.
        leases: by which the writers of several hosts wait for one another; None where there is this host alone.

    Yields:
        What raises when the turn was lost meanwhile.

    Raises:
        LakeError, TimeoutError: others write for very long.
        OSError: the folder cannot be written.
    """
    locks = folder / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    with FileLock(locks / f"{name}.lock", timeout=_PATIENCE_S):
        if leases is None:
            yield _unheld
            return
        ends = time.monotonic() + _PATIENCE_S
        while time.monotonic() < ends:
            with leases(f"write {name}") as held:
                if held is not None:
                    yield held.check
                    return
            time.sleep(_PAUSE_S)
        raise LakeError("another process writes for very long", where=name)
