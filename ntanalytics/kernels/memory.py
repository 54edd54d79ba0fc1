"""Watching what memory a kernel holds: one that takes more than it may is killed before the machine swaps."""

from __future__ import annotations

import threading
from contextlib import suppress

import psutil

#: So often one looks, in seconds.
_LOOK_S = 0.2


class MemoryWatch:
    """Kills a kernel that holds more memory than it may.

    What counts is what would be free without it: not what it shares with the process that it was forked from.

    Args:
        most_mb: the most that it may hold, in MB.

    Attributes:
        most_mb: the same.
        held_mb: what it held when it was killed, in MB; 0 as long as it was not.
    """

    def __init__(self, most_mb: int) -> None:
        self.most_mb = most_mb
        self.held_mb = 0
        self._is_over = threading.Event()

    def follow(self, pid: int) -> None:
        """Watch a process until it is gone, or :meth:`end` is called."""
        threading.Thread(target=self._watch, args=(pid,), name=f"memory of {pid}", daemon=True).start()

    def end(self) -> None:
        """Watch no longer."""
        self._is_over.set()

    def _watch(self, pid: int) -> None:
        with suppress(psutil.Error):  # it ended by itself
            process = psutil.Process(pid)
            while not self._is_over.wait(_LOOK_S):
                held_mb = process.memory_full_info().uss // 2**20
                if held_mb > self.most_mb:
                    self.held_mb = held_mb
                    process.kill()
                    return
