"""The tree of errors in the docstring of errors.py is the tree of its classes."""

from __future__ import annotations

import inspect
import re

from ntanalytics import errors

LINE = re.compile(r"^(?P<indent>[ │├└─]*)(?P<name>[A-Z]\w+)(?: +exit code (?P<code>\d+))? ")


def test_the_documented_tree_is_the_tree_of_classes() -> None:
    documented = _documented()
    assert len(documented) > 1, "no tree found in the docstring of ntanalytics/errors.py"
    actual = {
        name: next(base.__name__ for base in kind.__bases__)
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.NtaError)
    }
    assert {name: parent for name, (parent, _) in documented.items()} == actual | {"NtaError": ""}, (
        "the docstring of errors.py is what an operator reads: keep it equal to the classes"
    )


def test_the_documented_exit_codes_are_those_of_the_classes() -> None:
    for name, (parent, code) in _documented().items():
        expected = code if code is not None else _documented()[parent][1]
        actual = getattr(errors, name).exit_code
        assert actual == expected, f"{name}: exit code {actual}, but the docstring says {expected}"


def test_no_two_kinds_share_an_exit_code() -> None:
    codes = [code for _, code in _documented().values() if code is not None]
    assert len(codes) == len(set(codes)), "a scheduler tells failures apart by their exit code"


def _documented() -> dict[str, tuple[str, int | None]]:
    """Name → (parent's name, its own exit code or None where it takes its parent's)."""
    found: dict[str, tuple[str, int | None]] = {}
    branch: list[tuple[int, str]] = []
    for line in inspect.getdoc(errors).splitlines():
        match = LINE.match(line + " ")
        if not match or (not branch and match["name"] != "NtaError"):
            continue
        depth = len(match["indent"])
        while branch and branch[-1][0] >= depth:
            branch.pop()
        parent = branch[-1][1] if branch else ""
        if branch or match["name"] == "NtaError":
            found[match["name"]] = (parent, int(match["code"]) if match["code"] else None)
            branch.append((depth, match["name"]))
    return found
