"""Snapshots that lost a large part of their rows: held, and no answer to any question (docs/domain.md, Gaps)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

import ibis.expr.types as ir

from ntanalytics.contract import Dataset
from ntanalytics.detectors.snapshot_fall import SnapshotFall, SnapshotRows, lost_kinds, snapshot_falls
from ntanalytics.ledger import CoverageDay
from ntanalytics.periods import Calendar

#: (source, day) → the fall of its snapshot.
Falls = Mapping[tuple[str, dt.date], SnapshotFall]

#: A dataset, a source and a day → kind → rows of its snapshot.
RowsByKind = Callable[[Dataset, str, dt.date], Mapping[str, int]]


def damaged_snapshots(
    dataset: Dataset, snapshots: Iterable[CoverageDay], calendar: Calendar, rows_by_kind: RowsByKind
) -> Falls:
    """Return the snapshots of a state that are not whole, from the rows that were extracted.

    Args:
        dataset: the state.
        snapshots: all its covered days, whether they are held or not: an empty one lost all rows.
        calendar: the working days.
        rows_by_kind: asked for two snapshots where all rows of a kind may be gone.
    """
    by_source: dict[str, list[SnapshotRows]] = {}
    for snapshot in snapshots:
        by_source.setdefault(snapshot.source, []).append(SnapshotRows(snapshot.day, snapshot.rows))
    return {
        (source, day): fall
        for source, taken in by_source.items()
        for day, fall in snapshot_falls(
            sorted(taken), calendar.is_likely_worked, partial(_kinds_lost, dataset, source, rows_by_kind)
        ).items()
    }


def _kinds_lost(
    dataset: Dataset, source: str, rows_by_kind: RowsByKind, before: SnapshotRows, after: SnapshotRows
) -> tuple[str, ...]:
    if not kind_columns(dataset):
        return ()
    earlier, later = (rows_by_kind(dataset, source, snapshot.day) for snapshot in (before, after))
    return lost_kinds(earlier, later, before.rows - after.rows) if later else ()


def kind_columns(dataset: Dataset) -> dict[str, Mapping[str, str]]:
    """Return the columns of a state that tell kinds → code and word of each; what a row becomes is none."""
    return {column.name: column.values for column in dataset.columns if column.values and column.name != "state"}


def count_by_kind(rows: ir.Table, dataset: Dataset, source: str) -> Mapping[str, int]:
    """Return the Chinese word of each kind → number of the rows of a source.

    Args:
        rows: the rows of one snapshot of each source.
        dataset: the state.
        source: the source.
    """
    columns = kind_columns(dataset)
    own = rows.filter(rows.source == source)
    counts: Counter[str] = Counter()
    for row in own.group_by(*columns).aggregate(rows=own.count()).to_pyarrow().to_pylist():
        for name, words in columns.items():
            counts[words.get(row[name], "")] += row["rows"]
    del counts[""]
    return counts


def with_damaged(snapshots: Iterable[CoverageDay], falls: Falls) -> list[CoverageDay]:
    """Return the covered days of a state; those of damaged snapshots are not held."""
    return [replace(day, is_held=day.is_held and (day.source, day.day) not in falls) for day in snapshots]
