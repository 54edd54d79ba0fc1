"""Tables of the command line: they fit the terminal without a folded word, down to 80 columns and less."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.padding import Padding
from rich.text import Text

from ntanalytics.cli.terminal import out, plain

#: Blanks between two columns, and before what stands beneath a row.
_GAP, _INDENT = 2, 4


def show_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table of results.

    Where the terminal is too narrow, the widest columns stand beneath their rows, each with its name and whole.
    """
    heads = list(columns)
    cells = [[plain(cell).replace("\n", " ") for cell in row] for row in rows]
    beside, beneath = _divided(heads, cells, out.width)
    widths = [max(cell_len(text) for text in (heads[index], *(row[index] for row in cells))) for index in beside]
    out.print(Text(_line([heads[index] for index in beside], widths), style="bold"), highlight=False, soft_wrap=True)
    out.print("─" * min(_total(widths), out.width), highlight=False, style="dim")
    for row in cells:
        out.print(Text(_line([row[index] for index in beside], widths)), highlight=False, soft_wrap=True)
        for index in beneath:
            if row[index]:
                # one column beneath is known by its place
                name = f"{heads[index]}: " if heads[index] and len(beneath) > 1 else ""
                out.print(Padding(Text(name + row[index], overflow="fold"), (0, 0, 0, _INDENT)), highlight=False)


def _divided(heads: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> tuple[list[int], list[int]]:
    """Return the columns that stand beside one another, and those beneath: the widest, until the others fit."""
    widths = [max(cell_len(text) for text in texts) for texts in zip(heads, *cells, strict=True)]
    beside, beneath = list(range(len(heads))), []
    while len(beside) > 1 and _total([widths[index] for index in beside]) > width:
        # the first column names the row
        widest = max(beside[1:], key=lambda index: widths[index])
        beside.remove(widest)
        beneath.append(widest)
    return beside, sorted(beneath)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    """Return a line of a table; a Chinese character is two columns wide."""
    gap = " " * _GAP
    padded = (text + " " * (width - cell_len(text)) for text, width in zip(texts, widths, strict=True))
    return gap.join(padded).rstrip()
