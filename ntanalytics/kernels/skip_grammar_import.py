"""Leaving out a grammar that takes a second to build at each start, and that nothing of ours ever asks."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec

#: It checks the format ``iri`` of JSON Schema. jsonschema does without it where it is not installed; nbformat, which
#: imports jsonschema, knows no such format, and jupyter_events, for which it is installed, is not used here.
GRAMMAR = "rfc3987_syntax"


class _Absent(MetaPathFinder):
    """Says of the grammar that it is not installed."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname == GRAMMAR:
            raise ModuleNotFoundError(f"{fullname} is left out: it is slow to import", name=fullname)
        return None


def skip_grammar_import() -> None:
    """Have this process do without the grammar; called by our own programs, before they import nbformat."""
    if not any(isinstance(finder, _Absent) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Absent())
