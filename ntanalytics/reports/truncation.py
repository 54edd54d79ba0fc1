"""How much of a long table the page shows, so that it stays one small file that is read at a glance.

A table shows its first rows and folds the rest; beyond a share of the page, the rest stands in the workbook alone. The
renderer and the verification both keep this rule; the record and the workbook have every row.
"""

from __future__ import annotations

from collections.abc import Iterable

from ntanalytics.reports.record import Recorded

#: So many rows of a table stand open; the rest is folded, and not printed. A board is walked row by row: it is folded
#: only where it says so, and then all that is not in order stands open.
FOLD = 30

#: A page carries no more rows of one table.
MOST_ROWS = 1000

#: A page carries no more cells of all tables together: at some 35 bytes each, with Plotly's 1.84 MB, they keep it
#: within 2.2 MB. Three tables of 300 departments by seven columns fit.
MOST_CELLS = 7000


def rows_shown(blocks: Iterable[Recorded]) -> dict[str, int]:
    """How many rows of each block the page carries, by the block's id: the first ones, in the record's order.

    All tables are cut at the same number of rows, so that only the longest ones are cut.
    """
    found = [(block.id, len(block.rows), len(block.fields)) for block in blocks if block.rows]
    most = MOST_ROWS
    while most > FOLD and sum(min(rows, most) * columns for _, rows, columns in found) > MOST_CELLS:
        most -= 10
    return {name: min(rows, most) for name, rows, _ in found}


def folded(block: Recorded, rows: int) -> int:
    """How many of the rows that the page carries are folded."""
    open_rows = FOLD if block.kind == "table" else block.body.get("open_rows", rows)
    return max(0, rows - open_rows)


def fold_words(count: int, kind: str = "table") -> str:
    """What opens the fold: ``其余 304 行``; of a board, ``其余 190 项正常``."""
    return f"其余 {count:,} 项正常" if kind == "board" else f"其余 {count:,} 行"


def paper_words(block: Recorded, rows: int) -> str:
    """What stands on paper in place of the rows that are not printed: ``其余 304 行见网页或工作簿``; or empty."""
    left = len(block.rows) - (rows - folded(block, rows))
    # of a board that is cut, too, the rest is not all in order
    words = fold_words(left, block.kind if rows == len(block.rows) else "table")
    return f"{words}见{'工作簿' if rows < len(block.rows) else '网页或工作簿'}" if left else ""


def cut_words(block: Recorded, rows: int) -> str:
    """What is said of rows that the page does not carry: ``共 5,000 行，网页列前 1,000 行，全部见工作簿``; or empty."""
    total = len(block.rows)
    return f"共 {total:,} 行，网页列前 {rows:,} 行，全部见工作簿" if rows < total else ""


def written(block: Recorded, rows: int) -> int:
    """How many rows a Word document has of a block: the first ones, and of a board at least all that is not well."""
    if block.kind != "board":
        return rows - folded(block, rows)
    unwell = [row for row in block.rows if row["state"] != "ok"]
    return min(rows, max(FOLD, len(unwell)))


def written_words(block: Recorded, rows: int) -> str:
    """What stands in a document in place of the rows that it has not; or empty."""
    left = len(block.rows) - written(block, rows)
    return f"其余 {left:,} 行见{'工作簿' if rows < len(block.rows) else '网页或工作簿'}" if left else ""
