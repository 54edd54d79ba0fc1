"""No error is swallowed."""

from __future__ import annotations

import ast

from tests.rules.package import nodes

BLIND = {"Exception", "BaseException"}


def test_no_error_is_caught_blindly_and_dropped(trees: dict[str, ast.Module]) -> None:
    found = sorted(
        f"{name}:{handler.lineno}"
        for name, tree in trees.items()
        for handler in nodes(tree)
        if isinstance(handler, ast.ExceptHandler) and _is_blind(handler) and not _hands_on(handler)
    )
    assert not found, f"{found}: name the errors you expect, or raise again: a swallowed error becomes a wrong figure"


def test_no_handler_does_nothing(trees: dict[str, ast.Module]) -> None:
    found = sorted(
        f"{name}:{handler.lineno}"
        for name, tree in trees.items()
        for handler in nodes(tree)
        if isinstance(handler, ast.ExceptHandler) and all(isinstance(step, ast.Pass) for step in handler.body)
    )
    assert not found, f"{found}: write contextlib.suppress(TheError) with a reason, or handle it"


def _is_blind(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in BLIND for kind in kinds)


def _hands_on(handler: ast.ExceptHandler) -> bool:
    """Whether the handler raises, whatever else it does: clean-up before raising again is no swallowing."""
    return any(isinstance(step, ast.Raise) for step in ast.walk(handler))
