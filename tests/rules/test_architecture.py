"""docs/architecture.svg and docs/architecture.md show the package as it is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.rules.package import layers


@pytest.fixture(scope="module")
def drawn(root: Path) -> str:
    """The picture, drawn from the code as it is now."""
    script = root / "docs" / "draw_architecture.py"
    run = subprocess.run([sys.executable, str(script)], cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def committed_picture(root: Path) -> str:
    return (root / "docs" / "architecture.svg").read_text(encoding="utf-8")


def test_the_picture_shows_every_component_in_its_layer(drawn: str, committed_picture: str) -> None:
    now, then = _components(drawn), _components(committed_picture)
    assert now, "the picture has no component: the rule would pass without looking at anything"
    assert now == then, f"docs/architecture.svg is not up to date: run `make docs`\n{_difference(now, then)}"


def test_the_picture_shows_every_arrow(drawn: str, committed_picture: str) -> None:
    now, then = _arrows(drawn), _arrows(committed_picture)
    assert now, "the picture has no arrow: the rule would pass without looking at anything"
    assert now == then, f"docs/architecture.svg is not up to date: run `make docs`\n{_difference(now, then)}"


def test_the_same_code_draws_the_same_bytes(drawn: str, root: Path) -> None:
    script = root / "docs" / "draw_architecture.py"
    again = subprocess.run(
        [sys.executable, str(script)], cwd=root, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert again.stdout == drawn


def test_the_page_tells_of_every_component(root: Path) -> None:
    components = set(layers())
    section = (root / "docs" / "architecture.md").read_text(encoding="utf-8").partition("\n## The layers\n")[2]
    told = set(re.findall(r"^\| `(\w+)` \|", section.partition("\n## ")[0], re.MULTILINE))
    assert told == components, (
        f"the table of components in docs/architecture.md is not up to date\n{_difference(components, told)}"
    )


def test_every_path_that_the_page_names_is_there(root: Path) -> None:
    page = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"`([\w.-]+/[\w./<>-]*)`", page)) - {"outputs/"}
    patterns = {path: re.sub(r"<\w+>", "*", path).rstrip("/") for path in paths}
    places = (root, root / "ntanalytics")
    lost = sorted(path for path, pattern in patterns.items() if not any(list(p.glob(pattern)) for p in places))
    assert not lost, f"docs/architecture.md names {lost}, which is not there"


def _components(picture: str) -> set[tuple[str, ...]]:
    """Return kind, name and layer of every component in a picture."""
    return set(re.findall(r'<g class="([\w ]+)" data-component="(\w+)" data-layer="(\d+)"', picture))


def _arrows(picture: str) -> set[tuple[str, ...]]:
    """Return both ends of every arrow in a picture."""
    return set(re.findall(r'data-from="(\w+)" data-to="(\w+)"', picture))


def _difference(now: set[Any], then: set[Any]) -> str:
    """Return in words what is new and what is no more."""
    return f"in the code alone: {sorted(now - then)}; on the page alone: {sorted(then - now)}"
