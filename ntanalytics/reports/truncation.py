"""Limits on the rows of long tables in each rendering.

The page shows the first rows of a table and folds the rest; beyond a share of the page, the rest stands in the workbook
alone. The renderers and the verification both keep this rule; the record and the workbook have every row.
"""

from __future__ import annotations

from collections.abc import Iterable

from ntanalytics.reports.record import RecordedBlock

#: Open rows of a table; the rest is folded, and not printed. A board is read row by row: it is folded only where it
#: says so, and then all that is not in order stays open.
OPEN_ROWS = 30

#: Rows of one table on the page, at most.
MOST_ROWS = 1000

#: Cells of all tables together on the page, at most: at some 35 bytes each, with Plotly's 1.84 MB, they keep the page
#: within 2.2 MB. Three tables of 300 departments by seven columns fit.
MOST_CELLS = 7000


def rows_on_page(blocks: Iterable[RecordedBlock]) -> dict[str, int]:
    """Return the number of rows of each block on the page, by the block's id: the first ones, in the record's order.

    All tables are cut at the same number of rows, so that only the longest ones are cut.
    """
    tables = [(block.id, len(block.rows), len(block.fields)) for block in blocks if block.rows]
    limit = MOST_ROWS
    while limit > OPEN_ROWS and sum(min(rows, limit) * columns for _, rows, columns in tables) > MOST_CELLS:
        limit -= 10
    return {block_id: min(rows, limit) for block_id, rows, _ in tables}


def folded_rows(block: RecordedBlock, rows: int) -> int:
    """Return the number of folded rows among the rows on the page."""
    open_rows = OPEN_ROWS if block.kind == "table" else block.body.get("open_rows", rows)
    return max(0, rows - open_rows)


def fold_label(count: int, kind: str = "table") -> str:
    """Return the label of the fold: ``其余304行``; of a board, ``其余190项检查正常``."""
    return f"其余{count:,}项检查正常" if kind == "board" else f"其余{count:,}行"


def print_note(block: RecordedBlock, rows: int) -> str:
    """Return the note on paper in place of the rows that are not printed: ``其余304行见网页或工作簿``; or empty."""
    left = len(block.rows) - (rows - folded_rows(block, rows))
    # Of a board that is cut, too, the rest is not all in order.
    label = fold_label(left, block.kind if rows == len(block.rows) else "table")
    return f"{label}见{'工作簿' if rows < len(block.rows) else '网页或工作簿'}" if left else ""


def cut_note(block: RecordedBlock, rows: int) -> str:
    """Return the note on rows that the page leaves out: ``共5,000行，网页列前1,000行，全部见工作簿``; or empty."""
    total = len(block.rows)
    return f"共{total:,}行，网页列前{rows:,}行，全部见工作簿" if rows < total else ""


def rows_in_document(block: RecordedBlock, rows: int) -> int:
    """Return the number of rows of a block in a Word document: the first ones, of a board all that is not in order."""
    if block.kind != "board":
        return rows - folded_rows(block, rows)
    return min(rows, len([row for row in block.rows if row["state"] != "ok"]))


def document_note(block: RecordedBlock, rows: int) -> str:
    """Return the note in a document in place of the rows that it leaves out; or empty."""
    count = rows_in_document(block, rows)
    left = len(block.rows) - count
    # of a board that is cut, too, the rest is not all in order
    kind = block.kind if rows == len(block.rows) else "table"
    label = fold_label(left, kind) if count or kind != "board" else f"全部{left:,}项检查正常，"
    return f"{label}见{'工作簿' if rows < len(block.rows) else '网页或工作簿'}" if left else ""
