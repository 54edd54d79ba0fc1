"""Groups of the commands, in the order in which a site uses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup

from ntanalytics.cli.usage_errors import in_language_of_reader

#: Option of the program that may also stand after a command.
SETTINGS_FILE = "--config"

#: Title of a group → its commands. Both are shown in this order.
GROUPS: dict[str, tuple[str, ...]] = {
    "Set up": ("init", "doctor", "demo"),
    "Connect sources": ("contract", "connect", "map", "extract"),
    "Issue reports": ("run", "backfill", "verify", "remark", "reproduce", "index"),
    "Watch": ("schedule", "run-due", "deliver", "health", "history"),
    "Maintain": ("calendar", "maintain", "retention", "backup", "restore", "upgrade"),
    "Analyse and extend": ("lab", "rules", "evaluate", "new"),
}


class GroupedCommands(TyperGroup):
    """All commands of the program, listed by group."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        commands = self.commands
        self.commands = {name: commands[name] for names in GROUPS.values() for name in names}
        for title, names in GROUPS.items():
            for name in names:
                self.commands[name].rich_help_panel = title  # type: ignore[attr-defined]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments of the program; its settings file may be named before or after the command."""
        with in_language_of_reader():
            return super().parse_args(ctx, settings_file_first(args))

    def invoke(self, ctx: Any) -> Any:
        """Read the arguments of the command, and run it."""
        with in_language_of_reader():
            return super().invoke(ctx)


def settings_file_first(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with ``--config FILE`` before the command, wherever it stood; behind ``--`` none is read."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    others: list[str] = []
    options = iter(arguments[:end])
    for argument in options:
        if argument == SETTINGS_FILE:
            file = next(options, None)
            if file is None:
                return [SETTINGS_FILE]  # typer says that it takes a value
            first += [argument, file]
        else:
            (first if argument.startswith(f"{SETTINGS_FILE}=") else others).append(argument)
    return [*first, *others, *arguments[end:]]
