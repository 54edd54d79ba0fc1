"""Parts of a record that a later version adds: its number, the reason of the correction, and each change.

The runner writes them into the executed notebook, so that page, workbook and Word document carry them as they carry
every other block, and the verification holds them against the record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ntanalytics.reports.record import Record, RecordedBlock

#: Ids of the two blocks.
SUMMARY, DETAILS = "correction", "correction-details"


@dataclass(frozen=True)
class Change:
    """Change of one text or figure.

    Attributes:
        place: the part of the report, such as 主要指标.
        item: the figure or the check; empty for a sentence.
        before: the former text; empty if there was none.
        after: the new text; empty if there is none any more.
        sentence: the change as one sentence.
    """

    place: str
    item: str
    before: str
    after: str
    sentence: str


def marked_subtitle(subtitle: str, version: int) -> str:
    """Return the line below the title with the number of a later version: ``市财政局 · 第2版``."""
    return " · ".join(filter(None, (subtitle, f"第{version}版")))


def own_blocks(record: Record) -> list[RecordedBlock]:
    """Return the blocks of the report itself, without those on its correction."""
    return [block for block in record.blocks if block.id not in (SUMMARY, DETAILS)]


def own_subtitle(record: Record) -> str:
    """Return the line below the title as the notebook gave it, without the version."""
    subtitle = str(record.head.body.get("subtitle", ""))
    if record.publication is None or record.publication.version < 2:
        return subtitle
    return re.sub(rf"(?: · )?第 ?{record.publication.version} ?版$", "", subtitle)  # earlier versions wrote 第 2 版
