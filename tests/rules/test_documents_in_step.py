"""What the documents name is there: commands with options, settings, headers of mappings, messages, names to import."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from babel.messages.pofile import read_po
from pydantic import BaseModel

from ntanalytics import cli
from ntanalytics.catalog import loading
from ntanalytics.language import CHINESE, DOMAIN, FOLDER
from ntanalytics.settings import Settings, load, read_calendar
from ntanalytics.settings.channels import Recipient
from ntanalytics.settings.jobs import Job, load_jobs
from tests.rules import package

#: A command as it is typed at the begin of a line or of a span of code, up to a comment or the next command.
TYPED = re.compile(r"(?:\$ )?(?:\S*/)?ntanalytics +(?P<words>.*?)(?:\s+#|;|&&|(?<!\\)\|\s|$)")
FENCED = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
#: Options that typer gives to each command, and those of the program itself.
GIVEN = {"--help", "--config"}
#: Heading of the first column of a table → what its spans of code are.
KEYS, MESSAGES, NAMES, FIGURES = "键", "提示", "名称", "数字"
#: Largest pictures, in bytes.
LARGEST_PICTURE = 150_000


@pytest.fixture(scope="module")
def pages(root: Path) -> dict[str, str]:
    """The text of every page that tells how to use the program, by its path."""
    paths = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in sorted(paths)}


@pytest.fixture(scope="module")
def chinese(pages: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in pages.items() if path.startswith("docs/zh/")}


@pytest.fixture(scope="module")
def said() -> str:
    """Every text of the package."""
    nodes = (node for tree in package.trees().values() for node in package.nodes(tree))
    return "\n".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    """Every command, those of a group as ``map check``."""
    found: dict[str, Any] = {}
    for name, command in typer.main.get_command(cli.app).commands.items():
        found[name] = command
        found |= {f"{name} {inner}": each for inner, each in getattr(command, "commands", {}).items()}
    return found


def test_every_command_and_option_that_a_page_names_is_there(pages: dict[str, str], commands: dict[str, Any]) -> None:
    past = {"CHANGELOG.md"}
    wrong = [
        f"{page}: ntanalytics {typed}: {why}"
        for page, text in pages.items()
        if page not in past
        for typed in _typed(text)
        if (why := _fault(typed, commands))
    ]
    assert not wrong, "a reader types what stands there:\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("run sms_volume --period 2026-W47 -p unit=x", ""),
        ("--config site.yml map check nginx --from 2026-11-20", ""),
        ("run sms_volume --perod last-week", "no option --perod"),
        ("map chek nginx", "no command map chek"),
        ("rnu sms_volume", "no command rnu"),
    ],
)
def test_a_wrong_command_is_found(typed: str, why: str, commands: dict[str, Any]) -> None:
    assert _fault(typed, commands) == why


def test_every_command_is_told_in_chinese(chinese: dict[str, str], commands: dict[str, Any]) -> None:
    named = {typed for text in chinese.values() for typed in _typed(text)}
    missing = [name for name in commands if not any(f"{typed} ".startswith(f"{name} ") for typed in named)]
    assert not missing, f"{missing}: name them under docs/zh/"


def test_every_key_of_a_chinese_table_is_there(chinese: dict[str, str]) -> None:
    models = (Settings, Job, Recipient, loading._SourceFile, loading._Header)
    known = {key for model in models for key in _keys(model)}
    named = {key for text in chinese.values() for key in _first_column(text, KEYS)}
    assert named - known == set(), "no settings, job, source.yml or mapping header has these keys"
    assert known - named == set(), "add these keys to a table under docs/zh/"


def test_every_example_of_settings_can_be_loaded(pages: dict[str, str], tmp_path: Path) -> None:
    count = 0
    for page, text in pages.items():
        for code in _blocks(text, "yaml"):
            file = tmp_path / f"{(count := count + 1)}.yml"
            file.write_text(code, encoding="utf-8")
            keys = set(yaml.safe_load(code) or ())
            if keys == {"jobs"}:
                load_jobs(file)
            elif keys and all(isinstance(key, int) for key in keys):
                read_calendar(file)
            elif keys <= set(Settings.model_fields):
                load(file)
            else:
                assert page == "docs/scale.md", f"{page}: {sorted(keys)} are no settings"
    assert count > 10, "the documents have no examples: the rule would pass without looking"


def test_every_mapping_of_the_chinese_pages_fits_the_contract(chinese: dict[str, str], tmp_path: Path) -> None:
    pattern = re.compile(r"`queries/\w+/(?P<name>[\w.]+\.sql)`：\n\n```sql\n(?P<sql>.*?)```", re.DOTALL)
    examples = [match for text in chinese.values() for match in pattern.finditer(text)]
    assert examples, "no mapping is shown: the rule would pass without looking"
    (tmp_path / "source.yml").write_text("{title: x, kind: database, needs: x}\n", encoding="utf-8")
    (tmp_path / "terminal.csv").write_text("theirs,ours\npc,pc\n", encoding="utf-8")
    for example in examples:
        (tmp_path / example["name"]).write_text(example["sql"], encoding="utf-8")
    assert {name for name, _ in loading.load_product(tmp_path).mappings}


def test_every_message_of_the_chinese_pages_is_one_that_their_readers_see(chinese: dict[str, str]) -> None:
    with (FOLDER / CHINESE / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        told = [str(message.string) for message in read_po(file)]
    named = {phrase for text in chinese.values() for phrase in _first_column(text, MESSAGES)}
    assert named, "no table of messages was found"
    missing = [
        phrase
        for phrase in sorted(named)
        if not any(all(part.strip(" …") in message for part in phrase.split(" … ")) for message in told)
    ]
    assert missing == [], "the program says no such thing any more, or says it in English to nobody"


def test_every_figure_that_the_guide_explains_is_one_of_the_reports(chinese: dict[str, str], said: str) -> None:
    rows = _rows(chinese["docs/zh/reading.md"], FIGURES)
    named = {label for row in rows for label in row[0].split("、")}
    assert named, "no table of figures was found"
    assert {label for label in named if label not in said} == set(), "no report has a figure of this name any more"


def test_every_name_that_an_example_imports_is_there(pages: dict[str, str]) -> None:
    trees = package.trees()
    missing = []
    for page, text in pages.items():
        for code in _blocks(text, "python"):
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package.NAME):
                    missing += [
                        f"{page}: {node.module}.{each.name}" for each in node.names if not _has(trees, node, each.name)
                    ]
    assert not missing, f"{missing} cannot be imported"


def test_every_member_that_the_analysis_manual_names_is_there(chinese: dict[str, str]) -> None:
    component = [tree for name, tree in package.trees().items() if name.startswith(f"{package.NAME}.workspace")]
    identifiers = {
        word
        for tree in component
        for node in package.nodes(tree)
        for word in (
            getattr(node, "name", None),
            getattr(node, "attr", None),
            getattr(getattr(node, "target", None), "id", None),
        )
        if word
    }
    rows = [row for row in _rows(chinese["docs/zh/analysis.md"], NAMES) if len(row) == 3]
    members = {span for row in rows for span in SPAN.findall(row[2])}
    assert members, "the table of the workspace was not found"
    assert members - identifiers == set(), "ntanalytics.workspace has no such members"


def test_pictures_are_small(root: Path) -> None:
    pictures = [path for ending in ("png", "jpg") for path in (root / "docs").rglob(f"*.{ending}")]
    assert pictures, "no picture was found"
    large = [str(path.relative_to(root)) for path in pictures if path.stat().st_size > LARGEST_PICTURE]
    assert not large, f"{large}: docs/take_pictures.py makes them smaller than {LARGEST_PICTURE:,} bytes"


def _blocks(text: str, language: str) -> Iterator[str]:
    """Yield the code of each fenced block of a language, without its indentation."""
    for match in FENCED.finditer(text):
        if match["language"] == language:
            yield re.sub(rf"^{match['indent']}", "", match["code"], flags=re.MULTILINE)


def _typed(text: str) -> Iterator[str]:
    """Yield what follows ``ntanalytics`` in each command of a page, without the settings file."""
    lines = [line.strip() for match in FENCED.finditer(text) for line in match["code"].splitlines()]
    for code in [*lines, *SPAN.findall(FENCED.sub("", text))]:
        if (match := TYPED.match(code)) and re.match(r"[a-z-]", match["words"]):
            yield re.sub(r"^--config \S+ +", "", match["words"]).strip()


def _fault(typed: str, commands: dict[str, Any]) -> str:
    """Return what of a command is not there; empty if all is."""
    words = re.sub(r"^--config \S+ +", "", typed).split()
    name = " ".join(words[:1])
    if getattr(commands.get(name), "commands", None) and len(words) > 1:
        name = " ".join(words[:2])
    if name not in commands:
        return f"no command {name}"
    known = {option for parameter in commands[name].params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [option for option in OPTION.findall(typed) if option not in known | GIVEN]
    return f"no option {unknown[0]}" if unknown else ""


def _rows(text: str, heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables whose first column has a heading."""
    for table in re.findall(r"(?:^ *\|.*\n)+", text, re.MULTILINE):
        head, _, *rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]
        if head[0] == heading:
            yield from rows


def _first_column(text: str, heading: str) -> set[str]:
    return {span for row in _rows(text, heading) for span in SPAN.findall(row[0])}


def _keys(model: type[BaseModel]) -> Iterator[str]:
    """Yield the keys of a settings file's part, those of its parts included."""
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        yield name
        for part in _parts(field.annotation):
            yield from _keys(part)


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _parts(argument)


def _has(trees: package.Trees, node: ast.ImportFrom, name: str) -> bool:
    """Return True if a module has a name: a submodule, or something that it defines or imports."""
    if f"{node.module}.{name}" in trees:
        return True
    defined = {
        word
        for each in package.nodes(trees.get(node.module or "", ast.parse("")))
        for word in (getattr(each, "name", None), getattr(each, "asname", None), getattr(each, "id", None))
        if word
    }
    return name in defined
