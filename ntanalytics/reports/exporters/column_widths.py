"""Widths of a table's columns on paper, in Latin characters: as wide as needed, and no figure broken."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from ntanalytics.reports.formats import STATUS_TEXTS, display_width

#: Latin characters on a line of the type area, in cells of 10.5 and of 9 pt.
LINE, SMALL_LINE = 84, 98

_CELL_MARGINS = 2  #: Latin characters that a cell's margins take
#: Width up to which a Chinese, and another, text is not broken.
_WHOLE, _WHOLE_LATIN = 6, 16

_MARKS = frozenset({*(text[0] for text in STATUS_TEXTS.values()), "▼"})


def column_widths(
    headings: Sequence[str], rows: Sequence[Sequence[str]], is_number: Sequence[bool]
) -> tuple[list[int], list[int]]:
    """Return the unbroken and the least width of each column in Latin characters, its margins included.

    A long heading may stand on two lines. Figures, times and short words are not broken; Chinese breaks anywhere. A
    figure gets a little more, for faces whose figures are wide.
    """
    wanted, least = [], []
    for is_right, (heading, *cells) in zip(is_number, zip(*(headings, *rows), strict=True), strict=True):
        title = display_width(heading)
        title = title if title <= _WHOLE else (title + 3) // 2
        wanted.append(max([title, *map(display_width, cells)]) + _CELL_MARGINS + is_right)
        width_of = display_width if is_right else _unbroken_width
        least.append(max([min(title, _WHOLE), *map(width_of, cells)]) + _CELL_MARGINS + is_right)
    return wanted, least


def _unbroken_width(text: str) -> int:
    """Return the width of the widest part of a text that must not be broken."""
    width = display_width(text)
    if text[:1] in _MARKS and width <= _WHOLE + 4:
        return width + 1  # most faces have a mark as wide as a Chinese character
    if width <= _WHOLE or (len(text) == width <= _WHOLE_LATIN):
        return width
    return min(max(map(len, re.findall(r"[!-~]+", text)), default=0), _WHOLE_LATIN)


def fit_widths(wanted: Sequence[int], least: Sequence[int], line: int) -> list[float]:
    """Return the share of the line of each column.

    Where all fit, all grow alike. Else each gets the root of the width it would need, which keeps the rows low, but no
    less than its least.
    """
    given: Sequence[float] = wanted
    if sum(wanted) > line:
        low, high = 0.0, float(line)
        for _ in range(40):
            level = (low + high) / 2
            given = [
                max(small, min(whole, level * math.sqrt(whole))) for whole, small in zip(wanted, least, strict=True)
            ]
            low, high = (level, high) if sum(given) < line else (low, level)
    return [width / sum(given) for width in given]
