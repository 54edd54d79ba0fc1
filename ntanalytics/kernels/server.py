"""The warm process: it has imported the libraries, forks a kernel for each run, and tells how each one ended.

    python -P -m ntanalytics.kernels.server DESCRIPTOR MODULE... MODULE:FUNCTION=PATH...

It is started with the kernels' environment, so that it never holds what a kernel may not know, and it has one
thread, no open database and no event loop: nothing that a fork would break. Whoever started it holds the other end of
the socket DESCRIPTOR; when that is closed, however that process ended, the kernels are killed and this ends.

A byte on the socket, with two descriptors, asks for a kernel: a socket on which the kernel reads what it is to be, and
on which the server answers ``pid N`` and at last ``exit N``; and a file that takes what the kernel's process says.
"""

from __future__ import annotations

import atexit
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
from pathlib import Path
from typing import Any, NoReturn

from ntanalytics.kernels.skip_grammar_import import skip_grammar_import

_PR_SET_PDEATHSIG = 1

#: What a kernel is made of, and what it imports by itself while it starts.
_KERNEL = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "IPython.core.debugger", "tornado.platform.asyncio", "sqlite3",
    "IPython.extensions.storemagic", "IPython.core.completerlib", "IPython.core.oinspect", "IPython.core.logger",
)  # fmt: skip
#: A kernel that nobody watches needs no debugger, which takes as long as all the rest to start.
_DEBUGGER = "debugpy"


#: What importing a module, or reading what it is given, may end in.
_UNLOADABLE = (
    ImportError, SyntaxError, OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError,
)  # fmt: skip


class Server:
    """The kernels that were forked and still run, and who waits for each."""

    def __init__(self, control: socket.socket, problem: str) -> None:
        self._control, self._problem = control, problem
        self._kernels: dict[int, socket.socket] = {}
        self._woken, self._waking = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # An interruption from the terminal is the supervisor's to answer.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waking)

    def serve(self) -> NoReturn:
        """Fork and reap until the other end of the control socket is closed."""
        while True:
            ready, _, _ = select.select([self._control.fileno(), self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._reap()
            if self._control.fileno() in ready:
                asked, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
                if not asked:
                    self._end()
                self._fork(socket.socket(fileno=descriptors[0]), descriptors[1])

    def _fork(self, told: socket.socket, log: int) -> None:
        if self._problem:
            with told, told.makefile("rb") as lines:
                lines.readline()  # who asks sends it first, and would find a closed end instead of the answer
                _tell(told, f"error {self._problem}")
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
            become_kernel(told, log, me)
        os.close(log)
        self._kernels[pid] = told
        _tell(told, f"pid {pid}")

    def _reap(self) -> None:
        """Tell of each kernel that ended, once all that it left running is gone, too."""
        while self._kernels:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            pid = ended.si_pid
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)  # not reaped yet, so that the number is still its own
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            told = self._kernels.pop(pid)
            _tell(told, f"exit {code}")
            told.close()

    def _end(self) -> NoReturn:
        for pid in self._kernels:
            for kill in (os.killpg, os.kill):  # one that was just forked has no group yet
                with suppress(ProcessLookupError, PermissionError):
                    kill(pid, signal.SIGKILL)
        os._exit(0)


def _tell(told: socket.socket, line: str) -> None:
    with suppress(OSError):  # nobody waits any more
        told.sendall(f"{line}\n".encode())


def become_kernel(told: socket.socket, log: int, server: int) -> NoReturn:
    """Be a kernel, in the process that was forked: its own session, folder, environment and randomness."""
    with suppress(OSError, AttributeError):  # elsewhere than on Linux the server kills its kernels, or nobody
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(1)
    os.setsid()
    code = 1
    try:
        with told, told.makefile("rb") as lines:
            request = json.loads(lines.readline())
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 — a device, for its descriptor
            os.dup2(nothing.fileno(), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        for number in (signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL if number == signal.SIGCHLD else signal.default_int_handler)
        _settle(request)
        gc.enable()
        from ipykernel import kernelapp

        kernelapp.IOPubThread = _off_the_network  # type: ignore[attr-defined, assignment]
        kernelapp.IPKernelApp.launch_instance(request["argv"])
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    finally:
        if sys.exc_info()[0] is not None:  # the process ends here, and what it says is in its log
            traceback.print_exc()
        # The interpreter is not taken apart: freeing what the server had imported would take longer than most cells.
        atexit._run_exitfuncs()  # noqa: SLF001 — what a notebook wants done at its end
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _off_the_network(socket: Any, pipe: bool = False, session: Any = False) -> Any:  # noqa: ARG001
    """What tells of a kernel's outputs, without the TCP port that ipykernel opens for those of its subprocesses."""
    from ipykernel.iostream import IOPubThread

    return IOPubThread(socket, pipe=False, session=session)  # type: ignore[no-untyped-call]


def _settle(request: dict[str, Any]) -> None:
    """Take on folder and environment, and forget what follows from the server's."""
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    tempfile.tempdir = None
    sys.argv = ["ipykernel_launcher", *request["argv"]]
    # random reseeds itself in a fork; what numpy keeps for the whole process does not
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def preload(modules: list[str]) -> str:
    """Import the modules, and have those read that are given something to read.

    Returns:
        Why one cannot be imported; empty when all are.
    """
    skip_grammar_import()
    gc.disable()
    try:
        sys.modules[_DEBUGGER] = None  # type: ignore[assignment]  # for the import system: there is none
        importlib.import_module("ipykernel.debugger")
        del sys.modules[_DEBUGGER]
        for name in (*_KERNEL, *modules):
            module, _, call = name.partition(":")
            found = importlib.import_module(module)
            if call:
                function, _, path = call.partition("=")
                getattr(found, function)(Path(path))
    except _UNLOADABLE as error:  # each who asks for a kernel is told
        return f"{type(error).__name__}: {error}".replace("\n", " ")
    gc.collect()
    # The pages of what is imported stay shared between the server and all its kernels.
    gc.freeze()
    return ""


def main() -> NoReturn:
    """Warm up, and serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    Server(control, preload(sys.argv[2:])).serve()


if __name__ == "__main__":
    main()
