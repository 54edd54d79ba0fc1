"""Pause of the search for circular garbage while libraries are imported: nothing of them is garbage."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pauses = 0


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause Python's search for circular garbage in this process, in which another thread may pause it, too.

    An import makes some hundred thousand objects that stay, and the search would go through them again and again.
    A process that does not search at all is left as it is.
    """
    global _pauses  # noqa: PLW0603 — one search for each process
    with _lock:
        _pauses += gc.isenabled() or _pauses > 0
        is_ours = _pauses > 0
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _pauses -= is_ours
            if is_ours and _pauses == 0:
                gc.enable()
