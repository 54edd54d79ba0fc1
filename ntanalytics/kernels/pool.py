"""A warm process that imports libraries once and forks kernels, as its supervisor sees it.

The caller names the modules to import; this component knows none of the components above it.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

#: Libraries of data notebooks. No module of these opens a database or starts a thread when it is imported.
DATA_LIBRARIES = (
    "pandas", "plotly.graph_objects", "plotly.io", "ibis.backends.duckdb", "duckdb",
    "pyarrow.parquet", "pyarrow.compute", "deltalake",
)  # fmt: skip

#: Seconds that a kernel may wait for the libraries to be imported on a busy machine.
_WARM_S = 180


class KernelPoolUnavailable(RuntimeError):
    """The warm process could not import its libraries, or has ended; an English sentence gives the reason."""


class ForkedKernel:
    """Process of a kernel, a child of the warm process: the part of ``subprocess.Popen`` that Jupyter uses.

    Attributes:
        pid: the process, which is also its process group.
        returncode: its exit code; negative for a signal, None while it runs.
    """

    stdin = stdout = stderr = None

    def __init__(self, messages: socket.socket) -> None:
        self._messages = messages
        self._read = b""
        self.returncode: int | None = None
        line = self._line(_WARM_S)
        word, _, rest = (line or "").partition(" ")
        if word != "pid":
            messages.close()
            reason = "the warm process ended" if line == "" else "the warm process took too long"
            raise KernelPoolUnavailable(rest or reason)
        self.pid = int(rest)

    def poll(self) -> int | None:
        """Return the exit code; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code.

        Raises:
            subprocess.TimeoutExpired: it still runs after ``timeout`` seconds.
        """
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("a forked kernel", timeout or 0)
        return code

    def send_signal(self, signum: int) -> None:
        """Send a signal to the process if it runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def kill(self) -> None:
        """Kill the process."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            line = self._line(timeout)
            if line is not None:
                # An empty line: the warm process has ended, and Linux has killed its kernels with it.
                self.returncode = int(line.partition(" ")[2]) if line else -signal.SIGKILL
                self._messages.close()
        return self.returncode

    def _line(self, timeout: float | None) -> str | None:
        """Return the next line of the warm process; empty if it has ended, None after the timeout."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while b"\n" not in self._read:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            poller = select.poll()  # select() refuses descriptors above 1023
            poller.register(self._messages, select.POLLIN)
            if not poller.poll(None if left is None else left * 1000):
                return None
            try:
                piece = self._messages.recv(4096)
            except ConnectionResetError:
                piece = b""
            if not piece:
                return ""
            self._read += piece
        line, _, self._read = self._read.partition(b"\n")
        return line.decode()


def start_module(
    module: str, descriptor: int, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a module of the suite in a process that is reached by a socket, and sees by it the end of this process.

    It answers no interruption from the terminal, and writes nothing to it.

    Args:
        module: the module.
        descriptor: its end of the socket, its first argument.
        arguments: its other arguments.
        environment: its whole environment; None: that of this process.
    """
    return subprocess.Popen(  # noqa: S603 — this interpreter, and our own module
        [sys.executable, "-P", "-m", module, str(descriptor), *arguments],
        env=environment,
        pass_fds=[descriptor],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class KernelPool:
    """A warm process, started at once and not waited for.

    Args:
        environment: its whole environment; its kernels can find nothing else in its memory.
        modules: the modules that it imports.

    Attributes:
        environment: the same.
        modules: the same.
        owner: the process that started it.
        is_closed: whether it was closed or abandoned: it forks no kernel any more.
    """

    def __init__(self, environment: Mapping[str, str], modules: Sequence[str] = DATA_LIBRARIES) -> None:
        self.environment = dict(environment)
        self.modules = tuple(modules)
        self.owner = os.getpid()
        self._asking = threading.Lock()
        self.is_closed = False
        self._has_forked = False
        self._start()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = start_module(
                "ntanalytics.kernels.server", theirs.fileno(), *self.modules, environment=self.environment
            )

    @property
    def pid(self) -> int:
        """The process id of the warm process."""
        return self._process.pid

    def fork(self, argv: Sequence[str], cwd: Path, environment: Mapping[str, str], log: int) -> ForkedKernel:
        """Fork a kernel; wait for the libraries if they are still being imported.

        A warm process that was killed, as when memory ran out, is started again.

        Args:
            argv: the kernel's arguments: ``-f`` and the connection file.
            cwd: its working folder.
            environment: its whole environment.
            log: a descriptor of the file for the output of its process.

        Raises:
            KernelPoolUnavailable: the libraries cannot be imported, or the warm process has ended.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._asking:
                if self._process.poll() is not None and not self.is_closed:
                    self._control.close()
                    self._start()
                socket.send_fds(self._control, [b"k"], [theirs.fileno(), log])
                self._has_forked = True
            request = {"argv": list(argv), "cwd": str(cwd), "env": dict(environment)}
            ours.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            ours.close()
            raise KernelPoolUnavailable("the warm process ended") from error
        return ForkedKernel(ours)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process and every kernel that runs."""
        with self._asking:
            self.abandon()
            if self.owner == os.getpid():
                self._process.wait()

    def abandon(self) -> None:
        """Let the warm process end, with every kernel that runs, and do not wait for it."""
        self.is_closed = True
        self._control.close()
        if self.owner == os.getpid() and not self._has_forked:
            self._process.kill()  # it may import for a second more, and has no kernel to end


def without_run_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a kernel's environment without the suite's own variables, which belong to one run."""
    return {name: value for name, value in environment.items() if not name.startswith("NTANALYTICS_")}


_starting = threading.Lock()
_current: KernelPool | None = None


def shared_pool(environment: Mapping[str, str], modules: Sequence[str] = DATA_LIBRARIES) -> KernelPool:
    """Return the kernel pool of this process, which is started if there is none.

    It is replaced if it was closed, if it has a variable that ``environment`` lacks, since a variable that was removed
    from a kernel's environment must not be in that of the process it is forked from, and if it lacks one of the
    modules.

    Args:
        environment: a kernel's environment. The suite's own variables belong to one run and are left out.
        modules: the modules that the pool imports.
    """
    global _current  # noqa: PLW0603 — one for each process
    wanted = without_run_variables(environment)
    with _starting:
        if _current is not None and not _serves(_current, wanted, modules):
            _current.close()
            _current = None
        if _current is None:
            _current = KernelPool(wanted, modules)
        return _current


def _serves(pool: KernelPool, environment: Mapping[str, str], modules: Sequence[str]) -> bool:
    is_safe = pool.owner == os.getpid() and pool.environment.keys() <= environment.keys()
    return is_safe and not pool.is_closed and set(modules) <= set(pool.modules)


@atexit.register
def _abandon() -> None:
    if _current is not None:
        _current.abandon()
