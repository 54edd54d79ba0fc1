"""Pause of the search for circular garbage while libraries are imported: nothing of them is garbage, then or later."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects after which Python searches for circular garbage. Its own 700 are a row of cells; those of a report fit
#: into a megabyte.
_NEW_OBJECTS = 10_000

_lock = threading.Lock()
_pauses = 0


def search_less_often() -> None:
    """Have this process search for circular garbage only after thousands of new objects."""
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause Python's search for circular garbage in this process, in which another thread may pause it, too.

    An import makes some hundred thousand objects that stay, and the search would go through them again and again.
    What there is after an import that added a module is therefore never searched; what is left of it is freed as soon
    as nothing refers to it. A process that does not search at all is left as it is.
    """
    global _pauses  # noqa: PLW0603 — one search for each process
    modules = len(sys.modules)
    with _lock:
        _pauses += gc.isenabled() or _pauses > 0
        is_ours = _pauses > 0
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _pauses -= is_ours
            if is_ours and len(sys.modules) > modules:  # a process that lives for long imports once
                gc.freeze()
            if is_ours and _pauses == 0:
                gc.enable()
