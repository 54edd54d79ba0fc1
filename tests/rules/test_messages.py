"""Messages are translated: the template is in step with the code, and no message lacks its Chinese."""

from __future__ import annotations

import ast
import importlib.util
import string
from collections import defaultdict
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ntanalytics import errors
from ntanalytics.language import DOMAIN, FOLDER
from tests.rules.package import Place, Trees, nodes

MEND = (
    "run `make messages`, write the Chinese of each new message into "
    "ntanalytics/locale/zh_CN/LC_MESSAGES/ntanalytics.po, and run it again"
)
CATALOGUE = FOLDER / "zh_CN" / "LC_MESSAGES" / f"{DOMAIN}.po"

#: Messages that are formed without ``tr``, by component.
UNTRANSLATED: dict[str, int] = {}


@pytest.fixture(scope="module")
def writer(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_messages", root / "docs" / "write_messages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_CN")


@pytest.fixture(scope="module")
def wanted(writer: ModuleType, trees: Trees) -> set[str]:
    """Every message of the code."""
    return set(writer.messages(list(trees.values())))


def test_the_template_is_in_step_with_the_code(wanted: set[str]) -> None:
    with (FOLDER / f"{DOMAIN}.pot").open("rb") as file:
        listed = {message.id for message in read_po(file) if message.id}
    assert wanted - listed == set(), f"not in the template: {MEND}"
    assert listed - wanted == set(), f"in no code any more: {MEND}"


def test_every_message_has_its_chinese(wanted: set[str], chinese: Catalog) -> None:
    translated = {message.id for message in chinese if message.string and not message.fuzzy}
    assert wanted - translated == set(), MEND


def test_a_translation_has_the_placeholders_of_its_message(chinese: Catalog) -> None:
    wrong = [
        message.id for message in chinese if message.id and placeholders(message.id) != placeholders(message.string)
    ]
    assert not wrong, "a value would be missing from the Chinese, or would end in an error"


def test_what_gettext_reads_is_compiled_from_the_catalogue(chinese: Catalog) -> None:
    compiled = BytesIO()
    write_mo(compiled, chinese)
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled.getvalue(), MEND


def test_messages_are_formed_by_tr(trees: Trees, hold: Callable[..., None]) -> None:
    by_component: dict[str, list[Place]] = defaultdict(list)
    for module, tree in trees.items():
        for line in untranslated(tree):
            place = Place(module, line)
            by_component[place.component].append(place)
    hold(
        "UNTRANSLATED",
        by_component,
        'An operator reads it in his language: write tr("… {name} …", name=name) of ntanalytics.language for what an '
        f"error or a printed line says, then {MEND}.",
    )


def test_a_message_without_tr_is_seen() -> None:
    source = """
raise SettingsError(f"no key {name}", where="x", todo="write one")
raise SettingsError(tr("no key {name}", name=name), where="x y", todo=tr("write one"))
say(f"{path}")
say("wrote it" if path else tr("nothing"))
"""
    assert list(untranslated(ast.parse(source))) == [2, 2, 5]


def untranslated(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of a module with words in what an error or a printed line says, outside of ``tr``."""
    for node in nodes(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        is_error = isinstance(getattr(errors, name, None), type) and name != "UnknownName"
        if is_error or name in {"say", "complain"}:
            texts = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "todo")]
            yield from (part.lineno for text in texts for part in branches(text) if has_words(part))


def branches(text: ast.expr) -> Iterator[ast.expr]:
    """Yield the alternatives and the parts of a text."""
    if isinstance(text, ast.IfExp):
        yield from (*branches(text.body), *branches(text.orelse))
    elif isinstance(text, ast.BinOp):
        yield from (*branches(text.left), *branches(text.right))
    else:
        yield text


def has_words(text: ast.expr) -> bool:
    """Return whether a literal has letters that a person reads."""
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    fixed = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
    return any(character in string.ascii_letters for character in fixed)


def placeholders(text: str) -> set[str]:
    """Return the names of the values in a message; a text that is no template has none."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set()
