"""Notes for a report's head on values and numbers that the contract does not have."""

from __future__ import annotations

from collections import Counter

from ntanalytics.workspace.dataset_view import DatasetView

#: Number of words in a sentence.
_MOST_WORDS = 3


def value_notes(view: DatasetView) -> list[str]:
    """Return a Chinese sentence for each column with unknown values, or unusable numbers, in the period."""
    by_column: dict[str, Counter[str]] = {}
    for _, name, word, rows in view.unknown_values():
        by_column.setdefault(name, Counter())[word] += rows
    notes = []
    for name, words in by_column.items():
        column = view.contract.column(name)
        listed = "、".join(f"{word} {rows:,} 条" for word, rows in words.most_common(_MOST_WORDS))
        more = "等" if len(words) > _MOST_WORDS else ""
        instead = "未注明" if column.nullable else "“其他”"
        what, todo = ("未知取值", "补充对照表") if column.values else ("不能用的数值", "在来源中更正")
        notes.append(
            f"{view.contract.label}：{column.label}有 {words.total():,} 条{what}（{listed}{more}），"
            f"按{instead}统计，请{todo}。"
        )
    return notes
