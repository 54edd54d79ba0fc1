"""Sentences 要点: what the figures say, first thing on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from ntanalytics.reports.blocks.block import Block

State = Literal["ok", "warning", "critical", "unknown", ""]


@dataclass(frozen=True)
class Sentence:
    """One sentence.

    Attributes:
        text: what is said, without its subject.
        subject: the words it begins with, set in bold, or empty.
        state: a state whose mark stands before it, or empty.
    """

    text: str
    subject: str = ""
    state: State = ""


@dataclass(frozen=True)
class Sentences(Block):
    """A numbered list of sentences."""

    kind: ClassVar[str] = "sentences"

    items: tuple[Sentence, ...] = field(default=(), kw_only=True)
    is_half: bool = field(default=False, kw_only=True)

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        body: dict[str, Any] = {"items": [vars(each) for each in self.items]}
        return {**body, "is_half": True} if self.is_half else body


def say(text: str, subject: str = "", state: State = "") -> Sentence:
    """A sentence with a bold subject and a state: ``say("11月18日送达率降至 71.0%。", "联通短信通道", "critical")``."""
    return Sentence(text, subject, state)


def sentences(
    items: Sequence[str | Sentence], title: str = "", *, id: str = "sentences", is_half: bool = False
) -> Sentences:
    """The sentences block: plain texts, or sentences made by ``say``; empty ones are left out.

    ``is_half`` gives it half the width, so that it stands beside the block before or after it.
    """
    made = (each if isinstance(each, Sentence) else Sentence(each) for each in items)
    return Sentences(id, title, items=tuple(each for each in made if each.text), is_half=is_half)
