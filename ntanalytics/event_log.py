"""Log of the site: one JSON object a line, in one folder, a file a day and host.

Each event is appended by one write, so that the lines of several processes stay whole and apart. Files of a day are
never renamed; ``ntanalytics maintain`` removes those that are too old. Only a process that began a log has one.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from ntanalytics.redaction import redact

#: Folder of the log below the outputs; it is hidden, so that no reader takes it for a report.
FOLDER = ".logs"

#: Days for which a file is kept: six calendar months, as other logs of the platform.
KEEP_DAYS = 184

#: Size in bytes from which the file of a day takes no more: a loop of failures must not fill the disk of the reports.
_MOST_BYTES = 64 << 20

_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.[\w-]+\.jsonl")

#: Returns the folder of the issued reports, or None while it is not known.
_find_outputs: Callable[[], Path | None] = lambda: None  # noqa: E731 — replaced by begin()

#: Values that every event of a run has.
_bound: ContextVar[Mapping[str, object]] = ContextVar("bound", default={})  # noqa: B039 — never changed in place


def begin(find_outputs: Callable[[], Path | None]) -> None:
    """Begin the log of this process.

    Args:
        find_outputs: returns the folder of the issued reports, or None if it cannot be found; called at each event.
    """
    global _find_outputs  # noqa: PLW0603 — one log a process
    _find_outputs = find_outputs


@contextmanager
def bound(**values: object) -> Iterator[None]:
    """Add values, such as the id of a run, to every event of this thread as long as the context lasts."""
    token = _bound.set({**_bound.get(), **values})
    try:
        yield
    finally:
        _bound.reset(token)


def record(event: str, level: str = "info", **values: object) -> None:
    """Append an event to the log; a log that cannot be written stops nothing.

    Args:
        event: the event, in a few English words.
        level: ``info``, ``warning`` or ``error``.
        values: its details; those that JSON does not have are written as texts.
    """
    moment = dt.datetime.now(dt.UTC)
    begin_of_line = {"at": moment.isoformat(timespec="milliseconds"), "level": level, "event": event}
    place = {"host": _host(), "process": os.getpid()}
    line = as_line({**begin_of_line, **_bound.get(), **values, **place})
    with suppress(OSError):  # a full disk, or a missing permission
        outputs = _find_outputs()
        if outputs is not None and outputs.is_dir():
            _append(outputs / FOLDER, f"{moment:%Y-%m-%d}.{_host()}.jsonl", line)


def as_line(values: Mapping[str, object]) -> str:
    """Return values as one line of JSON, without secrets and without characters that a terminal obeys."""
    text = redact(json.dumps(values, ensure_ascii=False, default=str))
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text) + "\n"


def _append(folder: Path, name: str, line: str) -> None:
    if folder.is_symlink():
        return
    folder.mkdir(mode=0o750, exist_ok=True)
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o640)
    try:
        if os.fstat(descriptor).st_size < _MOST_BYTES:
            os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def remove_old_files(outputs: Path, today: dt.date) -> int:
    """Remove the files that are older than :data:`KEEP_DAYS`.

    Returns:
        The number of removed files.
    """
    folder, removed = outputs / FOLDER, 0
    if folder.is_symlink() or not folder.is_dir():
        return 0
    for path in folder.iterdir():
        match = _FILE.fullmatch(path.name)
        with suppress(ValueError, OSError):  # a day that is none, or a file that another process has removed
            if match and (today - dt.date.fromisoformat(match[1])).days > KEEP_DAYS:
                path.unlink()
                removed += 1
    return removed


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname()) or "host"
