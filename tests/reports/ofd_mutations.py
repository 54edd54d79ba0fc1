"""One-character changes of an OFD file's texts, tags and attachments, and the share of them that is found and named.

``python -m tests.reports.ofd_mutations report.ofd 10000`` counts them; the suite tries a few hundred.
"""

from __future__ import annotations

import io
import random
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ntanalytics.reports.verification import verify_ofd

#: What is changed: the texts on the pages, and every character of tags and attachments.
_TEXT = re.compile(r"(?<=>)[^<>\n]+(?=</ofd:TextCode>)")
_WHOLE = ("Doc_0/Tags/figures.xml", "Doc_0/Attachs/figures.json", "Doc_0/Attachs/findings.json")
_LETTERS = "0123456789.,%−-+年月日万abcdefz<>&\"' "

#: Words that name a figure or a finding in a difference.
_NAMED = re.compile(r"page (\d+|None), |piece \d+, |recorded is page")


@dataclass(frozen=True)
class Change:
    """A character of a part that is replaced by another one."""

    path: str
    place: int
    character: str


def changes(parts: dict[str, str], seed: int) -> Iterator[Change]:
    """Return random changes without end: each changeable character of the file is as likely as any other."""
    draw = random.Random(seed)
    spans: list[tuple[str, int, int]] = []
    for path, text in parts.items():
        if "/Pages/" in path:
            spans += [(path, *found.span()) for found in _TEXT.finditer(text)]
        elif path in _WHOLE:
            spans.append((path, 0, len(text)))
    weights = [end - start for _, start, end in spans]
    while True:
        ((path, start, end),) = draw.choices(spans, weights)
        place = draw.randrange(start, end)
        character = draw.choice(_LETTERS)
        if character != parts[path][place]:
            yield Change(path, place, character)


def text_parts(file: bytes) -> dict[str, str]:
    """Return the parts of a file that are texts."""
    parts = verify_ofd.read_parts(io.BytesIO(file))
    return {path: content.decode() for path, content in parts.items() if path.endswith((".xml", ".json", ".txt"))}


def changed(file: bytes, path: str, content: bytes) -> bytes:
    """Return the file with another content of a part."""
    parts = verify_ofd.read_parts(io.BytesIO(file)) | {path: content}
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return result.getvalue()


def apply(file: bytes, parts: dict[str, str], change: Change) -> bytes:
    """Return the file with one character replaced."""
    text = parts[change.path]
    return changed(file, change.path, (text[: change.place] + change.character + text[change.place + 1 :]).encode())


def is_named(differences: list[str]) -> bool:
    """Return whether one of the differences names a figure or a finding."""
    return any(_NAMED.search(difference) for difference in differences)


def main() -> None:
    """Count what is found and what is named, and print both."""
    verify_ofd.read_code = cache(verify_ofd.read_code)  # the code is always the same
    file, count = Path(sys.argv[1]).read_bytes(), int(sys.argv[2])
    parts, found, named = text_parts(file), 0, 0
    for number, change in enumerate(changes(parts, seed=7), 1):
        _, differences = verify_ofd.check(io.BytesIO(apply(file, parts, change)))
        found, named = found + bool(differences), named + is_named(differences)
        if not is_named(differences):
            sys.stdout.write(f"{change} {differences[:3]}\n")
        if number % 500 == 0:
            sys.stdout.write(f"{number} changes: {found} found, {named} named\n")
            sys.stdout.flush()
        if number == count:
            return


if __name__ == "__main__":
    main()
