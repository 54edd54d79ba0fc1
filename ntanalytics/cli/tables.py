"""Tables of the command line: they fit the terminal without a folded word, down to 80 columns and less."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text

from ntanalytics.cli.terminal import out, plain

#: Blanks between two columns, and before what stands beneath a row.
_GAP, _INDENT = 2, 4


def show_table(columns: Iterable[str], rows: Iterable[Iterable[object]], *, details: Collection[str] = ()) -> None:
    """Print a table of results; a column without any value is left out.

    Where the terminal is too narrow, some columns stand beneath their rows, each with its name and whole.

    Args:
        columns: the headings.
        rows: the cells.
        details: headings of the columns that go beneath first, the last one before the others; then the widest go.
    """
    heads = list(columns)
    cells = [[plain(cell).replace("\n", " ") for cell in row] for row in rows]
    filled = [index for index in range(len(heads)) if not cells or any(row[index] for row in cells)]
    widths = [max(map(cell_len, texts)) for texts in zip(heads, *cells, strict=True)]
    beside, beneath = _divided(filled, widths, [heads.index(name) for name in details])
    total = _total(widths[index] for index in beside)
    _print(_line(heads, widths, beside), "bold")
    _print("─" * min(total, out.width), "dim")
    for row in cells:
        _print(_line(row, widths, beside))
        for index in beneath:
            if row[index]:
                # one column beneath is known by its place
                name = f"{heads[index]}: " if heads[index] and len(beneath) > 1 else ""
                _print_beneath(name + row[index])


def _divided(filled: Sequence[int], widths: Sequence[int], details: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the columns that stand beside one another, and those beneath: details, then the widest, until all fit."""
    beside = list(filled)
    waiting = [index for index in details if index in beside]
    while len(beside) > 1 and _total(widths[index] for index in beside) > out.width:
        # the first column names the row
        beside.remove(waiting.pop() if waiting else max(beside[1:], key=lambda index: widths[index]))
    return beside, [index for index in filled if index not in beside]


def _total(widths: Iterable[int]) -> int:
    listed = list(widths)
    return sum(listed) + _GAP * (len(listed) - 1)


def _line(texts: Sequence[str], widths: Sequence[int], beside: Iterable[int]) -> str:
    """Return a line of a table; a Chinese character is two columns wide."""
    padded = (texts[index] + " " * (widths[index] - cell_len(texts[index])) for index in beside)
    return (" " * _GAP).join(padded).rstrip()


def _print_beneath(text: str) -> None:
    """Print a cell beneath its row; only a terminal folds it, since a program that reads it wants one line."""
    lines = Text(text).wrap(out, max(out.width - _INDENT, 20)) if out.is_terminal else [Text(text)]
    for line in lines:
        _print(" " * _INDENT + line.plain)


def _print(text: str, style: str = "") -> None:
    out.print(Text(text, style=style), highlight=False, soft_wrap=True)
