"""Golden files hold ids, values and states, short enough that a change in them is read line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

MOST_LINES = 300
#: A Chinese string of more characters is a sentence, and not a label.
LONGEST_LABEL = 12

#: Golden files with sentences, and how many.
STILL_PROSE: dict[str, int] = {}

#: Golden files of more than 300 lines.
STILL_LONG: frozenset[str] = frozenset()

_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@pytest.fixture(scope="module")
def golden(root: Path) -> dict[str, Path]:
    folder = root / "tests" / "golden"
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    assert files, "there is no golden file: the rules would pass on nothing"
    return files


def test_golden_files_hold_no_sentences(golden: dict[str, Path], hold: Callable[..., None]) -> None:
    hold(
        "STILL_PROSE",
        {name: sentences(read(path)) for name, path in golden.items()},
        "A sentence in a golden file fails with every change of wording, and hides the change of a figure. Write ids, "
        "values and states; a sentence is tested beside text.py.",
    )


def test_golden_files_are_short(golden: dict[str, Path], hold: Callable[..., None]) -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in golden.items()}
    hold(
        "STILL_LONG",
        {name: [f"{lines} lines"] for name, lines in lengths.items() if lines > MOST_LINES},
        f"Nobody reads a difference in more than {MOST_LINES} lines. Keep what a reader would check by hand.",
    )


def test_a_sentence_is_seen_and_a_label_is_not() -> None:
    content = {
        "rule": "sms.delivery_rate_of_one_carrier",
        "entity": "中国联通",
        "rows": [{"逾期未签收的公文共有十二件。": 1}],
    }
    assert sentences(content) == ["逾期未签收的公文共有十二件。"]


def read(path: Path) -> object:
    """Return the content of a golden file: of JSON or YAML its data, of another its lines."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    return yaml.safe_load(text) if path.suffix in {".yml", ".yaml"} else text.splitlines()


def sentences(content: object) -> list[str]:
    """Return the Chinese strings, keys included, that are longer than a label."""
    return [text for text in strings(content) if len(text) > LONGEST_LABEL and _CHINESE.search(text)]


def strings(content: object) -> Iterator[str]:
    """Yield every string of nested lists and mappings."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from strings(key)
            yield from strings(value)
    elif isinstance(content, list):
        for value in content:
            yield from strings(value)
