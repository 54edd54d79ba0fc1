"""Where modules stand, what they are called and how long they get."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

import pytest

from tests.rules.package import layers, nodes

NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "tools", "lib", "shared"}
WALL = 450
SMELL = 300


def test_no_module_is_named_for_nothing(modules: dict[str, Path]) -> None:
    found = sorted(name for name in modules if NAMELESS & set(name.split(".")))
    assert not found, f"{found}: a module is named after its one subject; such a name collects everything"


def test_every_module_belongs_to_a_declared_layer(modules: dict[str, Path]) -> None:
    components = set(layers())
    found = {name.split(".")[1] for name in modules if "." in name} - {"__main__"}
    assert found <= components, (
        f"{sorted(found - components)}: name the layer in pyproject.toml, so that its imports are checked"
    )
    assert components <= found, f"{sorted(components - found)}: pyproject.toml names layers that are not there"


@pytest.mark.filterwarnings("default:modules over")
def test_no_module_grows_past_the_wall(modules: dict[str, Path]) -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules.items()}
    long = {name: lines for name, lines in lengths.items() if lines > WALL}
    assert not long, f"{long}: over {WALL} lines nobody reads a module whole; split it by subject"
    smelly = {name: lines for name, lines in lengths.items() if lines > SMELL}
    if smelly:
        warnings.warn(f"modules over {SMELL} lines, to be split before they grow: {smelly}", LongModule, stacklevel=1)


class LongModule(UserWarning):
    """A module is getting long: shown in pytest's summary, and no failure."""


def test_imports_never_climb_to_a_parent(trees: dict[str, ast.Module]) -> None:
    found = sorted(
        f"{name}:{node.lineno}"
        for name, tree in trees.items()
        for node in nodes(tree)
        if isinstance(node, ast.ImportFrom) and node.level > 1
    )
    assert not found, f"{found}: write the whole name, so that a search for a module finds its users"


def test_every_folder_of_the_package_says_what_it_is(root: Path) -> None:
    folders = {path.parent for path in (root / "ntanalytics").rglob("*.py")}
    found = sorted(str(folder.relative_to(root)) for folder in folders if not (folder / "__init__.py").exists())
    assert not found, f"{found}: a component without __init__.py escapes import-linter"
