"""A server that a test starts: found, run as a user that may run it, waited for, stopped by its own handle."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import pytest
from filelock import FileLock

#: Where Debian keeps programs that are not in every user's PATH.
PLACES = ("/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/lib/kannel/test")

#: Below the ports that Linux gives to connections (32768 and above).
_PORTS = range(20_000, 32_000)

#: Seconds that a server or another process is given: far more than it takes, since the machine may be loaded.
PATIENCE_S = 600


def program(name: str, *places: str) -> str:
    """The path of a program; the test is skipped when it is not installed."""
    search = os.pathsep.join([*places, os.environ.get("PATH", ""), *PLACES])
    found = shutil.which(name, path=search)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def free_port() -> int:
    """A port of the loopback interface that nobody listens on, and that no other test of this machine is given soon.

    Linux gives it to nobody by chance, as it does those of connections: it stays free until the test uses it.
    """
    counter = Path(tempfile.gettempdir()) / f"nta-ports-{os.getuid()}"
    with FileLock(f"{counter}.lock"):
        last = int(counter.read_text()) if counter.exists() else 0
        for number in range(last + 1, last + len(_PORTS)):
            port = _PORTS[number % len(_PORTS)]
            with socket.socket() as probe, suppress(OSError):
                probe.bind(("127.0.0.1", port))
                counter.write_text(str(number))
                return port
    raise AssertionError(f"every port from {_PORTS.start} to {_PORTS.stop} is in use")


def user_for(name: str) -> str | None:
    """The system's user to run a server as: one that is not root, or None for the present one."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(name)
    except KeyError:
        return "nobody"
    return name


@contextmanager
def home(user: str | None) -> Iterator[Path]:
    """A short-named folder that belongs to the server's user (a socket's path must be short)."""
    folder = Path(tempfile.mkdtemp(prefix="nta-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    command: list[str],
    log: Path,
    user: str | None,
    is_ready: Callable[[], bool],
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server, wait until it answers, stop it at the end.

    Raises:
        AssertionError: it died or did not answer; the message ends with its log.
    """
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            cwd=log.parent,
            env={**os.environ, **environment},
        )
    try:
        wait_until(is_ready, f"{command[0]} to answer", lambda: server.poll() is None, log)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_until(
    condition: Callable[[], bool], what: str, is_alive: Callable[[], bool] = lambda: True, log: Path | None = None
) -> None:
    """Wait for a condition of another process; fail after ``PATIENCE_S`` seconds or when that process is gone."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end or not is_alive():
            told = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log and log.exists() else ""
            raise AssertionError(f"waited in vain for {what}\n{told}")
        time.sleep(0.05)  # another process is waited for, and tells nobody when it is ready


def listens(port: int) -> bool:
    """Whether something accepts connections on that port of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
