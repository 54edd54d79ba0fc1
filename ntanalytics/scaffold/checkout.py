"""The checkout into which scaffolds are written, and the templates that they are made of."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2

from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.settings import project_dir

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_MOST_CHARACTERS = 30
#: Names without a meaning (tests/rules/test_layout.py).
_MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "tools", "lib", "shared"}
_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Scaffold:
    """Files of something new.

    Attributes:
        written: new files.
        changed: files with lines that were added.
    """

    written: list[Path]
    changed: list[Path]


def find_checkout(thing: str, root: Path | None = None) -> Path:
    """Return the root of the checkout.

    Args:
        thing: the new thing with its article, for the message: ``a report``.
        root: the checkout; default: the one that this program runs from.

    Raises:
        UsageError: it is no checkout.
    """
    checkout = root or project_dir("notebooks").parent
    if not (checkout / "pyproject.toml").is_file():
        raise UsageError(
            tr("{thing} is written into the source code, and this program runs without it", thing=thing),
            where=str(checkout),
            todo=tr("clone the repository, run `make setup` there, and use its .venv/bin/ntanalytics"),
        )
    return checkout


def check_name(name: str, thing: str, *, reserved: Collection[str], example: str) -> None:
    """Check the name of something new.

    Args:
        name: the name.
        thing: the new thing with its article.
        reserved: names that it must not have.
        example: a good name, for the message.

    Raises:
        UsageError: the name cannot be used.
    """
    is_name = _NAME.fullmatch(name) and len(name) <= _MOST_CHARACTERS and not keyword.iskeyword(name)
    if not is_name or name in _MEANINGLESS or name in reserved:
        raise UsageError(
            tr("{name!r} is no name for {thing}", name=name, thing=thing),
            todo=tr("use up to {most} small letters, digits and _: {example}", most=_MOST_CHARACTERS, example=example),
        )


def render(template: str, values: Mapping[str, object]) -> str:
    """Return a template filled with values, which are checked names or come from the contract."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the result is Python, no page
    )
    return environment.get_template(template).render(values)


def write_files(checkout: Path, files: Mapping[Path, str]) -> list[Path]:
    """Write new files, all or none, and return their paths.

    Raises:
        UsageError: one of them exists.
    """
    for path in files:
        if path.exists():
            raise UsageError(
                tr("{file} is there already", file=path.relative_to(checkout)), todo=tr("choose another name")
            )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)
