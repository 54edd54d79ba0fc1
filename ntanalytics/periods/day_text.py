"""Days in words, as reports write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta


def day_words(day: date) -> str:
    """Return a day in words: ``11月18日``."""
    return f"{day.month}月{day.day}日"


def day_spans(days: Iterable[date]) -> str:
    """Return days with runs of them joined: ``11月18日、11月20日至22日``."""
    runs: list[list[date]] = []
    for day in sorted(set(days)):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(map(_span, runs))


def _span(run: Sequence[date]) -> str:
    first, last = run[0], run[-1]
    if first == last:
        return day_words(first)
    return f"{day_words(first)}至{f'{last.day}日' if last.month == first.month else day_words(last)}"
