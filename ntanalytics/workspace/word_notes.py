"""Notes for a report's head on words that no enumeration of the contract has."""

from __future__ import annotations

from collections import Counter

from ntanalytics.workspace.dataset_view import DatasetView

#: Number of words in a sentence.
_MOST_WORDS = 3


def word_notes(view: DatasetView) -> list[str]:
    """Return a Chinese sentence for each column of a dataset with unknown words in the period."""
    by_column: dict[str, Counter[str]] = {}
    for _, name, word, rows in view.unknown_words():
        by_column.setdefault(name, Counter())[word] += rows
    notes = []
    for name, words in by_column.items():
        column = view.contract.column(name)
        listed = "、".join(f"{word} {rows:,} 条" for word, rows in words.most_common(_MOST_WORDS))
        more = "等" if len(words) > _MOST_WORDS else ""
        instead = "未注明" if column.nullable else "“其他”"
        notes.append(
            f"{view.contract.label}：{column.label}有 {words.total():,} 条不认识的词（{listed}{more}），"
            f"按{instead}统计，请补充对照表。"
        )
    return notes
