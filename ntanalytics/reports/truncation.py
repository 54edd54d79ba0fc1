"""Limits on the rows of long tables in each rendering.

The page shows the first rows of a table and folds the rest; beyond a share of the page, the rest stands in the workbook
alone. The renderers and the verification both keep this rule; the record and the workbook have every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ntanalytics.findings.threshold import ORDER, UNJUDGED
from ntanalytics.reports.record import RecordedBlock

#: Open rows of a table; the rest is folded, and not printed. A board is read row by row: it is folded only where it
#: says so, and then all violations stay open, and as many unknown checks.
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


def fold_label(block: RecordedBlock, rows: int) -> str:
    """Return the label of the fold among the rows on the page; empty without one.

    It is ``其余304行``; of a board ``其余190项检查正常``, or ``其余12项检查未知、190项正常、2项非工作日不作判断``.
    """
    folded = block.rows[rows - folded_rows(block, rows) : rows]
    return _rest_label(folded, is_board=block.kind == "board") if folded else ""


def _rest_label(rest: Sequence[Mapping[str, Any]], *, is_board: bool) -> str:
    if not is_board:
        return f"其余{len(rest):,}行"
    counts = ((count_checks(_in_state(rest, state)), word) for state, word in (("unknown", "未知"), ("ok", "正常")))
    judged = "、".join(f"{count:,}项{word}" for count, word in counts if count).replace("项", "项检查", 1)
    return f"其余{'、'.join(filter(None, (judged, unjudged_words(rest))))}"


def unjudged_words(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return how many checks of some rows of a board their day did not call for; empty where none is."""
    count = len(_in_state(rows, UNJUDGED))
    return f"{count:,}项非工作日不作判断" if count else ""


def _in_state(rows: Iterable[Mapping[str, Any]], state: str) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["state"] == state]


def count_checks(rows: Iterable[Mapping[str, Any]]) -> int:
    """Return the number of checks of some rows of a board."""
    return sum(row.get("checks", 1) for row in rows)


def print_note(block: RecordedBlock, rows: int) -> str:
    """Return the note on paper in place of the rows that are not printed: ``其余304行见网页或工作簿``; or empty."""
    left = block.rows[rows - folded_rows(block, rows) :]
    return f"{_label_elsewhere(block, left, rows)}见{_elsewhere(block, rows)}" if left else ""


def _label_elsewhere(block: RecordedBlock, left: Sequence[Mapping[str, Any]], rows: int) -> str:
    """Return the label of rows that stand elsewhere; those of a board that is cut, too, may be violations."""
    return _rest_label(left, is_board=block.kind == "board" and rows == len(block.rows))


def _elsewhere(block: RecordedBlock, rows: int) -> str:
    return "工作簿" if rows < len(block.rows) else "网页或工作簿"


def cut_note(block: RecordedBlock, rows: int) -> str:
    """Return the note on rows that the page leaves out: ``共5,000行，网页列前1,000行，全部见工作簿``; or empty."""
    total = len(block.rows)
    return f"共{total:,}行，网页列前{rows:,}行，全部见工作簿" if rows < total else ""


def rows_in_document(block: RecordedBlock, rows: int) -> int:
    """Return the number of rows of a block in a Word document: the first ones, of a board none that is in order."""
    if block.kind != "board":
        return rows - folded_rows(block, rows)
    open_rows: int = block.body.get("open_rows", sum(row["state"] in ORDER[:-1] for row in block.rows))
    return min(rows, open_rows)


def document_note(block: RecordedBlock, rows: int) -> str:
    """Return the note in a document in place of the rows that it leaves out; or empty."""
    left = block.rows[rows_in_document(block, rows) :]
    label = _label_elsewhere(block, left, rows)
    if block.kind == "board" and len(left) == rows == len(block.rows) == len(_in_state(left, "ok")):
        label = f"全部{len(left):,}项检查正常，"
    return f"{label}见{_elsewhere(block, rows)}" if left else ""
