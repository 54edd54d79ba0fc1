"""Lines of a paragraph: Chinese breaks anywhere but before a closing and after an opening mark, Latin between words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

#: Marks that no line begins with, and that none ends with.
_NO_BEGIN = frozenset("，。、；：？！）】》〉」』”’%％‰°·…—～)]}>,.;:?!")
_NO_END = frozenset("（【《〈「『“‘([{<≥≤▲▼")

_WORD = re.compile(r"[!-~\u00a1-\u02ff]+ ?|.", re.DOTALL)
_EXACT = 1e-6


def break_lines(text: str, advances: Sequence[float], width: float, indent: float = 0.0) -> list[tuple[int, int]]:
    """Return the first and the end index of each line; together the lines are the whole text.

    Args:
        text: the paragraph.
        advances: the advance of each character.
        width: the width of a line.
        indent: space before the first line.
    """
    places = [0.0, *accumulate(advances)]

    def used(start: int, end: int) -> float:
        return places[end - 1 if text[end - 1] == " " else end] - places[start]  # a space may stand beyond the edge

    lines: list[tuple[int, int]] = []
    start, room = 0, width - indent + _EXACT
    for first, end in _unbroken(text):
        if used(start, end) > room and first > start:
            lines.append((start, first))
            start, room = first, width + _EXACT
        while used(start, end) > room:
            cut = next(index for index in range(start + 1, end + 1) if places[index] - places[start] > room) - 1
            lines.append((start, max(cut, start + 1)))
            start, room = max(cut, start + 1), width + _EXACT
            if start == end:
                break
    return [*lines, (start, len(text))] if start < len(text) else lines


def _unbroken(text: str) -> list[tuple[int, int]]:
    """Return the parts that are not broken: words with the marks that belong to them."""
    parts: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        first, end = match.span()
        if parts and (text[first] in _NO_BEGIN or text[: parts[-1][1]].rstrip()[-1:] in _NO_END):
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((first, end))
    return parts
