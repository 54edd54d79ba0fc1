"""Slot matrix: counts by day and slot as arrays, and their sums over every run of slots of a day."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats, KeyOf
from ntanalytics.metrics.rows import Rows, arrow_table

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
    counted = arrow_table(table)
    if not counted.num_rows:
        return {}
    places = pc.index_in(counted["day"], pa.array(days, pa.date32()))
    counted, places = counted.filter(pc.is_valid(places)), places.drop_null()
    names, series = _series(counted, [*columns, "day", "slot"], key)
    shape = (len(names), len(days), DAY_S // slot_s)
    slots = counted["slot"].to_numpy() if "slot" in counted.column_names else 0
    cells = (series * shape[1] + places.to_numpy()) * shape[2] + slots
    sums = {}
    for column in columns:
        counts = pc.fill_null(pc.cast(counted[column], pa.float64(), safe=False), 0.0).to_numpy()
        sums[column] = np.bincount(cells, counts, math.prod(shape)).reshape(shape)
    return {name: {column: sums[column][place] for column in columns} for place, name in enumerate(names)}


def _series(table: pa.Table, counted: Sequence[str], key: KeyOf) -> tuple[list[Hashable], Indices]:
    """Return the keys of the series of a table, and the place of each row's key among them.

    Args:
        table: the rows.
        counted: columns that a key does not depend on; it is asked once for rows that differ in these alone.
        key: key of the series of a row.
    """
    groups = np.zeros(table.num_rows, dtype=np.int64)
    for column in set(table.column_names) - set(counted):
        values = table[column].combine_chunks().dictionary_encode()
        codes = values.indices.fill_null(len(values.dictionary)).to_numpy()
        groups = np.unique(groups * (len(values.dictionary) + 1) + codes, return_inverse=True)[1]
    _, firsts, groups = np.unique(groups, return_index=True, return_inverse=True)
    order = np.argsort(firsts)  # the series in the order in which the rows name them
    places: dict[Hashable, int] = {}
    place_of = np.zeros(len(firsts), dtype=np.int64)
    for group, row in zip(order, table.take(firsts[order]).to_pylist(), strict=True):
        place_of[group] = places.setdefault(key(row), len(places))
    return list(places), place_of[groups]


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
