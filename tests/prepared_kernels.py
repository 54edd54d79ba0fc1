"""The process of a test process's kernels, forked with it from one that has imported what reports use.

A pool of kernels starts an interpreter that imports for two seconds. A process that was itself forked, issues one
report and is killed, has nothing else to do for as long. How a pool starts its process is tested in
``kernels/test_forked.py``, and by each report that the tests' own process issues.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from typing import NoReturn

from ntanalytics.kernels import server
from ntanalytics.kernels.pool import KernelPool, without_run_variables
from ntanalytics.runner.early_start import kernel_modules


def import_modules() -> None:
    """Import what kernels use, in the process from which others are forked."""
    problem = server.preload(kernel_modules())
    assert not problem, problem


class _Prepared:
    """The forked process, as far as a pool asks for it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit code; None while it runs."""
        return self._ended(os.WNOHANG)

    def wait(self) -> int | None:
        """Wait for its end, and return the exit code."""
        return self._ended(0)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _ended(self, how: int) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, how)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code


def prepare() -> None:
    """Fork the process of this process's kernels, and have its first pool take it; this process has one thread."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _serve(theirs)
    theirs.close()
    start, prepared = KernelPool._start, [(ours, _Prepared(pid))]

    def take(pool: KernelPool) -> None:
        if prepared:
            pool._control, pool._process = prepared.pop()  # type: ignore[assignment]
        else:
            start(pool)

    KernelPool._start = take  # type: ignore[method-assign]


def _serve(control: socket.socket) -> NoReturn:
    """Be the process that a pool starts, as soon as a kernel is asked for; nothing else that is open stays so."""
    os.setsid()
    os.closerange(3, control.fileno())
    os.closerange(control.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    select.select([control], [], [])
    environment = without_run_variables(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [server.__name__, str(control.detach()), *kernel_modules()]
    server.main()
