"""Groups of the commands, in the order in which a site uses them."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

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
