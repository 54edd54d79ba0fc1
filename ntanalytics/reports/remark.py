"""Block of a signed remark on a published report; a later version has one for each remark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ntanalytics.reports.blocks.sentences import Sentence, sentences

_ID = "remark-"


def is_remark(block_id: str) -> bool:
    """Return whether a block is a remark."""
    return block_id.startswith(_ID)


def remark_block(version: int, lines: Sequence[str], statement: str) -> Mapping[str, Any]:
    """Return the display bundle of a remark.

    Args:
        version: the version that adds it.
        lines: the remark, with its signature as the last line.
        statement: the sentence on what did not change.
    """
    items = [*map(Sentence, lines), Sentence(statement)]
    return sentences(items, f"签注（第{version}版）", id=f"{_ID}{version}")._repr_mimebundle_()
