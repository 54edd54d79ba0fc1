"""Measures of which a part is counted, by what datasets know of their rows, and the notes on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.unfilled import Unfilled

#: Sentences of a note, each with its full stop.
_SENTENCES = re.compile("[^。]+。?")


def is_unread(views: Sequence[object]) -> bool:
    """Return whether cases were rejected: any of them may be one that is counted, or that is missed."""
    return any(getattr(view, "unread_note", "") for view in views)


def at_least_of(views: Sequence[object], columns: Iterable[str], groups: Iterable[str]) -> frozenset[str]:
    """Return the measures of which a part is counted.

    They are of a young source, without the cases that were rejected, or of someone whom many rows do not name.

    Args:
        views: the datasets, each of which tells what it knows.
        columns: the columns of the figures.
        groups: columns among which are those that name their rows.
    """
    shown = tuple(columns)
    part = frozenset[str]().union(*(getattr(view, "part_measures", ()) for view in views))
    part |= frozenset[str]().union(*(_unfilled(view).bounds(shown, groups) for view in views))
    if not is_unread(views):
        return part
    return part | {name for name in shown if name in MEASURES and MEASURES[name].certainty_over_gap != "exact"}


def unended_of(views: Sequence[object]) -> frozenset[str]:
    """Return the measures of what is open, where nobody wrote down on some days which cases ended."""
    return frozenset[str]().union(*(_unfilled(view).unbounded for view in views))


def lost_notes(views: Sequence[object]) -> list[str]:
    """Return the notes of the datasets of cases of which days before the period are lost: a list may lack some."""
    return [known.note for view in views if (known := _unfilled(view)).lost]


def names_of(views: Sequence[object], columns: Iterable[str]) -> list[str]:
    """Return the columns of some figures that name their rows, and that many rows of the datasets lack."""
    lacking = frozenset[str]().union(*(_unfilled(view).names for view in views))
    return [name for name in columns if name in lacking]


def part_note(views: Sequence[object], shown: Sequence[str]) -> str:
    """Return the notes on what is open since before the first day of a source, and on rows that name nobody.

    Args:
        views: the datasets.
        shown: the columns of the figures; a note is made where one of them is touched.
    """
    young = [view for view in views if not frozenset(getattr(view, "part_measures", ())).isdisjoint(shown)]
    lacking = [known for view in views if not (known := _unfilled(view)).bounds(shown, shown).isdisjoint(shown)]
    return join_notes(*(getattr(view, "young_note", "") for view in young), *(known.note for known in lacking))


def _unfilled(view: object) -> Unfilled:
    known = getattr(view, "unfilled", None)
    return known if isinstance(known, Unfilled) else Unfilled()


def join_notes(*notes: str) -> str:
    """Return notes as one, each sentence once; one note may be made of several already."""
    return "".join(dict.fromkeys(sentence for note in notes for sentence in _SENTENCES.findall(note)))
