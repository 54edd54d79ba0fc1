"""Standard error of native code: a driver written in Rust prints each of its panics there, also one that is caught."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

_PANIC = re.compile(rb"\n?thread '[^\n]*panicked at.*?(?:\nnote: [^\n]*\n|\Z)", re.DOTALL)


class _Held:
    """Standard error, as it is held back by several readers at once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.readers = 0
        self.terminal = -1  #: a duplicate of standard error
        self.kept: IO[bytes] | None = None
        self.python_stderr: IO[str] | None = None


_held = _Held()


@contextmanager
def without_panics() -> Iterator[None]:
    """Hold back what native code writes to standard error; at the end write all of it but the panics of Rust.

    Python's own ``sys.stderr`` goes on to the terminal.
    """
    with _held.lock:
        _held.readers += 1
        if _held.readers == 1:
            _hold()
    try:
        yield
    finally:
        with _held.lock:
            _held.readers -= 1
            if not _held.readers:
                _release()


def _hold() -> None:
    _held.terminal, _held.kept = os.dup(2), tempfile.TemporaryFile()  # noqa: SIM115 - closed by _release
    own = sys.__stderr__
    if own is not None and sys.stderr is own:  # else a test or a notebook has taken it
        own.flush()
        _held.python_stderr = own
        sys.stderr = open(  # noqa: SIM115 - closed by _release
            _held.terminal, "w", buffering=1, encoding=own.encoding, errors=own.errors, closefd=False
        )
    os.dup2(_held.kept.fileno(), 2)


def _release() -> None:
    os.dup2(_held.terminal, 2)
    if _held.python_stderr is not None:
        sys.stderr.close()
        sys.stderr, _held.python_stderr = _held.python_stderr, None
    os.close(_held.terminal)
    if _held.kept is not None:
        _held.kept.seek(0)
        if rest := _PANIC.sub(b"", _held.kept.read()):
            os.write(2, rest)
        _held.kept.close()
