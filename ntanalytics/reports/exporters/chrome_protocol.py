"""A Chromium without a window that is told what to do over two pipes, and is gone at the end.

The program's own command line can print, too, but it prints after a span of time, whether the charts are drawn or not.
Over the pipes (Chrome DevTools Protocol, ``--remote-debugging-pipe``) one waits for the page itself. No port is opened.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

#: The program reads its orders from this descriptor and answers on that one.
_ORDERS, _ANSWERS = 3, 4
_FIRST_OWN = 10  #: our ends get numbers from here on, so that none is 3 or 4

#: Nothing is asked of any network: no name and no address is found, nothing is updated, synchronised or reported.
_QUIET = (
    "--headless", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check", "--disable-gpu",
    "--disable-quic", "--disable-sync", "--disable-extensions", "--disable-component-update", "--disable-default-apps",
    "--disable-background-networking", "--disable-domain-reliability", "--disable-crash-reporter", "--disable-breakpad",
    "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND", "--lang=zh-CN",
)  # fmt: skip


class BrowserFailed(Exception):
    """The browser did not start, did not answer in time, or refused an order; one English sentence says which."""


class Browser:
    """A running browser and one page of it."""

    def __init__(self, orders: int, answers: int, deadline: float) -> None:
        self._orders = orders
        self._answers = answers
        self._deadline = deadline
        self._read = b""
        self._number = 0
        self._session: str | None = None

    def open(self, url: str) -> None:
        """Open an address in a page, and wait until it is loaded.

        Raises:
            BrowserFailed: see the class.
        """
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")
        self.ask("Page.navigate", url=url)
        while self._message().get("method") != "Page.loadEventFired":
            continue

    def value(self, script: str) -> Any:
        """What a script says in the page; a promise is waited for.

        Raises:
            BrowserFailed: see the class.
        """
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserFailed("the browser could not run a script in the page")
        return answer["result"].get("value")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give an order and wait for its answer.

        Raises:
            BrowserFailed: see the class.
        """
        self._number += 1
        order = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            order["sessionId"] = self._session
        try:
            os.write(self._orders, json.dumps(order).encode() + b"\0")
        except OSError as error:
            raise BrowserFailed("the browser ended by itself") from error
        while True:
            message = self._message()
            if message.get("id") != self._number:
                continue
            if "error" in message:
                raise BrowserFailed(f"the browser refused {method}: {message['error'].get('message', '')}")
            answer: dict[str, Any] = message["result"]
            return answer

    def _message(self) -> dict[str, Any]:
        """The next message: an answer or an event."""
        while b"\0" not in self._read:
            left = self._deadline - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                raise BrowserFailed("the browser took too long")
            piece = os.read(self._answers, 1 << 20)
            if not piece:
                raise BrowserFailed("the browser ended by itself")
            self._read += piece
        message, _, self._read = self._read.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


@contextmanager
def browser(program: str, profile: Path, seconds: float) -> Iterator[Browser]:
    """A browser with a profile of its own, which ends with the context, together with its helpers.

    Args:
        program: the Chromium to start.
        profile: a folder of its own, for this once.
        seconds: how long it may take over everything.

    Raises:
        BrowserFailed: it could not be started.
    """
    with (
        tempfile.TemporaryDirectory(prefix="print", ignore_cleanup_errors=True) as sockets,
        _running(program, profile, sockets) as (orders, answers),
    ):
        yield Browser(orders, answers, time.monotonic() + seconds)


@contextmanager
def _running(program: str, profile: Path, sockets: str) -> Iterator[tuple[int, int]]:
    """A browser's process: where its orders are written, and where its answers are read."""
    order_reader, order_writer = _pipe()
    answer_reader, answer_writer = _pipe()
    # Debian's Chromium refuses to run as root with its sandbox; what it shows is our own page, whose policy is strict.
    flags = [*_QUIET, f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    pipes = [(os.POSIX_SPAWN_DUP2, order_reader, _ORDERS), (os.POSIX_SPAWN_DUP2, answer_writer, _ANSWERS)]
    try:
        try:
            process = os.posix_spawn(
                program, [program, *flags], _environment(profile, sockets), file_actions=[*nowhere, *pipes], setsid=True
            )
        except OSError as error:
            raise BrowserFailed(f"the browser could not be started: {error.strerror}") from error
        finally:
            os.close(order_reader)
            os.close(answer_writer)
        try:
            yield order_writer, answer_reader
        finally:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
    finally:
        os.close(order_writer)
        os.close(answer_reader)


def _pipe() -> tuple[int, int]:
    """A pipe whose ends stand clear of the descriptors that the browser is given."""
    ends = os.pipe()
    try:
        reader, writer = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_OWN) for end in ends)
    finally:
        for end in ends:
            os.close(end)
    return reader, writer


def _environment(profile: Path, sockets: str) -> dict[str, str]:
    """What the browser needs of our environment: no display, no session bus, no secret of a source.

    Its temporary folder holds sockets, whose paths may have 107 bytes: one below the outputs would be too long.
    """
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": str(profile),
        "TMPDIR": sockets,
        "TZ": "Asia/Shanghai",
    }
