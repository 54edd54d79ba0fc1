"""Every page that code, tests, SQL, notebooks and documents cite exists, and so does the heading that they name.

A citation is ``(docs/domain.md, SMS)``, ``docs/domain.md, "The platform"``, ``(docs/domain.md, Desk: backlog)`` with a
term of that section, or ``(docs/domain.md, Desk; O7)`` with two headings. A term is printed in bold or italics there.
A page is named from the root of the repository; a folder may name its own README.md alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import pytest

#: Files that name pages as they were at the time, and this one, whose citations are examples.
SKIPPED = {"CHANGELOG.md", Path(__file__).name}
#: A Markdown file as text names it, and no pattern such as ``*.md``.
NAMED = re.compile(r"(?<![\w./*{}-])[\w./-]*\w\.md\b")
#: After the name of a page: a heading in quotes, or plain ones up to the end of the bracket or sentence.
QUOTED = re.compile(r'(?:, | \()"(?P<heading>[^"]+)"')
PLAIN = re.compile(r"""(?:, )(?P<headings>[A-Z][^()"'`]*?)(?=[()"'`]|\.(?:\s|$)|$)""")
#: The end of a string that goes on in the next line, and the begin of a line of a comment or a quotation.
STRING_ENDS = re.compile(r"""(?P<feed>\\n)?["'](?:(?<=\\n["']),)?[ ]*\n\s*[fr]?["']""")
LINE_BEGINS = re.compile(r"[ ]*\n\s*(?:\#:?|--|//|>)?[ ]*")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(?P<level>#+) +(?P<heading>.+?) *$", re.MULTILINE)
TERM = re.compile(r"(?<![*\w])\*{1,2}(?P<term>[^*\n]+)\*{1,2}(?![*\w])")


@dataclass(frozen=True)
class Citation:
    """A page that a file names, with a heading and its terms, where it names these."""

    file: Path
    line: int
    page: str
    heading: str = ""
    terms: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def texts(root: Path, committed: list[Path]) -> dict[Path, str]:
    """The text of every file that names a page, by its path from the root."""
    contents = {
        path.relative_to(root): path.read_bytes()
        for path in committed
        if path.name not in SKIPPED and path.suffix != ".mo"
    }
    return {path: content.decode("utf-8") for path, content in contents.items() if b".md" in content}


def test_every_cited_page_and_heading_is_there(root: Path, texts: dict[Path, str]) -> None:
    cited = [citation for path, text in texts.items() for citation in citations(path, text)]
    assert any(citation.heading for citation in cited), "no heading is cited: the rule would pass without looking"
    wrong = [reason for citation in cited if (reason := fault(root, citation))]
    assert not wrong, f"{len(wrong)} citations lead nowhere:\n" + "\n".join(wrong)


def test_every_link_to_a_heading_leads_there(root: Path, texts: dict[Path, str]) -> None:
    wrong = []
    for path, text in texts.items():
        for match in LINK.finditer(text) if path.suffix == ".md" else ():
            name, _, anchor = match["target"].partition("#")
            page = root / path.parent / name if name else root / path
            if anchor and page.suffix == ".md" and page.is_file() and anchor not in map(_anchor, _headings(page)):
                wrong.append(f"{path}: {page.name} has no heading with the anchor #{anchor}")
    assert not wrong, "mend the link, or the heading:\n" + "\n".join(wrong)


def test_every_heading_of_the_domain_is_there_once(root: Path) -> None:
    headings = [heading.casefold() for heading in _headings(root / "docs" / "domain.md")]
    twice = sorted({heading for heading in headings if headings.count(heading) > 1})
    assert not twice, f"docs/domain.md has {twice} twice: a citation would have two meanings"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("docs/domain.md, SMS", ""),
        ('docs/domain.md ("The platform")', ""),
        ("docs/domain.md, SMS: delivery rate, backlog; O7", ""),
        ('docs/domain.md, SMS: "\n        "delivery\n    #: rate', ""),
        ("docs/domain.md, Sms", "docs/domain.md has no heading 'Sms'; did you mean 'SMS'?"),
        ('docs/domain.md, "The forms"', "docs/domain.md has no heading 'The forms'"),
        ("docs/domain.md, SMS: mood", "docs/domain.md, 'SMS' has no term 'mood'"),
        ("docs/domain.md, SMS; O77", "docs/domain.md has no heading 'O77'"),
        ("docs/dominion.md, SMS", "docs/dominion.md is not in the repository"),
        ("domain.md, SMS", "write docs/domain.md, not domain.md"),
    ],
)
def test_a_wrong_citation_is_told_with_its_reason(root: Path, text: str, reason: str) -> None:
    cited = citations(Path("module.py"), f"\n#: As defined ({text}).\n")
    reasons = [told for citation in cited if (told := fault(root, citation))]
    assert [told.partition(reason)[1] for told in reasons] == ([reason] if reason else []), reasons
    assert all(told.startswith("module.py:2: ") for told in reasons)


def citations(path: Path, text: str) -> Iterator[Citation]:
    """Return the citations in a file.

    Args:
        path: the file, relative to the root.
        text: its text.
    """
    # a link is followed by a test of its own, and a block of code in a document is typed and not read
    text = LINK.sub(_blank, FENCE.sub(_blank, text) if path.suffix == ".md" else text)
    for match in NAMED.finditer(text):
        if {text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]} <= {'"', "'"}:
            continue  # a file's name, to be opened
        place = (path, text.count("\n", 0, match.start()) + 1, match[0])
        rest = text[match.end() : match.end() + 400].replace('\\"', '"')
        rest = LINE_BEGINS.sub(" ", STRING_ENDS.sub(lambda end: " " if end["feed"] else "", rest))
        plain = PLAIN.match(rest)
        if quoted := QUOTED.match(rest):
            yield Citation(*place, quoted["heading"])
        elif plain:
            for part in plain["headings"].split(";"):
                heading, _, terms = part.partition(":")
                yield Citation(*place, heading.strip(), tuple(term.strip(" *") for term in terms.split(",") if term))
        else:
            yield Citation(*place)


