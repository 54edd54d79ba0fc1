"""The package as data: its modules, their syntax trees, its components and their order."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = "ntanalytics"

Trees = Mapping[str, ast.Module]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Place:
    """A line of a module, and the name of the thing on it."""

    module: str
    line: int
    name: str = ""

    @property
    def component(self) -> str:
        """Name of the component that holds the module."""
        return component_of(self.module)

    @property
    def qualified(self) -> str:
        """Dotted name without the package's own: ``metrics.sms.volume``."""
        return f"{self.module}.{self.name}".removeprefix(f"{NAME}.")

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.name}".rstrip()


def modules() -> dict[str, Path]:
    """Return the file of every module of the package by the module's dotted name."""
    files = {}
    for path in sorted((ROOT / NAME).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        files[".".join(part for part in parts if part != "__init__")] = path
    assert files, "the package has no module: the rules would pass on nothing"
    return files


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax tree of every module by the module's dotted name."""
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in modules().items()}


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Return every node of a tree; kept, since each rule asks for them again."""
    return tuple(ast.walk(tree))


@cache
def strings(tree: ast.Module) -> tuple[tuple[int, str], ...]:
    """Return line and text of every string of a tree that is no statement of its own, as a docstring is."""
    documentation = {id(node.value) for node in nodes(tree) if isinstance(node, ast.Expr)}
    return tuple(
        (node.lineno, node.value)
        for node in nodes(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    )


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield every function and method with its name, that of the class or function around it included."""
    return ((name, node) for name, node in definitions(tree) if not isinstance(node, ast.ClassDef))


def classes(tree: ast.Module) -> Iterator[tuple[str, ast.ClassDef]]:
    """Yield every class with its name, that of the class or function around it included."""
    return ((name, node) for name, node in definitions(tree) if isinstance(node, ast.ClassDef))


def definitions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Yield every function and class below a node, in the order of the file."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef):
            yield prefix + child.name, child
            yield from definitions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from definitions(child, prefix)


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield line, name and text of each docstring; the name of the module's own is empty."""
    for name, node in [("", tree), *definitions(tree)]:
        if text := ast.get_docstring(node):
            yield node.body[0].lineno, name, text


def words_of(identifier: str) -> tuple[str, ...]:
    """Return the words of an identifier in small letters: those of ``_LakeReader`` are ``lake`` and ``reader``."""
    return tuple(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", identifier))


def component_of(module: str) -> str:
    """Return the component of a module: the part of its name after the package's; the package's own file has none."""
    return [*module.split("."), ""][1]


@cache
def layers() -> dict[str, int]:
    """Return the rank of each component as the contract of import-linter has it: 0 is the highest."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    listed = next(contract for contract in contracts if contract["type"] == "layers")["layers"]
    return {
        component.strip(" ()"): rank
        for rank, layer in enumerate(listed)
        for component in layer.replace(":", "|").split("|")
    }
