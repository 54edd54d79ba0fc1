"""Everything public says what it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def test_every_module_says_what_it_is(trees: dict[str, ast.Module]) -> None:
    found = sorted(name for name, tree in trees.items() if not ast.get_docstring(tree))
    assert not found, f"{found}: one sentence at the top tells a reader whether he is in the right place"


def test_every_public_function_and_class_says_what_it_does(trees: dict[str, ast.Module]) -> None:
    found = sorted(
        f"{name}.{qualified}"
        for name, tree in trees.items()
        for qualified, node in _public(tree, "")
        if not ast.get_docstring(node)
    )
    assert not found, f"{found}: say what it returns, in which unit, and what it raises"


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _public(node: ast.AST, prefix: str) -> Iterator[tuple[str, Definition]]:
    """Public definitions at the top and in public classes; overrides and property setters speak for themselves."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Definition) or child.name.startswith("_") or _is_exempt(child):
            continue
        yield prefix + child.name, child
        if isinstance(child, ast.ClassDef):
            yield from _public(child, f"{prefix}{child.name}.")


def _is_exempt(node: Definition) -> bool:
    names = {ast.unparse(decorator) for decorator in node.decorator_list}
    return any(name in {"override", "overload", "typing.override"} or name.endswith(".setter") for name in names)
