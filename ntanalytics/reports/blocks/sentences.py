"""Sentences 要点: the main statements of a report, first on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from ntanalytics.findings.threshold import Status
from ntanalytics.reports.blocks.block import Block


@dataclass(frozen=True)
class Sentence:
    """One sentence: ``Sentence("11月18日送达率降至 71.0%。", "联通短信通道", "critical")``.

    Attributes:
        text: the sentence without its subject.
        subject: the words it begins with, set in bold, or empty.
        status: the status that colours its subject, or empty.
    """

    text: str
    subject: str = ""
    status: Status | Literal[""] = ""


@dataclass(frozen=True)
class Sentences(Block):
    """A numbered list of sentences."""

    kind: ClassVar[str] = "sentences"

    items: tuple[Sentence, ...] = field(default=(), kw_only=True)

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        items = [{"text": item.text, "subject": item.subject, "state": item.status} for item in self.items]
        return {"items": items}


def sentences(items: Sequence[str | Sentence], title: str = "", *, id: str = "sentences") -> Sentences:
    """Return a sentences block of plain texts or ``Sentence`` values; empty ones are left out."""
    parts = (item if isinstance(item, Sentence) else Sentence(item) for item in items)
    return Sentences(id, title, items=tuple(part for part in parts if part.text))
