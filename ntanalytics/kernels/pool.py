"""The warm process as its supervisor sees it: started when wanted, asked for kernels, gone with the supervisor."""

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

#: What the warm process imports: the libraries of notebooks, and what the suite's reports are made with. No module of
#: these opens a database or starts a thread when it is imported.
LIBRARIES = (
    "pandas", "plotly.graph_objects", "plotly.io", "plotly.express", "ibis.backends.duckdb", "duckdb",
    "pyarrow.parquet", "pyarrow.compute", "deltalake", "ntanalytics.workspace", "ntanalytics.reports",
    "ntanalytics.subsystems", "ntanalytics.detectors.expected_range", "ntanalytics.report_content.adoption.blocks",
    "ntanalytics.report_content.daily_inspection",
)  # fmt: skip

#: A kernel may wait so long, in seconds, for the libraries to be imported on a busy machine.
WARM_SECONDS = 60


class KernelPoolUnavailable(RuntimeError):
    """The warm process could not import its libraries, or is gone; one English sentence says which."""


class ForkedKernel:
    """A kernel's process, which is a child of the warm process: as much of ``subprocess.Popen`` as Jupyter asks.

    Attributes:
        pid: its process, which is also its process group.
        returncode: how it ended; negative for a signal, None while it runs.
    """

    stdin = stdout = stderr = None

    def __init__(self, told: socket.socket) -> None:
        self._told = told
        self._read = b""
        self.returncode: int | None = None
        said = self._line(WARM_SECONDS)
        word, _, rest = (said or "").partition(" ")
        if word != "pid":
            told.close()
            raise KernelPoolUnavailable(
                rest or ("the warm process ended" if said == "" else "the warm process took too long")
            )
        self.pid = int(rest)

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it still runs after ``timeout`` seconds.
        """
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("a forked kernel", timeout or 0)
        return code

    def send_signal(self, signum: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            said = self._line(timeout)
            if said is not None:
                # Nothing said: the server is gone, and Linux has killed its kernels with it.
                self.returncode = int(said.partition(" ")[2]) if said else -signal.SIGKILL
                self._told.close()
        return self.returncode

    def _line(self, timeout: float | None) -> str | None:
        """The next line of the server; empty when it is gone, None when nothing came in time."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while b"\n" not in self._read:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            poller = select.poll()  # select() refuses descriptors above 1023
            poller.register(self._told, select.POLLIN)
            if not poller.poll(None if left is None else left * 1000):
                return None
            try:
                piece = self._told.recv(4096)
            except ConnectionResetError:
                piece = b""
            if not piece:
                return ""
            self._read += piece
        line, _, self._read = self._read.partition(b"\n")
        return line.decode()


class KernelPool:
    """A warm process.

    Args:
        environment: its whole environment, and thereby what its kernels can find of it.
        modules: what it imports.
        reads: ``module:function=path``, called when all is imported: what its kernels find in their memory.
    """

    def __init__(
        self, environment: Mapping[str, str], modules: Sequence[str] = LIBRARIES, reads: Sequence[str] = ()
    ) -> None:
        self.environment = dict(environment)
        self.owner = os.getpid()
        self._arguments = (*modules, *reads)
        self._asking = threading.Lock()
        self._is_closed = False
        self._start()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 — this interpreter, and our own module
                [sys.executable, "-P", "-m", "ntanalytics.kernels.server", str(theirs.fileno()), *self._arguments],
                env=self.environment,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    @property
    def pid(self) -> int:
        """The warm process."""
        return self._process.pid

    def fork(self, argv: Sequence[str], cwd: Path, environment: Mapping[str, str], log: int) -> ForkedKernel:
        """Have a kernel forked; waits for the libraries, if they are still being imported.

        A warm process that was killed, as when memory ran out, is started anew.

        Args:
            argv: the kernel's arguments: ``-f`` and the connection file.
            cwd: its working folder.
            environment: its whole environment.
            log: a descriptor of the file that takes what its process says.

        Raises:
            NotWarm: the libraries cannot be imported, or the warm process is gone.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._asking:
                if self._process.poll() is not None and not self._is_closed:
                    self._control.close()
                    self._start()
                socket.send_fds(self._control, [b"k"], [theirs.fileno(), log])
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
        """End it, and every kernel that still runs."""
        with self._asking:
            self._is_closed = True
            self._control.close()
            if self.owner == os.getpid():
                self._process.wait()


def lasting(environment: Mapping[str, str]) -> dict[str, str]:
    """A kernel's environment without the suite's own variables, which are of one run."""
    return {name: value for name, value in environment.items() if not name.startswith("NTANALYTICS_")}


_starting = threading.Lock()
_current: KernelPool | None = None


def warm(environment: Mapping[str, str]) -> KernelPool:
    """The warm process of this process: the one there is, or a new one.

    A new one is started when there is none, and when it knows a variable that ``environment`` lacks: what was taken out
    of a kernel's environment must not stand in that of the process it is forked from. It is started and not waited for.

    Args:
        environment: a kernel's environment. The suite's own variables are of a run, and are left out.
    """
    global _current  # noqa: PLW0603 — one for a process, as the module's docstring says
    wanted = lasting(environment)
    with _starting:
        if _current is not None and (_current.owner != os.getpid() or _current.environment.keys() - wanted.keys()):
            _current.close()
            _current = None
        if _current is None:
            _current = KernelPool(wanted)
        return _current


@atexit.register
def _close() -> None:
    if _current is not None:
        _current.close()
