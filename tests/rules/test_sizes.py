"""Functions are short and take few arguments, records are filled by name, and the formatter formats."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

from tests.rules import measure
from tests.rules.measure import by_component, by_name
from tests.rules.package import NAME, Place, Trees, classes, nodes

MOST_FORMAT_SKIPS = 40
MOST_POSITIONAL_FIELDS = 5

#: ``fmt: skip`` that does not end an assignment at the top of a module, by component.
STILL_SKIPPED: dict[str, int] = {}

#: ``fmt: skip`` in all, as long as there are more than 40.
STILL_SKIPPED_IN_ALL: dict[str, int] = {}

#: Functions of more than 7 parameters.
STILL_WIDE: frozenset[str] = frozenset()

#: Dataclasses of more than 5 fields that take them by position.
STILL_POSITIONAL: frozenset[str] = frozenset(
    {"findings.correlation_rules.CorrelationRule", "findings.lifecycle.LifecycleState", "findings.rule.Rule"}
)

#: ``dict[str, Any]`` by component.
UNTYPED_DICTS: dict[str, int] = {
    "checks": 1,
    "detectors": 1,
    "kernels": 9,
    "lake": 1,
    "ledger": 2,
    "metrics": 2,
    "operations": 1,
    "report_content": 13,
    "reports": 43,
    "runner": 1,
    "scheduling": 1,
    "sources": 9,
    "subsystems": 14,
}

#: Functions of more than 40 lines by component; docstrings are free.
LONG_FUNCTIONS: dict[str, int] = {}


def test_the_formatter_is_stopped_for_tables_of_data_alone(
    trees: Trees, modules: dict[str, Path], hold: Callable[..., None]
) -> None:
    every, misplaced = measure.format_skips(trees, measure.texts(modules))
    hold(
        "STILL_SKIPPED",
        by_component(misplaced),
        "`fmt: skip` is for a table at the top of a module. Elsewhere let ruff format, and shorten what becomes long.",
    )
    hold(
        "STILL_SKIPPED_IN_ALL",
        {"package": every} if len(every) > MOST_FORMAT_SKIPS else {},
        f"At most {MOST_FORMAT_SKIPS} tables are worth a layout of their own. Remove `fmt: skip` and let ruff format.",
    )


def test_no_function_takes_many_parameters(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_WIDE",
        by_name(measure.wide_functions(trees)),
        f"More than {measure.MOST_PARAMETERS} parameters are something that has no name yet. Give it one: hand over a "
        "dataclass, or split the function.",
    )


def test_large_dataclasses_are_filled_by_name(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_POSITIONAL",
        by_name(positional_dataclasses(trees)),
        f"Of more than {MOST_POSITIONAL_FIELDS} values by position two are swapped and nobody sees it. "
        "Write @dataclass(kw_only=True).",
    )


def test_untyped_dicts_only_become_fewer(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "UNTYPED_DICTS",
        by_component(untyped_dicts(trees)),
        "`dict[str, Any]` tells neither a reader nor mypy what is in it. Declare a dataclass or a TypedDict.",
    )


def test_long_functions_only_become_fewer(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "LONG_FUNCTIONS",
        by_component(measure.long_functions(trees)),
        f"A function of more than {measure.LONGEST_FUNCTION} lines does several things. Split it by them.",
    )


def test_a_misplaced_format_skip_is_seen() -> None:
    text = 'A = {\n    "a": 1,\n}  # fmt: skip\ndef f():\n    b = (1,\n        2)  # fmt: skip\n'
    every, misplaced = measure.format_skips({f"{NAME}.lake": ast.parse(text)}, {f"{NAME}.lake": text})
    assert ([place.line for place in every], [place.line for place in misplaced]) == ([3, 6], [6])


def test_parameters_are_counted_whatever_their_kind() -> None:
    text = """
class A:
    def seven(self, a, b, /, c, d, *, e, f, g): ...
    def eight(self, a, *b, c, d, e, f, g, **h): ...
@app.command()
def command(a, b, c, d, e, f, g, h): ...
"""
    assert [place.name for place in measure.wide_functions({f"{NAME}.lake": ast.parse(text)})] == ["A.eight"]


def test_a_docstring_does_not_make_a_function_long() -> None:
    body = "\n".join(["    pass"] * 39)
    text = f'def short():\n    """Return.\n\n\n    """\n{body}\ndef long():\n    pass\n{body}'
    assert [place.name for place in measure.long_functions({f"{NAME}.lake": ast.parse(text)})] == ["long"]


def test_dataclasses_by_position_and_untyped_dicts_are_seen() -> None:
    fields = "\n".join(f"    {name}: dict[str, Any]" for name in "abcdef")
    text = f"@dataclass\nclass A:\n{fields}\n@dataclass(frozen=True, kw_only=True)\nclass B:\n{fields}"
    assert [place.name for place in positional_dataclasses({f"{NAME}.lake": ast.parse(text)})] == ["A"]
    assert len(untyped_dicts({f"{NAME}.lake": ast.parse(text)})) == 12


def positional_dataclasses(trees: Trees) -> list[Place]:
    """Return the dataclasses of more than 5 fields that are not keyword-only."""
    return [
        Place(module, node.lineno, name)
        for module, tree in trees.items()
        for name, node in classes(tree)
        if _is_positional(node) and len(_fields(node)) > MOST_POSITIONAL_FIELDS
    ]


def untyped_dicts(trees: Trees) -> list[Place]:
    """Return the annotations ``dict[str, Any]``."""
    return [
        Place(module, node.lineno)
        for module, tree in trees.items()
        for node in nodes(tree)
        if isinstance(node, ast.Subscript) and ast.unparse(node) == "dict[str, Any]"
    ]


def _is_positional(node: ast.ClassDef) -> bool:
    """Return whether a class is a dataclass, and not a keyword-only one."""
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        if ast.unparse(call.func if call else decorator).rpartition(".")[2] == "dataclass":
            keywords = call.keywords if call else []
            return not any(keyword.arg == "kw_only" and ast.unparse(keyword.value) == "True" for keyword in keywords)
    return False


def _fields(node: ast.ClassDef) -> list[ast.AnnAssign]:
    return [
        field
        for field in node.body
        if isinstance(field, ast.AnnAssign) and "ClassVar" not in ast.unparse(field.annotation)
    ]
