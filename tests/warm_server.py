"""Program of the process from which :mod:`tests.warm` forks: it imports, forks, and says how each process ended."""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
import types
from contextlib import suppress
from typing import Any, NoReturn

from ntanalytics.kernels.unused_imports import skip_unused_imports

#: What commands and the tests' own programs use. `ntanalytics.cli` is left out: its consoles are those of the variables
#: with which it is imported.
MODULES = (
    "papermill", "nbconvert", "psycopg", "pymysql", "typer", "ibis.backends.duckdb",
    "ntanalytics.reports.exporters", "ntanalytics.extraction", "ntanalytics.scheduling.run_due",
    "ntanalytics.scheduling.health", "ntanalytics.operations.doctor", "ntanalytics.connect", "ntanalytics.workspace",
)  # fmt: skip


class Server:
    """Forked processes that still run, each with the socket on which its end is said."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._ready = selectors.DefaultSelector()
        self._ready.register(control, selectors.EVENT_READ)

    def serve(self) -> NoReturn:
        """Fork until the other end of the control socket is closed."""
        while True:
            for key, _ in self._ready.select():
                if key.fileobj is self._control:
                    self._fork()
                else:
                    self._reap(key)

    def _fork(self) -> None:
        length, descriptors, _, _ = socket.recv_fds(self._control, 8, 4)
        if not length:
            os._exit(0)
        content = b""
        while len(content) < int.from_bytes(length):
            content += self._control.recv(int.from_bytes(length) - len(content))
        end, *streams = descriptors
        pid = os.fork()
        if pid == 0:
            os.close(end)
            self._forget()
            become(json.loads(content), streams)
        for each in streams:
            os.close(each)
        said = socket.socket(fileno=end)
        said.send(str(pid).encode())
        self._ready.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, said))

    def _forget(self) -> None:
        """Close, in the forked process, what is the server's."""
        for key in list(self._ready.get_map().values()):
            os.close(key.fd)
            if key.data:
                key.data[1].close()

    def _reap(self, key: selectors.SelectorKey) -> None:
        pid, said = key.data
        self._ready.unregister(key.fileobj)
        os.close(key.fd)
        with suppress(OSError), said:  # nobody may listen any more
            said.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


def become(request: dict[str, Any], streams: list[int]) -> NoReturn:
    """Be the process of a request: run its program as an interpreter does, and end."""
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # the streams as an interpreter opens them; closing one leaves its descriptor alone
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.path.insert(0, request["cwd"])
    gc.enable()
    code = _run(*request["program"])
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    if code < 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(code)


def _run(kind: str, what: str, *arguments: str) -> int:
    """Run a program and return its exit code; -2 if it was interrupted."""
    code = 0
    try:
        sys.argv = [kind if kind == "-c" else what, *arguments]
        if kind == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            sys.modules["__main__"] = types.ModuleType("__main__")
            exec(compile(what, "<string>", "exec"), vars(sys.modules["__main__"]))
    except SystemExit as error:
        if error.code is not None and not isinstance(error.code, int):
            sys.stderr.write(f"{error.code}\n")
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException as error:  # noqa: BLE001 - as an interpreter does
        traceback.print_exc()
        code = -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    threading._shutdown()  # type: ignore[attr-defined]  # waits for the threads of the program
    atexit._run_exitfuncs()
    return code


def main() -> NoReturn:
    """Import what programs use, and serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the tests answer an interruption from the terminal
    skip_unused_imports()
    gc.disable()
    for name in MODULES:
        importlib.import_module(name)
    gc.freeze()  # the memory of the libraries stays shared
    Server(control).serve()


if __name__ == "__main__":
    main()
