"""Snapshots that lost a large part of their rows: held, and no answer to any question (docs/domain.md, Gaps)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ntanalytics.detectors.snapshot_fall import SnapshotFall, SnapshotRows, snapshot_falls
from ntanalytics.findings.phrases import day_words
from ntanalytics.ledger import CoverageDay
from ntanalytics.periods import Calendar

#: (source, day) → the fall of its snapshot.
Falls = Mapping[tuple[str, dt.date], SnapshotFall]


def damaged_snapshots(snapshots: Iterable[CoverageDay], calendar: Calendar) -> Falls:
    """Return the snapshots of a state that are not whole, from the rows that were extracted.

    Args:
        snapshots: all covered days of the state, whether they are held or not: an empty one lost all rows.
        calendar: the working days.
    """
    by_source: dict[str, list[SnapshotRows]] = {}
    for snapshot in snapshots:
        by_source.setdefault(snapshot.source, []).append(SnapshotRows(snapshot.day, snapshot.rows))
    return {
        (source, day): fall
        for source, taken in by_source.items()
        for day, fall in snapshot_falls(sorted(taken), calendar.is_likely_worked).items()
    }


def without_damaged(snapshots: Iterable[CoverageDay], calendar: Calendar) -> list[CoverageDay]:
    """Return the covered days of a state; those of damaged snapshots are not held."""
    taken = list(snapshots)
    falls = damaged_snapshots(taken, calendar)
    return [replace(day, is_held=day.is_held and (day.source, day.day) not in falls) for day in taken]


def fall_words(fall: SnapshotFall) -> str:
    """Return the fall of a snapshot in Chinese: ``11月21日的快照比11月20日少 18,383 行``."""
    return f"{day_words(fall.day)}的快照比{day_words(fall.whole_on)}少 {fall.lost:,} 行"
