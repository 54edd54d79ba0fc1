"""Texts of ``--help`` in the language of the reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from ntanalytics.cli.usage_errors import SENTENCES
from ntanalytics.language import tr

#: Attributes of a command and of its parameters that a person reads.
_ATTRIBUTES = ("help", "short_help", "epilog", "rich_help_panel")

#: Place behind a full-width mark.
_MARK = re.compile(r"(?<=[；。，：])(?=\S)|(?<=、)(?=[A-Za-z0-9])")

#: Words of typer in the help and in its messages; it asks gettext for them.
WORDS = (
    "Arguments",
    "Options",
    "Commands",
    "Error",
    "(deprecated) ",
    "[default: {}]",
    "[env var: {}]",
    "[required]",
    "Aborted.",
    "Try [blue]'{command_path} {help_option}'[/] for help.",
    "Missing command.",
    "No such command {name!r}.",
    "(dynamic)",
    "default: {default}",
    "required",
)


def translate_help(command: Any) -> None:
    """Put the help of a command, and of all commands of a group, into the language of the reader."""
    for part, attribute in _texts(command):
        text = tr(getattr(part, attribute))
        setattr(part, attribute, _with_breaks(text) if attribute in ("help", "short_help") else text)


def _with_breaks(text: str) -> str:
    """Return a text with a blank behind full-width marks: a table of the help breaks at blanks alone, and cuts."""
    return _MARK.sub(" ", text)


def help_texts(app: typer.Typer) -> Iterator[str]:
    """Yield every text of the help of a program, in English, the words of typer, and its sentences on errors."""
    yield from WORDS
    yield from SENTENCES
    for part, attribute in _texts(get_command(app)):
        yield getattr(part, attribute)


def _texts(command: Any) -> Iterator[tuple[Any, str]]:
    """Yield each part of a command that has a text, and the name of the attribute."""
    for part in (command, command.get_help_option(typer.Context(command)), *command.params):
        for attribute in _ATTRIBUTES:
            if isinstance(getattr(part, attribute, None), str):
                yield part, attribute
    for inner in getattr(command, "commands", {}).values():
        yield from _texts(inner)
