"""No circle of imports within a component, and no name of a higher component in a string."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from tests.rules.measure import by_module, circles
from tests.rules.package import NAME, Place, Trees, component_of, layers, strings

#: Today's circles; each must go.
STILL_CIRCLES: frozenset[str] = frozenset()

#: Modules with a string that names a module of a higher component, and how many.
STILL_STRINGS: dict[str, int] = {}

_MODULE_NAME = re.compile(rf"(?<![\w.]){NAME}\.(\w+)")


def test_no_modules_of_a_component_import_one_another_in_a_circle(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_CIRCLES",
        {named(circle): [", ".join(circle)] for circle in circles(trees)},
        "Modules in a circle can be read, tested and changed only together; an import inside a function hides the "
        "circle and does not break it. Move what both need into a module below them, or hand it over as an argument.",
    )


def test_no_string_names_a_module_of_a_higher_component(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_STRINGS",
        by_module(higher_names(trees)),
        "A name in a string is an import that import-linter cannot see. Have the higher component hand over the name, "
        "or register itself.",
    )


def test_a_circle_is_seen_through_functions_and_type_checking() -> None:
    package = {
        f"{NAME}.lake": ast.parse(f"from {NAME}.lake.reader import read"),
        f"{NAME}.lake.reader": ast.parse(f"def read():\n    from {NAME}.lake import sql"),
        f"{NAME}.lake.sql": ast.parse(f"if TYPE_CHECKING:\n    import {NAME}.lake.reader"),
        f"{NAME}.lake.parts": ast.parse(f"from {NAME}.lake import reader, sql"),
    }
    assert circles(package) == [[f"{NAME}.lake.reader", f"{NAME}.lake.sql"]]


def test_a_string_that_names_a_higher_component_is_seen() -> None:
    tree = ast.parse(f'"""See {NAME}.cli."""\nWARM = "{NAME}.reports.chart", "{NAME}.errors", "{NAME}.yml"')
    assert [place.name for place in higher_names({f"{NAME}.kernels.warm": tree})] == [f"{NAME}.reports.chart"]


def named(circle: list[str]) -> str:
    """Return a short name of a circle: its component, and its modules within it."""
    component = component_of(circle[0])
    parts = (module.removeprefix(f"{NAME}.{component}").removeprefix(".") or "__init__" for module in circle)
    return f"{component}: {' '.join(parts)}"


def higher_names(trees: Trees) -> list[Place]:
    """Return the strings, docstrings left out, that name a module of a higher component, or of one beside it."""
    ranks = layers()
    places = []
    for module, tree in trees.items():
        component = component_of(module)
        for line, text in strings(tree):
            components = {named for named in _MODULE_NAME.findall(text) if named in ranks and named != component}
            if any(ranks[named] <= ranks.get(component, -1) for named in components):
                places.append(Place(module, line, text))
    return places
