"""Bring the translations of messages in step with the code: ``make messages``.

It collects the messages, writes them into ``ntanalytics/locale/ntanalytics.pot``, adds new ones to each language's
catalogue, drops those that are gone, and compiles what gettext reads. A message is the literal in ``tr("...")``, the
help of a command, or a word or a sentence of typer.
"""

from __future__ import annotations

import ast
import datetime as dt
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from ntanalytics.cli import app
from ntanalytics.cli.help_texts import help_texts
from ntanalytics.language import CHINESE, DOMAIN, FOLDER

PACKAGE = FOLDER.parent
#: Files of the same messages are the same bytes.
MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def main() -> int:
    """Write template and catalogues, and return the number of messages without a translation."""
    template = catalogue_of(messages(parsed()))
    write(template, FOLDER / f"{DOMAIN}.pot")
    path = FOLDER / CHINESE / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        translated = read_po(file, locale=CHINESE)
    translated.update(template, no_fuzzy_matching=True)
    translated.obsolete.clear()
    translated.revision_date = translated.creation_date = MOMENT
    write(translated, path)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, translated)
    missing = [message.id for message in translated if message.id and not message.string]
    for text in missing:
        print(f"no translation in {path}: {text!r}", file=sys.stderr)  # noqa: T201
    return len(missing)


def parsed() -> list[ast.Module]:
    """Return the modules of the package."""
    return [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]


def messages(trees: Collection[ast.Module]) -> set[str]:
    """Return every message of the package, of which these are the modules, and of the program that installs it."""
    trees = [*trees, ast.parse((PACKAGE.parent / "install.py").read_text(encoding="utf-8"))]
    constants = dict(pair for tree in trees for pair in _constants(tree))
    found = {text for tree in trees for text in _of(tree, constants)}
    return {text for text in found | set(help_texts(app)) if text}


def catalogue_of(found: set[str]) -> Catalog:
    """Return a template with the messages."""
    template = Catalog(project=DOMAIN, creation_date=MOMENT, fuzzy=False)
    for text in sorted(found):
        template.add(text)
    return template


def write(catalogue: Catalog, path: Path) -> None:
    """Write a template or a catalogue, without the places of messages, which every edit would move."""
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, no_location=True, sort_output=True, omit_header=False)


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the texts that a module assigns to a name in capitals: ``tr(_TODO)`` means one of its module."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from ((target.id, node.value.value) for target in node.targets if isinstance(target, ast.Name))


def _of(tree: ast.Module, constants: dict[str, str]) -> Iterator[str]:
    """Yield the messages of a module: of ``tr``, and the kind of thing that an unknown name would be."""
    own = {**constants, **dict(_constants(tree))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"tr", "UnknownName"}:
            first = node.args[0]
            if isinstance(first, ast.Constant):
                yield str(first.value)
            elif isinstance(first, ast.Name) and first.id.isupper():
                yield own[first.id]


if __name__ == "__main__":
    sys.exit(min(main(), 1))
