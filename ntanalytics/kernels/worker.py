"""Worker of a kernel: a second process, which works on one processor while the kernel works on another.

It is forked before the kernel has a thread or an open database, and does what the kernel's notebook hands to it. What
it returns is what the kernel itself would have worked out: a notebook without a worker, such as one that is opened
in the lab, does everything itself.
"""

from __future__ import annotations

import ctypes
import gc
import os
import random
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pkgutil import resolve_name
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

from ntanalytics.kernels.collection_pause import search_less_often

#: Variable of a kernel's environment, by which the kernel has a worker: a function as ``module:name``, with which
#: the worker gets ready while the kernel starts. Its error ends the worker.
VARIABLE = "NTANALYTICS_KERNEL_WORKER"

_PR_SET_PDEATHSIG = 1

#: Our end of the pipe to the worker, from its start to its first failure.
_pipe: Connection | None = None

#: Whether this process is a worker.
_is_worker = False

T = TypeVar("T")


def _read_only(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)


# its class has no name that a pickle could find
ForkingPickler.register(MappingProxyType, lambda proxy: (_read_only, (dict(proxy),)))


def start_worker() -> None:
    """Fork the worker of this process, which ends with it; the process must have no other thread."""
    global _pipe  # noqa: PLW0603 — one for each process
    ours, theirs = Pipe()
    kernel = os.getpid()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _serve(theirs, kernel)
    theirs.close()
    _pipe = ours
    # a kernel ends its children first, and would wait for one that has ended and is not reaped
    threading.Thread(target=os.waitpid, args=(pid, 0), name="end of the worker", daemon=True).start()


def has_worker() -> bool:
    """Return whether this process has a worker."""
    return _pipe is not None


def own_processors() -> int:
    """Return the number of processors that this process should use: a kernel and its worker have half of them."""
    processors = os.cpu_count() or 1
    return max(1, processors // 2) if _is_worker or has_worker() else processors


def share_out(
    names: Sequence[str], here: Callable[[str], T], there: Callable[[str], Callable[[], T]] | None
) -> dict[str, T]:
    """Return name → result, worked out here from the first name on, and by the worker from the last one on.

    Where the worker ends, as by an error of its work, this process does the work, and meets the same error.

    Args:
        names: names of the pieces of work.
        here: works out one of them in this process.
        there: returns the call that works it out in the worker, which is pickled; None where this process does all.
    """
    if there is None or _pipe is None or len(names) < 2:  # one piece cannot be divided
        return {name: here(name) for name in names}
    waiting, results = deque(names), dict[str, T]()

    def hand_over() -> None:
        for name in _drained(waiting.pop):
            if _pipe is None:
                return
            try:
                _pipe.send(there(name))
                results[name] = _pipe.recv()
            except (OSError, EOFError):  # it has ended
                _dismiss()

    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(hand_over)
        try:
            for name in _drained(waiting.popleft):
                results[name] = here(name)
        finally:
            waiting.clear()
    return {name: results[name] if name in results else here(name) for name in names}


def ask(question: Callable[[], T]) -> T | None:
    """Return what the worker answers, after the work that it has; None where there is none, or it has ended.

    Args:
        question: the call that answers it, which is pickled.
    """
    if _pipe is None:
        return None
    try:
        _pipe.send(question)
        answer: T = _pipe.recv()
    except (OSError, EOFError):  # it has ended
        _dismiss()
        return None
    return answer


def _drained(take: Callable[[], str]) -> Iterator[str]:
    """Yield what is taken, until nothing is left."""
    with suppress(IndexError):
        while True:
            yield take()


def _dismiss() -> None:
    """Do without the worker from now on; one that still runs ends, since nobody listens."""
    global _pipe  # noqa: PLW0603 — one for each process
    if _pipe is not None:
        _pipe.close()
        _pipe = None


def _serve(pipe: Connection, kernel: int) -> NoReturn:
    """Do the work that the kernel hands over, until the kernel or its end of the pipe is gone."""
    global _is_worker  # noqa: PLW0603 — this process is nothing else
    _is_worker = True
    try:
        with suppress(OSError, AttributeError):  # only Linux ends the worker of a killed kernel
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if os.getppid() == kernel:
            search_less_often()
            gc.enable()
            random.seed()
            if "numpy" in sys.modules:
                sys.modules["numpy"].random.seed()
            resolve_name(os.environ[VARIABLE])()
            _work(pipe)
    finally:
        os._exit(0)


def _work(pipe: Connection) -> None:
    """Answer each piece of work; an error ends the worker, and the kernel meets it itself."""
    while True:
        work: Callable[[], object] = pipe.recv()
        pipe.send(work())
