"""Slot matrix: counts by day and slot as arrays, and their sums over every run of slots of a day."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats, KeyOf
from ntanalytics.metrics.rows import Rows, rows

Indices = NDArray[np.int64]

#: Seconds of a day.
DAY_S = 86_400

#: Key of a series → column → an array of days × slots.
SlotMatrix = Mapping[Hashable, Mapping[str, Floats]]


def slot_matrix(table: Rows, days: Sequence[date], *, slot_s: int, columns: Sequence[str], key: KeyOf) -> SlotMatrix:
    """Return counts by day and slot for each series; 0 where there is no row.

    Args:
        table: ``day``, ``slot`` (``metrics.slots``; missing for whole days), the columns, and those of the key.
        days: the days, oldest first; rows of other days are left out.
        slot_s: seconds of a slot.
        columns: the columns that hold counts.
        key: key of the series of a row.
    """
    slots = DAY_S // slot_s
    index_of = {day: index for index, day in enumerate(days)}
    matrix: dict[Hashable, dict[str, Floats]] = {}
    for row in rows(table):
        index = index_of.get(row["day"])
        if index is None:
            continue
        series = matrix.get(name := key(row))
        if series is None:
            series = matrix[name] = {column: np.zeros((len(days), slots)) for column in columns}
        for column in columns:
            series[column][index, row.get("slot", 0)] += float(row[column] or 0)
    return matrix


@lru_cache
def runs(slots: int) -> tuple[Indices, Indices]:
    """Return the first slot and the slot after the last of every run of slots of a day."""
    first, after = np.triu_indices(slots + 1, 1)
    return first.astype(np.int64), after.astype(np.int64)


def run_sums(counts: Floats) -> Floats:
    """Return the sum over every run of slots (``runs``) of each day: an array of days × runs, or of runs."""
    first, after = runs(counts.shape[-1])
    cumulated = np.concatenate((np.zeros((*counts.shape[:-1], 1)), np.cumsum(counts, axis=-1)), axis=-1)
    return np.asarray(cumulated[..., after] - cumulated[..., first], dtype=np.float64)
