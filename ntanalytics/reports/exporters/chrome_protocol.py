"""A headless Chromium that is controlled over two pipes and ends with its context.

The program's own command line can print, too, but it prints after a fixed time, whether the charts are drawn or not.
Over the pipes (Chrome DevTools Protocol, ``--remote-debugging-pipe``) we wait for the page itself. No port is opened.
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
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

#: Descriptors on which the program reads commands and writes answers.
_COMMANDS, _ANSWERS = 3, 4
_FIRST_OWN = 10  #: our ends get numbers from here on, so that none is 3 or 4

#: No network: no name is resolved, nothing is updated, synchronised or reported.
_FLAGS = (
    "--headless", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check", "--disable-gpu",
    "--disable-quic", "--disable-sync", "--disable-extensions", "--disable-component-update", "--disable-default-apps",
    "--disable-background-networking", "--disable-domain-reliability", "--disable-crash-reporter", "--disable-breakpad",
    "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND", "--lang=zh-CN",
)  # fmt: skip

#: By how much its priority is lower than ours: it starts while a report's kernel works, which uses all processors.
_NICER = 5

#: Waits for a page that was just made: its own event must not be taken for that of the next.
_LOADED = "document.readyState === 'complete' || new Promise((done) => addEventListener('load', () => done(true)))"

#: Writes a page into the opened one. Scripts that were run stay; the styles that they made would go with the old page.
_FILL = """(text) => {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  const styles = document.createElement("style");
  styles.textContent = rules.map((rule) => rule.cssText).join("\\n");
  document.open();
  document.write(text);
  document.close();
  document.head.append(styles);
}"""


class BrowserFailed(Exception):
    """The browser did not start, did not answer in time, or refused a command; the message is one English sentence."""


class Browser:
    """A running browser and one page of it."""

    def __init__(self, commands: int, answers: int, deadline: float) -> None:
        self._commands = commands
        self._answers = answers
        self._deadline = deadline
        self._buffer = bytearray()
        self._last_id = 0
        self._session: str | None = None

    def prepare(self) -> None:
        """Open an empty page, and wait until it is loaded.

        Raises:
            BrowserFailed: see the class.
        """
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.value(_LOADED)

    def open(self, url: str, seconds: float) -> None:
        """Open an address in the prepared page, and wait until it is loaded.

        Args:
            url: the address.
            seconds: the time limit for this and all that follows.

        Raises:
            BrowserFailed: see the class.
        """
        self._deadline = time.monotonic() + seconds
        self.ask("Page.enable")
        self.ask("Page.navigate", url=url)
        while self._message().get("method") != "Page.loadEventFired":
            continue

    def fill(self, text: str, seconds: float) -> None:
        """Replace the opened page by another one, which finds what it has loaded, and wait until that is read.

        Args:
            text: the HTML of the other page.
            seconds: the time limit for this and all that follows.

        Raises:
            BrowserFailed: see the class.
        """
        self._deadline = time.monotonic() + seconds
        self.value(f"({_FILL})({json.dumps(text)})")
        self.value(_LOADED)

    def value(self, script: str) -> Any:
        """Return the value of a script in the page; a promise is awaited.

        Raises:
            BrowserFailed: see the class.
        """
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserFailed("the browser could not run a script in the page")
        return answer["result"].get("value")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer.

        Raises:
            BrowserFailed: see the class.
        """
        self._last_id += 1
        command = {"id": self._last_id, "method": method, "params": parameters}
        if self._session is not None:
            command["sessionId"] = self._session
        try:
            os.write(self._commands, json.dumps(command).encode() + b"\0")
        except OSError as error:
            raise BrowserFailed("the browser ended by itself") from error
        while True:
            message = self._message()
            if message.get("id") != self._last_id:
                continue
            if "error" in message:
                raise BrowserFailed(f"the browser refused {method}: {message['error'].get('message', '')}")
            answer: dict[str, Any] = message["result"]
            return answer

    def _message(self) -> dict[str, Any]:
        """Return the next message: an answer or an event."""
        searched = 0  # a print has a thousand times the bytes of another answer
        while (end := self._buffer.find(b"\0", searched)) < 0:
            searched = len(self._buffer)
            seconds = self._deadline - time.monotonic()
            if seconds <= 0 or not select.select([self._answers], [], [], seconds)[0]:
                raise BrowserFailed("the browser took too long")
            chunk = os.read(self._answers, 1 << 20)
            if not chunk:
                raise BrowserFailed("the browser ended by itself")
            self._buffer += chunk
        text = self._buffer[:end]
        del self._buffer[: end + 1]
        message: dict[str, Any] = json.loads(text)
        return message


@contextmanager
def browser(program: str, profile: Path, seconds: float) -> Iterator[Browser]:
    """Start a browser with a profile of its own; it ends with the context, together with its child processes.

    Args:
        program: the Chromium to start.
        profile: an empty folder for its profile.
        seconds: the time limit until it has an empty page.

    Raises:
        BrowserFailed: it could not be started.
    """
    with (
        tempfile.TemporaryDirectory(prefix="print", ignore_cleanup_errors=True) as sockets,
        _running(program, profile, sockets) as (commands, answers),
    ):
        yield Browser(commands, answers, time.monotonic() + seconds)


@contextmanager
def _running(program: str, profile: Path, sockets: str) -> Iterator[tuple[int, int]]:
    """Start the browser's process, and yield the descriptors for its commands and its answers."""
    command_reader, command_writer = _pipe()
    answer_reader, answer_writer = _pipe()
    # Debian's Chromium refuses to run as root with its sandbox; it shows only our own page, whose policy is strict.
    flags = [*_FLAGS, f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    pipes = [(os.POSIX_SPAWN_DUP2, command_reader, _COMMANDS), (os.POSIX_SPAWN_DUP2, answer_writer, _ANSWERS)]
    try:
        try:
            arguments = (program, [program, *flags], _environment(profile, sockets))
            # A process has the priority of the thread that starts it; lowered afterwards, its own would keep the old.
            with ThreadPoolExecutor(1, initializer=os.nice, initargs=(_NICER,)) as starter:
                process = starter.submit(os.posix_spawn, *arguments, file_actions=[*null, *pipes], setsid=True).result()
        except OSError as error:
            raise BrowserFailed(f"the browser could not be started: {error.strerror}") from error
        finally:
            os.close(command_reader)
            os.close(answer_writer)
        try:
            yield command_writer, answer_reader
        finally:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
    finally:
        os.close(command_writer)
        os.close(answer_reader)


def _pipe() -> tuple[int, int]:
    """Return a pipe with numbers that do not collide with the browser's descriptors."""
    ends = os.pipe()
    try:
        reader, writer = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_OWN) for end in ends)
    finally:
        for end in ends:
            os.close(end)
    return reader, writer


def _environment(profile: Path, sockets: str) -> dict[str, str]:
    """Return the browser's environment: no display, no session bus, no secret of a source.

    Its temporary folder holds sockets, whose paths may have 107 bytes: a path below the outputs would be too long.
    """
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": str(profile),
        "TMPDIR": sockets,
        "TZ": "Asia/Shanghai",
    }
