"""The markdown cells of a notebook as safe HTML: headings, paragraphs, lists, emphasis; nothing else."""

from __future__ import annotations

import re
from functools import cache

import lxml.html
import mistune
import nh3
from markupsafe import Markup

_TAGS = {"h2", "h3", "p", "ul", "ol", "li", "strong", "em", "br"}


@cache
def _parser() -> mistune.Markdown:
    return mistune.create_markdown(escape=True)


def to_html(markdown: str) -> Markup:
    """Return a markdown cell as HTML. Raw HTML is shown as text; links and pictures lose theirs (nothing is loaded).

    A heading of the first level becomes one of the second, since the page's title is the only first one.
    """
    html = re.sub(r"(</?)h1>", r"\1h2>", str(_parser()(markdown)))
    return Markup(nh3.clean(html, tags=_TAGS, attributes={}, link_rel=None))  # noqa: S704 — sanitized here


def headings(markdown: str) -> list[str]:
    """Return the texts of the headings of the first and second level, for the contents."""
    return [
        re.sub(r"[*_`]", "", line.lstrip("#")).strip() for line in markdown.splitlines() if re.match(r"#{1,2}\s", line)
    ]


def paragraphs(markdown: str) -> list[tuple[str, str]]:
    """Return the paragraphs as plain texts, each with its tag: ``h2``, ``h3``, ``p`` or ``li``."""
    root = lxml.html.fragment_fromstring(str(to_html(markdown)), create_parent="div")
    elements = root.xpath(".//*[self::h2 or self::h3 or self::p or self::li[not(p)]]")
    return [(element.tag, " ".join(element.text_content().split())) for element in elements]
