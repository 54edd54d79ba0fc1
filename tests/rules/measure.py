"""Measures of the package: each is a function of syntax trees, and the house rules hold the same ones to their limits.

``python -m tests.rules.measure`` prints them.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from tests.rules.package import NAME, Place, Trees, classes, component_of, docstrings, functions, modules, nodes, trees

LONGEST_FUNCTION = 40
MOST_PARAMETERS = 7
#: Components that may ask which kind of period a report is of; ``periods`` is where the kinds are defined.
PERIOD_COMPONENTS = frozenset({"checks", "report_content", "periods"})
#: Words that open a relative or prepositional clause, and no sentence that says what a thing does or is.
OPENING = re.compile(
    r"(What|Who|Whose|Whom|Of|Those|That|How|Which|Whether|By|As|Where|When|From|To|On|In|With|At|So)\s"
)
_SKIP = re.compile(r"#\s*fmt:\s*skip\b")


def long_functions(trees: Trees) -> list[Place]:
    """Return the functions of more than 40 lines; the lines of their docstrings are free."""
    return [
        Place(module, node.lineno, name)
        for module, tree in trees.items()
        for name, node in functions(tree)
        if lines_of(node) > LONGEST_FUNCTION
    ]


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of lines from ``def`` to the end of a function without those of its docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        text = node.body[0]
        lines -= (text.end_lineno or text.lineno) - text.lineno + 1
    return lines


def wide_functions(trees: Trees) -> list[Place]:
    """Return the functions of more than 7 parameters, keyword-only ones counted and ``self`` and ``cls`` not.

    The parameters of a command are the options that a person can type: they are not counted.
    """
    return [
        Place(module, node.lineno, name)
        for module, tree in trees.items()
        for name, node in functions(tree)
        if len(parameters(node)) > MOST_PARAMETERS and not is_command(node)
    ]


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Return the names of a function's parameters but ``self`` and ``cls``."""
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    names = [argument.arg for argument in named]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether typer makes a command of the function."""
    return any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in {"command", "callback"}
        for decorator in node.decorator_list
    )


def format_skips(trees: Trees, sources: Mapping[str, str]) -> tuple[list[Place], list[Place]]:
    """Return every ``fmt: skip``, and those of them that do not end an assignment at the top of a module.

    Args:
        trees: the modules' syntax trees.
        sources: the modules' source, since a comment is in no tree.
    """
    every, misplaced = [], []
    for module, text in sources.items():
        ends = {node.end_lineno for node in trees[module].body if isinstance(node, ast.Assign | ast.AnnAssign)}
        for number, line in enumerate(text.splitlines(), 1):
            if _SKIP.search(line):
                every.append(Place(module, number))
                if number not in ends:
                    misplaced.append(Place(module, number))
    return every, misplaced


def relative_docstrings(trees: Trees) -> list[Place]:
    """Return the docstrings that open with a relative or a prepositional clause."""
    return [
        Place(module, line, f"{name}: {text.splitlines()[0]}")
        for module, tree in trees.items()
        for line, name, text in docstrings(tree)
        if OPENING.match(text)
    ]


def period_kinds(trees: Trees) -> list[Place]:
    """Return the places outside the components for it that ask for the kind of a period."""
    return [place for place in all_period_kinds(trees) if place.component not in PERIOD_COMPONENTS]


def all_period_kinds(trees: Trees) -> list[Place]:
    """Return the places that ask for the kind of something called a period."""
    return [
        Place(module, node.lineno)
        for module, tree in trees.items()
        for node in nodes(tree)
        if isinstance(node, ast.Attribute) and node.attr == "kind" and _is_period(node.value)
    ]


def _is_period(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.value).endswith("periods")
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name == "period" or name.endswith("_period")


def duplicate_classes(trees: Trees) -> dict[str, list[Place]]:
    """Return the classes whose name occurs more than once in the package, by name."""
    places = defaultdict(list)
    for module, tree in trees.items():
        for name, node in classes(tree):
            places[node.name].append(Place(module, node.lineno, name))
    return {name: where for name, where in sorted(places.items()) if len(where) > 1}


def circles(trees: Trees) -> list[list[str]]:
    """Return the circles of imports within the components: groups of modules that all reach one another.

    Imports inside functions and under TYPE_CHECKING count, and the ``__init__`` of a package is a module.
    """
    components: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for module, tree in trees.items():
        component = component_of(module)
        components[component][module] = {
            name for name in imported(module, tree, trees) if component_of(name) == component
        }
    return sorted(circle for component, graph in components.items() if component for circle in circles_of(graph))


def circles_of(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the groups of more than one node of a graph that all reach one another."""
    reach = {start: _reachable(graph, start) for start in graph}
    groups = {frozenset(end for end in reach[start] if start in reach[end]) for start in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reachable(graph: Mapping[str, Iterable[str]], start: str) -> set[str]:
    """Return the nodes that a path leads to, and the start where a path leads back to it."""
    reached: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += graph.get(node, ())
    return reached


def imported(module: str, tree: ast.Module, known: Iterable[str]) -> Iterator[str]:
    """Yield the modules of the package that a module imports anywhere in its file; itself is not among them."""
    names = set(known)
    is_package = any(name.startswith(f"{module}.") for name in names)
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names and alias.name != module)
        elif isinstance(node, ast.ImportFrom):
            home = node.module or ""
            if node.level:
                here = module if is_package and node.level == 1 else module.rsplit(".", node.level - is_package)[0]
                home = f"{here}.{home}".rstrip(".")
            for alias in node.names:
                target = f"{home}.{alias.name}" if f"{home}.{alias.name}" in names else home
                if target in names and target != module:
                    yield target


