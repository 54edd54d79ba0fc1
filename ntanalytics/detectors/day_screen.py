"""Screen of many days at once: which of them may be damaged, so that only these are judged one by one.

A year has some thousand days of the sources, and nearly all of them are whole. What every damage of a day has in
common is asked of all days by a few operations on arrays.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ntanalytics.detectors.day_profile import LEAST_APART, MARGIN_H, MIN_DAYS, MIN_ROWS, MIN_SCHEDULED
from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.missing_hours import MAY_LACK, MIN_HOURS

Flags: TypeAlias = npt.NDArray[np.bool_]

#: Sums of many days are added in another order than those of one.
_ROUNDING = 1e-9


def may_be_damaged(today: Floats, usual: Floats) -> Flags:
    """Return of each day whether ``profile_damage`` or ``hours_missing`` may find a damage of it; False: neither does.

    Args:
        today: rows by hour of the days: one line of 24 numbers a day.
        usual: the same of the comparable days before each of them; a line of zeros where fewer are known.
    """
    rows = today.sum(axis=1)
    known: Flags = np.asarray(usual.any(axis=2))
    count = known.sum(axis=1)
    has_profile = rows >= MIN_ROWS
    may_be_scheduled = ~has_profile & ((today != 0).sum(axis=1) >= MIN_SCHEDULED)
    is_unlike = _is_apart(today, usual, count) | _is_cut(today, usual, known) | _lacks_hours(today, usual, count)
    is_doubtful: Flags = (count >= MIN_DAYS) & (may_be_scheduled | (has_profile & is_unlike))
    return is_doubtful


def _is_apart(today: Floats, usual: Floats, count: npt.NDArray[np.intp]) -> Flags:
    """Return whether as many rows lie at other hours than usual as those of a shifted day do."""
    mean = _shares(usual).sum(axis=1) / np.maximum(count, 1)[:, np.newaxis]
    away = np.abs(_shares(today) - mean).sum(axis=1) / 2
    is_apart: Flags = away >= LEAST_APART - _ROUNDING
    return is_apart


def _shares(rows: Floats) -> Floats:
    total = rows.sum(axis=-1, keepdims=True)
    shares: Floats = rows / np.where(total > 0, total, 1)
    return shares


def _is_cut(today: Floats, usual: Floats, known: Flags) -> Flags:
    """Return whether the first row came later, or the last one earlier, than on all comparable days."""
    begin, end = _bounds(today)
    begins, ends = _bounds(usual)
    last_begin = np.where(known, begins, 0).max(axis=1)
    first_end = np.where(known, ends, 24).min(axis=1)
    is_cut: Flags = (begin - last_begin >= MARGIN_H) | (first_end - end >= MARGIN_H)
    return is_cut


def _bounds(rows: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the first hour with rows, and the hour after the last one."""
    has_rows = rows != 0
    return has_rows.argmax(axis=-1), 24 - has_rows[..., ::-1].argmax(axis=-1)


def _lacks_hours(today: Floats, usual: Floats, count: npt.NDArray[np.intp]) -> Flags:
    """Return whether nothing came in hours between others that nearly every comparable day has."""
    begin, end = _bounds(today)
    hours = np.arange(24)
    is_within = (hours >= begin[:, np.newaxis]) & (hours < end[:, np.newaxis])
    without = count[:, np.newaxis] - (usual > 0).sum(axis=1)
    is_certain = without <= (count * MAY_LACK).astype(int)[:, np.newaxis]
    lacking: Flags = (is_within & is_certain & (today == 0)).sum(axis=1) >= MIN_HOURS
    return lacking
