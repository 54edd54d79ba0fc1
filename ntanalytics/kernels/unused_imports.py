"""Omission of what takes long to import at each start, one module a second, and is never used."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec

#: They check formats of JSON Schema (``iri``, ``uri``, ``duration``), and jsonschema works without them. nbformat
#: imports jsonschema and has no such format; jupyter_events, for which they are installed, is not used here.
UNUSED = frozenset({"rfc3987_syntax", "rfc3986_validator", "isoduration"})


class _Absent(MetaPathFinder):
    """Finder that reports some modules as not installed."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname in self._names:
            raise ModuleNotFoundError(f"{fullname} is left out: it is slow to import", name=fullname)
        return None


_ABSENT = _Absent(UNUSED)


def skip_unused_imports() -> None:
    """Omit the modules in this process; the suite's programs call this before they import nbformat."""
    if _ABSENT not in sys.meta_path:
        sys.meta_path.insert(0, _ABSENT)


@contextmanager
def skip_pretty_tracebacks() -> Iterator[None]:
    """Have structlog, when it is imported, find no ``rich``, which would write tracebacks with the values in them."""
    absent = _Absent(frozenset({"rich", "rich.pretty", "rich.traceback"}))
    sys.meta_path.insert(0, absent)
    try:
        yield
    finally:
        sys.meta_path.remove(absent)


@contextmanager
def skip_fortran() -> Iterator[None]:
    """Have scipy, which takes all names of numpy, leave out ``numpy.f2py``; afterwards it is imported where asked for.

    It translates Fortran, and takes as long to import as scipy's special functions.
    """
    import numpy as np

    names = vars(np)
    has_been = "f2py" in names
    names.setdefault("f2py", None)
    try:
        yield
    finally:
        if not has_been and names["f2py"] is None:
            del names["f2py"]
