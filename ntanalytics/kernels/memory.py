"""Watch over the memory of a kernel: one that holds too much is killed before the machine swaps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

#: Seconds between two measurements.
_INTERVAL_S = 0.2


class MemoryWatch:
    """Watch that kills a kernel with more memory than allowed.

    The memory of its worker counts, that which it shares with the process it was forked from does not.

    Args:
        most_mb: the most memory that it may hold, in MB.

    Attributes:
        most_mb: the same.
        held_mb: its memory when it was killed, in MB; 0 if it was not killed.
    """

    def __init__(self, most_mb: int) -> None:
        self.most_mb = most_mb
        self.held_mb = 0
        self._is_over = threading.Event()

    def follow(self, pid: int) -> None:
        """Watch a process until it ends, or :meth:`end` is called."""
        threading.Thread(target=self._watch, args=(pid,), name=f"memory of {pid}", daemon=True).start()

    def end(self) -> None:
        """Stop watching."""
        self._is_over.set()

    def _watch(self, pid: int) -> None:
        with suppress(psutil.Error, OSError):  # it ended by itself
            process = psutil.Process(pid)
            while not self._is_over.wait(_INTERVAL_S):
                members = (process, *_children(process))
                # What each shares with none takes the system milliseconds to find out, in which it must not run.
                if _total_mb(members, lambda member: member.memory_info().rss) <= self.most_mb:
                    continue
                held_mb = _total_mb(members, lambda member: member.memory_full_info().uss)
                if held_mb > self.most_mb:
                    self.held_mb = held_mb
                    process.kill()
                    return


def _children(process: psutil.Process) -> list[psutil.Process]:
    """Return the processes that a process has started and that run.

    Linux lists them for each of its threads; without these lists every process of the machine is asked for its parent.
    """
    if not Path(f"/proc/{process.pid}/task/{process.pid}/children").exists():
        return list(process.children())
    children = []
    for listed in Path(f"/proc/{process.pid}/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            for number in listed.read_text(encoding="ascii").split():
                with suppress(psutil.Error):  # the child has ended
                    children.append(psutil.Process(int(number)))
    return children


def _total_mb(processes: Iterable[psutil.Process], measure: Callable[[psutil.Process], int]) -> int:
    """Return the memory of some processes in MB; one that ended by itself has none."""
    total = 0
    for process in processes:
        with suppress(psutil.Error):
            total += measure(process)
    return total // 2**20
