"""Program of the warm process: it imports the libraries, forks a kernel for each run, and reports the end of each.

    python -P -m ntanalytics.kernels.server DESCRIPTOR MODULE...

It is started with the kernels' environment, so that it never holds a secret that a kernel may not know. It has one
thread, no open database and no event loop: nothing that a fork would break. The supervisor holds the other end of the
socket DESCRIPTOR; when that end is closed, for whatever reason, the kernels are killed and the process ends.

One byte on the socket, with two descriptors, requests a kernel. The first descriptor is a socket: the kernel reads its
request from it, and the warm process answers ``pid N`` and at the end ``exit N``. The second is a file for the output
of the kernel's process.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from typing import Any, NoReturn

from ntanalytics.kernels import worker
from ntanalytics.kernels.collection_pause import search_less_often
from ntanalytics.kernels.unused_imports import skip_fortran, skip_unused_imports
from ntanalytics.process_end import end_process

_PR_SET_PDEATHSIG = 1

#: Modules of a kernel, and those that it imports while it starts.
_KERNEL = (
    "ntanalytics.kernels.kernel_app", "ipykernel.ipkernel", "IPython.core.debugger", "tornado.platform.asyncio",
    "sqlite3", "IPython.extensions.storemagic", "IPython.core.completerlib", "IPython.core.oinspect",
    "IPython.core.logger", "psutil",
)  # fmt: skip
#: A report needs no debugger, which takes as long to start as the rest of the kernel.
_DEBUGGER = "debugpy"


#: Errors of the import of a module.
_IMPORT_ERRORS = (ImportError, SyntaxError, OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError)


class Server:
    """Forked kernels that still run, each with the socket of its supervisor."""

    def __init__(self, control: socket.socket, problem: str) -> None:
        self._control, self._problem = control, problem
        self._kernels: dict[int, socket.socket] = {}
        self._woken, self._waking = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # the supervisor answers an interruption from the terminal
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waking)

    def serve(self) -> NoReturn:
        """Fork and reap kernels until the other end of the control socket is closed."""
        while True:
            ready, _, _ = select.select([self._control.fileno(), self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._reap()
            if self._control.fileno() in ready:
                request, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
                if not request:
                    self._end()
                self._fork(socket.socket(fileno=descriptors[0]), descriptors[1])

    def _fork(self, messages: socket.socket, log: int) -> None:
        if self._problem:
            with messages, messages.makefile("rb") as lines:
                lines.readline()  # the supervisor sends it first, and would find a closed end instead of the answer
                _send(messages, f"error {self._problem}")
            os.close(log)
            return
        me = os.getpid()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            os.close(self._woken)
            os.close(self._waking)
            self._control.close()
            for other in self._kernels.values():
                other.close()
            become_kernel(messages, log, me)
        os.close(log)
        self._kernels[pid] = messages
        _send(messages, f"pid {pid}")

    def _reap(self) -> None:
        """Report the end of each kernel, after the processes that it left running were killed."""
        while self._kernels:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            pid = ended.si_pid
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)  # before it is reaped: its number cannot be another process's yet
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            messages = self._kernels.pop(pid)
            _send(messages, f"exit {code}")
            messages.close()

    def _end(self) -> NoReturn:
        for pid in self._kernels:
            for kill in (os.killpg, os.kill):  # a kernel that was just forked has no group yet
                with suppress(ProcessLookupError, PermissionError):
                    kill(pid, signal.SIGKILL)
        os._exit(0)


def _send(messages: socket.socket, line: str) -> None:
    with suppress(OSError):  # the supervisor does not wait any more
        messages.sendall(f"{line}\n".encode())


def become_kernel(messages: socket.socket, log: int, server: int) -> NoReturn:
    """Run a kernel in the forked process, with a session, folder, environment and random numbers of its own."""
    with suppress(OSError, AttributeError):  # only Linux kills the kernels of a dead server
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(1)
    os.setsid()
    code = 1
    try:
        with messages, messages.makefile("rb") as lines:
            request = json.loads(lines.readline())
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 — a device, for its descriptor
            os.dup2(nothing.fileno(), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        for number in (signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL if number == signal.SIGCHLD else signal.default_int_handler)
        _settle(request)
        if worker.VARIABLE in os.environ:
            worker.start_worker()
        search_less_often()
        gc.enable()
        from ntanalytics.kernels.kernel_app import ForkedKernelApp

        ForkedKernelApp.launch_instance(request["argv"])
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    finally:
        if sys.exc_info()[0] is not None:  # the process ends here, and its log holds the reason
            traceback.print_exc()
        # freeing the imported libraries, and what the notebook made, would take longer than most cells
        end_process(code)


def _settle(request: dict[str, Any]) -> None:
    """Set the folder and the environment of a request, and drop what was derived from the server's."""
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    tempfile.tempdir = None
    sys.argv = ["ipykernel_launcher", *request["argv"]]
    # random reseeds itself in a fork; the global generator of numpy does not
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def preload(modules: list[str]) -> str:
    """Import the modules.

    Returns:
        The reason why one cannot be imported; empty if all can.
    """
    skip_unused_imports()
    gc.disable()
    try:
        sys.modules[_DEBUGGER] = None  # type: ignore[assignment]  # the import system then says that it is missing
        importlib.import_module("ipykernel.debugger")
        del sys.modules[_DEBUGGER]
        with skip_fortran():
            for name in (*_KERNEL, *modules):
                importlib.import_module(name)
    except _IMPORT_ERRORS as error:  # each request for a kernel is answered with it
        return f"{type(error).__name__}: {error}".replace("\n", " ")
    # The memory of the libraries stays shared between the server and all its kernels. What little of it is garbage is
    # not collected: that takes an eighth of the time of the imports.
    gc.freeze()
    return ""


def main() -> NoReturn:
    """Import the modules and serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    Server(control, preload(sys.argv[2:])).serve()


if __name__ == "__main__":
    main()
