"""A report with many empty tables: wherever its pages end, the words of an empty table stay below its heading."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from ntanalytics.reports import table
from ntanalytics.reports.blocks.block import Block

COUNT = 24


def blocks(head: Block | str) -> list[Block | str]:
    """Return a head, then each empty table before a section with a full one, of seven sizes."""
    parts: list[Block | str] = [head]
    for number in range(1, COUNT + 1):
        rows = pa.table({"carrier": [f"应用{row}" for row in range(2 + number % 7)]})
        parts += [
            table(rows.slice(0, 0), f"空表{number:02}", id=f"empty-{number}"),
            f"## 部分{number:02}",
            table(rows, f"满表{number:02}", id=f"full-{number}"),
        ]
    return parts


def assert_together(pages: Iterable[str]) -> None:
    """Assert that each page has as many words of empty tables as headings of them."""
    counts = [(text.count("空表"), text.count("无记录")) for text in pages]
    assert sum(headings for headings, _ in counts) == COUNT
    assert [pair for pair in counts if pair[0] != pair[1]] == []