def texts(files: Mapping[str, Path]) -> dict[str, str]:
    """Return the source of every module by the module's dotted name."""
    return {name: path.read_text(encoding="utf-8") for name, path in files.items()}


def by_component(places: Iterable[Place]) -> dict[str, list[Place]]:
    """Return the places by the component that they are in."""
    return _grouped(places, lambda place: place.component or NAME)


def by_module(places: Iterable[Place]) -> dict[str, list[Place]]:
    """Return the places by the module that they are in, named without the package."""
    return _grouped(places, lambda place: place.module.removeprefix(f"{NAME}."))


def by_name(places: Iterable[Place]) -> dict[str, list[Place]]:
    """Return the places by the dotted name of the thing, the package's left out."""
    return _grouped(places, lambda place: place.qualified)


def _grouped(places: Iterable[Place], key: Callable[[Place], str]) -> dict[str, list[Place]]:
    groups: dict[str, list[Place]] = defaultdict(list)
    for place in sorted(places):
        groups[key(place)].append(place)
    return dict(groups)


def main() -> None:
    """Print the measures of the package as it is."""
    package, sources = trees(), texts(modules())
    every, misplaced = format_skips(package, sources)
    everywhere = all_period_kinds(package)
    lines = {
        "files": len(sources),
        "lines": sum(len(text.splitlines()) for text in sources.values()),
        f"functions over {LONGEST_FUNCTION} lines": len(long_functions(package)),
        f"functions over {MOST_PARAMETERS} parameters": len(wide_functions(package)),
        "fmt: skip": f"{len(every)}, {len(misplaced)} of them outside module-level data",
        "docstrings": sum(1 for tree in package.values() for _ in docstrings(tree)),
        "docstrings that open with a relative clause": len(relative_docstrings(package)),
        "circles": "; ".join(" ".join(circle) for circle in circles(package)) or 0,
        "reads of period.kind": f"{len(everywhere)}, {len(period_kinds(package))} of them outside their components",
        "duplicate class names": ", ".join(
            f"{name} {len(places)}" for name, places in duplicate_classes(package).items()
        )
        or 0,
    }
    for name, value in lines.items():
        sys.stdout.write(f"{name}: {value}\n")


if __name__ == "__main__":
    main()
