"""One word names one thing: a class, and a command and its file."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tests.rules.measure import duplicate_classes, is_command
from tests.rules.package import NAME, Trees

#: Names of classes that occur more than once, and how often.
STILL_CLASSES: dict[str, int] = {}

#: Files of cli/ that are not named as the one command, or group of commands, that they define.
STILL_FILES: frozenset[str] = frozenset({"map_check"})

#: Files of cli/ that define no command.
WITHOUT_COMMAND = {
    "program", "arguments", "groups", "help_texts", "results", "second_process", "steps", "tables", "terminal",
    "usage_errors", "__main__",
}  # fmt: skip


def test_the_name_of_a_class_occurs_once(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_CLASSES",
        duplicate_classes(trees),
        "Two classes of one name are confused in a search, an import and a traceback. Name each for what it is.",
    )


def test_a_file_of_the_command_line_is_named_as_its_command(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_FILES",
        {file: [f"it defines {sorted(names)}"] for file, names in commands(trees).items() if not is_named(file, names)},
        "A person who types `ntanalytics run-due` looks for run_due.py. A file has one command of its own name, or a "
        "group of that name.",
    )


def test_a_file_of_several_commands_is_seen() -> None:
    package = {
        f"{NAME}.cli.run_due": '@app.command("run-due", epilog="")\ndef due(): ...',
        f"{NAME}.cli.health": "@app.command()\ndef health(): ...",
        f"{NAME}.cli.map": 'maps = typer.Typer()\napp.add_typer(maps, name="map")\n@maps.command()\ndef check(): ...',
        f"{NAME}.cli.intake": "@app.command()\ndef init(): ...\n@app.command()\ndef extract(): ...",
        f"{NAME}.cli.shelving": "@app.command()\ndef index(): ...",
    }
    defined = commands({name: ast.parse(text) for name, text in package.items()})
    assert [file for file, names in defined.items() if not is_named(file, names)] == ["intake", "shelving"]


def commands(trees: Trees) -> dict[str, set[str]]:
    """Return what each file of cli/ defines: commands by their name, those of a group by the group's."""
    files = {name.removeprefix(f"{NAME}.cli."): tree for name, tree in trees.items() if name.startswith(f"{NAME}.cli.")}
    groups = {variable: group for tree in files.values() for variable, group in groups_of(tree).items()}
    return {
        file: {
            groups.get(variable, name)
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and is_command(node)
            for variable, name in typed(node)
        }
        for file, tree in files.items()
        if file not in WITHOUT_COMMAND
    }


def is_named(file: str, defined: set[str]) -> bool:
    """Return whether a file is named as the one thing that it defines."""
    return defined == {file.replace("_", "-")}


def groups_of(tree: ast.Module) -> dict[str, str]:
    """Return the groups of commands that a file adds to the program: variable → name."""
    return {
        ast.unparse(call.args[0]): keyword.value.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add_typer"
        for keyword in call.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    }


def typed(node: ast.FunctionDef) -> list[tuple[str, str]]:
    """Return the variable and the name of each command that typer makes of a function."""
    commands = []
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
            given = [*decorator.args, *(keyword.value for keyword in decorator.keywords if keyword.arg == "name")]
            names = [value.value for value in given if isinstance(value, ast.Constant)]
            commands.append((ast.unparse(decorator.func.value), names[0] if names else node.name.replace("_", "-")))
    return commands
