"""Whatever can be typed or set is documented, and what is generated is up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from ntanalytics import cli, settings
from ntanalytics.catalog import documents as products
from ntanalytics.contract import DATASETS
from ntanalytics.contract.documents import document, page
from ntanalytics.errors import NtaError

#: Options that typer adds to every program.
GIVEN = {"--help", "--install-completion", "--show-completion"}


@pytest.fixture(scope="module")
def documents(root: Path) -> str:
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in pages)


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    found = dict(typer.main.get_command(cli.app).commands)
    assert found, "the program has no command"
    return found


def test_every_command_is_in_the_readme(commands: dict[str, Any], root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    missing = sorted(name for name in commands if f"`ntanalytics {name}" not in readme)
    assert not missing, f"{missing}: a command that README.md does not name is found by nobody"


def test_every_command_and_option_has_help(commands: dict[str, Any]) -> None:
    bare = [name for name, command in commands.items() if not command.help]
    bare += [
        f"{name} {'/'.join(parameter.opts)}"
        for name, command in commands.items()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert not bare, f"{bare}: say in a sentence what it is for"


def test_every_command_shows_an_example(commands: dict[str, Any]) -> None:
    bare = [
        name for name, command in commands.items() if f"ntanalytics {name}" not in f"{command.help}{command.epilog}"
    ]
    assert not bare, f"{bare}: --help ends with an example that can be typed"


def test_every_option_is_documented(commands: dict[str, Any], documents: str) -> None:
    missing = sorted(
        f"{name} {option}"
        for name, command in commands.items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option not in GIVEN and option not in documents
    )
    assert not missing, f"{missing}: name the option in README.md or under docs/"


def test_every_setting_is_documented(root: Path) -> None:
    text = (root / "docs" / "settings.md").read_text(encoding="utf-8")
    missing = sorted({name for name in _settings(settings.Settings) if f"| `{name}` |" not in text})
    assert not missing, f"{missing}: add the setting to docs/settings.md"


def test_every_dataset_is_documented(root: Path) -> None:
    text = (root / "docs" / "datasets.md").read_text(encoding="utf-8")
    missing = sorted(name for name in DATASETS if f"## {name} " not in text)
    assert not missing, f"{missing}: run `make docs`"


def test_the_dataset_document_is_the_contract(root: Path) -> None:
    text = (root / "docs" / "datasets.md").read_text(encoding="utf-8")
    assert text == page(), "docs/datasets.md is generated: run `make docs`"


def test_the_products_document_is_that_of_the_mappings(root: Path) -> None:
    text = (root / "docs" / "products.md").read_text(encoding="utf-8")
    assert text == products.page(), "docs/products.md is generated: run `make docs`"


def test_a_dataset_document_names_every_column() -> None:
    for dataset in DATASETS.values():
        text = document(dataset)
        assert all(f"| `{column.name}` |" in text for column in dataset.columns), f"{dataset.name}: a column is missing"


def test_every_exit_code_is_in_the_readme(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    table = readme.partition("### Exit codes")[2].partition("\n## ")[0]
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert documented == {0, *_exit_codes(NtaError)}, "the README's table of exit codes and errors.py differ"


def test_every_link_between_documents_leads_somewhere(root: Path) -> None:
    for path in [*root.glob("*.md"), *(root / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: the link to {target} leads nowhere"


def test_every_path_that_a_document_names_is_there(root: Path) -> None:
    for name in ("README.md", "CONTRIBUTING.md", "GLOSSARY.md", "SECURITY.md"):
        text = (root / name).read_text(encoding="utf-8")
        for path in re.findall(r"`((?:docs|notebooks|ntanalytics|queries|tests)/[\w./*-]*)`", text):
            assert list(root.glob(path.rstrip("/"))), f"{name} names {path}, which is not there"


def _settings(model: type[BaseModel]) -> Iterator[str]:
    """The keys that a settings file may hold, those of its parts included."""
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        yield name
        for part in _parts(field.annotation):
            yield from _settings(part)


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _parts(argument)


def _exit_codes(kind: type[NtaError]) -> Iterator[int]:
    yield kind.exit_code
    for child in kind.__subclasses__():
        yield from _exit_codes(child)
