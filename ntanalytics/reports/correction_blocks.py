"""The blocks on a correction: a summary below the head of a later version, and each change at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ntanalytics.reports.blocks.sentences import Sentence, sentences
from ntanalytics.reports.blocks.table import Table
from ntanalytics.reports.correction import DETAILS, SUMMARY, Change
from ntanalytics.reports.record import Field

#: Changes that the summary writes out; the details have them all.
_SUMMARIZED = 6

_FIELDS = (
    Field("place", "string", "位置"),
    Field("item", "string", "内容"),
    Field("before", "string", "原为"),
    Field("after", "string", "改为"),
)


def correction_blocks(
    versions: tuple[int, int], reasons: Sequence[str], changes: Sequence[Change], summary: Sequence[str]
) -> Sequence[Mapping[str, Any]]:
    """Return the display bundles of a later version: the summary below the head, and the details at the end.

    Args:
        versions: the numbers of the version before and of this one.
        reasons: sentences on the reason of the correction.
        changes: the changes since the version before; the details are left out if there are none.
        summary: the same as sentences, or one sentence that nothing changed.
    """
    former, version = versions
    more = len(summary) - _SUMMARIZED
    items = [
        Sentence(f"本报告为第 {version} 版，代替第 {former} 版，请以本版为准。"),
        *(Sentence(text, "更正原因：" if number == 0 else "") for number, text in enumerate(reasons)),
        *(Sentence(text, "内容变化：" if number == 0 else "") for number, text in enumerate(summary[:_SUMMARIZED])),
        Sentence(f"其余 {more} 处变化见文末“更正明细”。" if more > 0 else ""),
    ]
    blocks = [sentences(items, f"更正说明（第{version}版）", id=SUMMARY)._repr_mimebundle_()]
    if changes:
        rows = tuple({field.name: getattr(change, field.name) or None for field in _FIELDS} for change in changes)
        details = Table(DETAILS, "更正明细", fields=_FIELDS, rows=rows, note=f"与第 {former} 版逐项比较。")
        blocks.append(details._repr_mimebundle_())
    return blocks
