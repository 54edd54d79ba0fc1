"""Python programs of tests, each in a process of its own, forked from one that has imported the libraries.

A new interpreter imports for two seconds before it does anything. What a process is given here (arguments, folder,
variables, standard streams), and how it ends, is as :mod:`subprocess` has it. Only a test of the imports themselves,
or of the command line that the system shows, starts an interpreter.
"""

from __future__ import annotations

import functools
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

#: ``subprocess.PIPE``, ``DEVNULL`` or ``STDOUT``, a file, or None for that of this process.
Stream = int | IO[Any] | None


class WarmProcess:
    """Process of a program: the part of ``subprocess.Popen`` that tests use.

    Args:
        program: what follows the interpreter: ``-c`` and the code, or ``-m`` and a module; then its arguments.
        cwd: its folder.
        env: all its variables; those of this process by default.
        streams: its standard streams, by name.
        text: whether the pipes are of text.

    Attributes:
        pid: the process.
        returncode: its exit code; negative for a signal, None while it runs.
    """

    def __init__(
        self,
        *program: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        text: bool = False,
        **streams: Stream,
    ) -> None:
        self.args = [str(each) for each in program]
        self.returncode: int | None = None
        variables = dict(os.environ if env is None else env)
        request = {"program": self.args, "cwd": str(cwd or Path.cwd()), "env": variables}
        pipes = _Pipes(streams)
        self.stdin, self.stdout, self.stderr = (pipes.opened(name, text) for name in _NAMES)
        self._end, theirs = socket.socketpair()
        with theirs:
            _server().fork(request, [theirs.fileno(), *pipes.given])
        pipes.close()
        self.pid = int(self._end.recv(32))

    def poll(self) -> int | None:
        """Return the exit code; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return the exit code.

        Raises:
            subprocess.TimeoutExpired: it runs longer than that.
        """
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def communicate(self, input: str | bytes | None = None, timeout: float | None = None) -> tuple[Any, Any]:
        """Write all of its input, read all that it says, wait for its end; return its output and its errors."""
        with ThreadPoolExecutor(2) as readers:
            said = [readers.submit(stream.read) if stream else None for stream in (self.stdout, self.stderr)]
            if self.stdin:
                with suppress(BrokenPipeError), self.stdin as stream:
                    stream.write(input or ("" if isinstance(stream, _TEXT) else b""))
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
            output, errors = (each.result() if each else None for each in said)
        return output, errors

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _traceback: TracebackType | None) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream:
                stream.close()
        self.wait()

    def __del__(self) -> None:
        for each in (self._end, self.stdin, self.stdout, self.stderr):
            if each:
                each.close()

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._end], [], [], timeout)[0]:
            self.returncode = int(self._end.recv(32) or -signal.SIGKILL)
        return self.returncode


def run(
    *program: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    input: str = "",
    timeout: float | None = 300,
    check: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, and return what it said.

    Raises:
        subprocess.CalledProcessError: ``check``, and it failed.
        subprocess.TimeoutExpired: it took longer than that.
    """
    pipes: dict[str, Stream] = dict.fromkeys(_NAMES, subprocess.PIPE)
    with WarmProcess(*program, cwd=cwd, env=env, text=True, **pipes) as process:
        output, errors = process.communicate(input, timeout)
    done = subprocess.CompletedProcess(process.args, process.wait(), output, errors)
    if check:
        done.check_returncode()
    return done


def command(*arguments: str | Path, **given: Any) -> subprocess.CompletedProcess[str]:
    """Run a command of the program, and return what it said; what is given is as for :func:`run`."""
    return run("-m", "ntanalytics.cli", *arguments, **given)


_NAMES = ("stdin", "stdout", "stderr")
_TEXT = io.TextIOWrapper


class _Pipes:
    """Descriptors of a new process, and the other ends of its pipes."""

    def __init__(self, streams: Mapping[str, Stream]) -> None:
        self.given: list[int] = []
        self._ours: dict[str, int] = {}
        self._to_close: list[int] = []
        for number, name in enumerate(_NAMES):
            self.given.append(self._descriptor(number, name, streams.get(name)))

    def _descriptor(self, number: int, name: str, stream: Stream) -> int:
        if stream is None:
            return number
        if stream == subprocess.STDOUT:
            return self.given[1]
        if stream == subprocess.DEVNULL:
            self._to_close.append(os.open(os.devnull, os.O_RDWR))
        elif stream == subprocess.PIPE:
            reading, writing = os.pipe()
            self._ours[name], theirs = (writing, reading) if number == 0 else (reading, writing)
            self._to_close.append(theirs)
        else:
            assert not isinstance(stream, int)
            return stream.fileno()
        return self._to_close[-1]

    def opened(self, name: str, text: bool) -> IO[Any] | None:
        if name not in self._ours:
            return None
        return open(self._ours[name], ("w" if name == "stdin" else "r") + ("" if text else "b"))  # noqa: PTH123

    def close(self) -> None:
        for each in self._to_close:
            os.close(each)


class _Server:
    """The process that has imported everything, and forks."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm_server", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=Path(__file__).parents[1],
                stdin=subprocess.DEVNULL,
            )

    def fork(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        content = json.dumps(request).encode()
        socket.send_fds(self._control, [len(content).to_bytes(8)], descriptors)
        self._control.sendall(content)

    def close(self) -> None:
        """End it; what it forked goes on."""
        self._control.close()
        self._process.wait()


@functools.cache
def _server() -> _Server:
    return _Server()


def close() -> None:
    """End the process from which programs are forked, if there is one."""
    if _server.cache_info().currsize:
        _server().close()
        _server.cache_clear()
