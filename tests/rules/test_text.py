"""Text for readers is typeset, and the repository names nothing of the place where it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.rules.package import modules, strings, trees

#: A Chinese character (or full-width mark) followed by ASCII punctuation: the reader sees a gap or a squeeze.
HALF_WIDTH = re.compile(r"[\u3400-\u9fff\u3001-\u3011\uff01-\uff60][,:;(]")
#: Code in a page, which has the punctuation of its language.
CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`|\]\([^)\n]*\)", re.MULTILINE | re.DOTALL)
#: Folders that exist on one machine only, and hosts of package indexes and CDNs, written so that this file passes.
PLACES = re.compile(
    r"(?<![\w./-])/(?:work|home|root|Users)/\w|/tmp/\w|"
    + "|".join(
        re.escape(host.replace(" ", "."))
        for host in (
            "pypi org", "pythonhosted org", "registry npmjs", "npmmirror com", "deb debian org", "conda anaconda org",
            "cdn plot ly", "cdn jsdelivr", "unpkg com", "cdnjs cloudflare", "tuna tsinghua", "mirrors aliyun",
        )
    )
)  # fmt: skip
#: Text that other people wrote, kept word for word.
FOREIGN = {".mo", ".woff2", ".png", ".xlsx", ".gz", ".jpg", ".ttf"}


def test_chinese_is_followed_by_full_width_punctuation(root: Path) -> None:
    found = sorted({f"{place}: {text!r}" for place, text in _texts(root) if HALF_WIDTH.search(text)})
    assert not found, "use ，：；（ after a Chinese character:\n" + "\n".join(found)


def test_no_file_names_a_machine_or_an_index(root: Path, committed: list[Path]) -> None:
    found = []
    for path in committed:
        if path.suffix in FOREIGN or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if match := PLACES.search(line):
                found.append(f"{path.relative_to(root)}:{number}: {match[0]}")
    assert not found, "an intranet has other folders and hosts; leave them to settings:\n" + "\n".join(found)


def test_every_file_ends_with_a_line_feed_and_is_utf8(root: Path, committed: list[Path]) -> None:
    found = []
    for path in committed:
        content = path.read_bytes()
        if path.suffix in FOREIGN or not content:
            continue
        if not content.endswith(b"\n") or b"\r\n" in content:
            found.append(str(path.relative_to(root)))
        content.decode("utf-8")
    assert not found, f"{found}: one line feed at the end, none with a carriage return"


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    """Every string of the package that is no docstring, every notebook cell, template and Chinese page."""
    for name, path in modules().items():
        for line, text in strings(trees()[name]):
            yield f"{path.relative_to(root)}:{line}", text
    for path in sorted((root / "notebooks").rglob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            yield str(path.relative_to(root)), "".join(cell["source"])
    for path in sorted((root / "queries").rglob("source.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        yield from ((str(path.relative_to(root)), value) for value in content.values() if isinstance(value, str))
    yield from _lines(root)


def _lines(root: Path) -> Iterator[tuple[str, str]]:
    """Every line of a template or a Chinese page, without code."""
    pages = [path for ending in ("j2", "html", "yml") for path in (root / "ntanalytics").rglob(f"*.{ending}")]
    for path in sorted([*pages, *root.glob("*.zh.md")]):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.relative_to(root)}:{number}", line
    for path in sorted((root / "docs" / "zh").glob("*.md")):
        text = CODE.sub(lambda code: "\n" * code[0].count("\n"), path.read_text(encoding="utf-8"))
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path.relative_to(root)}:{number}", line
