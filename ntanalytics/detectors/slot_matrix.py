"""Counts by day and slot as arrays, and every run of slots of a day: what the looks into a day share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.rule import Rule

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

#: What a row is about, as ``rules.judged`` takes it.
Subject = Callable[[Mapping[str, Any]], str] | str


@dataclass(frozen=True)
class SlotMatrix:
    """Counts of each subject by day and slot.

    Attributes:
        days: the days, oldest first, the inspected one last.
        slots: how many slots a day has.
        of: subject → column → an array of days × slots.
    """

    days: tuple[date, ...]
    slots: int
    of: Mapping[str, Mapping[str, Floats]]


def slot_matrix(
    rule: Rule, table: Rows, days: Sequence[date], *, slot_s: int, columns: Sequence[str], subject: Subject
) -> SlotMatrix:
    """Rows by day and slot laid over days and slots; nothing where there is no row.

    Args:
        rule: whose subsystem is the subject where ``subject`` is empty.
        table: ``day``, ``slot`` (metrics.slots; a whole day where it is missing), the columns, and what names a group.
        days: the days, oldest first; rows of other days are left out.
        slot_s: seconds of a slot.
        columns: the columns that are counted.
        subject: what a row is about.
    """
    slots = 86_400 // slot_s
    place = {day: number for number, day in enumerate(days)}
    found: dict[str, dict[str, Floats]] = {}
    for row in rows(table):
        at = place.get(row["day"])
        if at is None:
            continue
        name = subject(row) if callable(subject) else subject or SUBSYSTEMS[rule.subsystem]
        its = found.get(name)
        if its is None:
            its = found[name] = {column: np.zeros((len(days), slots)) for column in columns}
        for column in columns:
            its[column][at, row.get("slot", 0)] += float(row[column] or 0)
    return SlotMatrix(tuple(days), slots, found)


@lru_cache
def runs(slots: int) -> tuple[Places, Places]:
    """First slot and slot after the last of every run of slots of a day."""
    first, after = np.triu_indices(slots + 1, 1)
    return first.astype(np.int64), after.astype(np.int64)


def sums(counts: Floats) -> Floats:
    """The sum of every run of slots (``runs``) of each day: an array of days × runs, or of runs."""
    first, after = runs(counts.shape[-1])
    passed = np.concatenate((np.zeros((*counts.shape[:-1], 1)), np.cumsum(counts, axis=-1)), axis=-1)
    return np.asarray(passed[..., after] - passed[..., first], dtype=np.float64)


def clock(slot: int, slot_s: int) -> str:
    """The local time at which a slot begins, such as ``09:30``."""
    seconds = slot * slot_s
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