def fault(root: Path, citation: Citation) -> str:
    """Return the reason for which a citation leads nowhere; empty where it is right."""
    place = f"{citation.file}:{citation.line}: "
    beside = root / citation.file.parent / citation.page
    page = beside if citation.page == "README.md" and beside.is_file() else root / citation.page
    if not page.is_file():
        if (root / "docs" / citation.page).is_file():
            return f"{place}write docs/{citation.page}, not {citation.page}"
        return f"{place}{citation.page} is not in the repository"
    sections = _headings(page)
    if not citation.heading:
        return ""
    if citation.heading not in sections:
        close = get_close_matches(citation.heading.casefold(), {name.casefold(): name for name in sections}, 1)
        names = [name for name in sections if name.casefold() in close]
        return f"{place}{citation.page} has no heading {citation.heading!r}" + (
            f"; did you mean {names[0]!r}?" if names else ""
        )
    terms = {match["term"].casefold() for match in TERM.finditer(sections[citation.heading])}
    unknown = [term for term in citation.terms if term.casefold() not in terms]
    return f"{place}{citation.page}, {citation.heading!r} has no term {unknown[0]!r} in bold" if unknown else ""


@cache
def _headings(page: Path) -> dict[str, str]:
    """Return the headings of a page, each with the text up to the next one of its level, without blocks of code."""
    text = FENCE.sub(_blank, page.read_text(encoding="utf-8"))
    found = list(HEADING.finditer(text))
    sections = {}
    for number, match in enumerate(found):
        later = (other.start() for other in found[number + 1 :] if len(other["level"]) <= len(match["level"]))
        sections[match["heading"].replace("`", "")] = text[match.end() : next(later, len(text))]
    return sections


def _anchor(heading: str) -> str:
    """Return the anchor by which a link leads to a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _blank(match: re.Match[str]) -> str:
    """Return the line feeds of a text that is left out, so that lines keep their numbers."""
    return "\n" * match[0].count("\n")
