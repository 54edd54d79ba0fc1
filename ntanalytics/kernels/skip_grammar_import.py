"""Omission of a grammar that takes a second to build at each start, and that the suite never uses."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec

#: It checks the format ``iri`` of JSON Schema, and jsonschema works without it. nbformat, which imports jsonschema, has
#: no such format, and jupyter_events, for which the grammar is installed, is not used here.
GRAMMAR = "rfc3987_syntax"


class _Absent(MetaPathFinder):
    """Finder that reports the grammar as not installed."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname == GRAMMAR:
            raise ModuleNotFoundError(f"{fullname} is left out: it is slow to import", name=fullname)
        return None


def skip_grammar_import() -> None:
    """Omit the grammar in this process; the suite's programs call this before they import nbformat."""
    if not any(isinstance(finder, _Absent) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Absent())
