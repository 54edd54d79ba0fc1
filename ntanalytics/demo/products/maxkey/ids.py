"""Ids of MaxKey's rows, and texts as arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np

from ntanalytics.demo.arrays import Objects


def texts(values: Iterable[str]) -> Objects:
    """Return texts as an array that can be indexed."""
    return np.array(list(values), dtype=object)


def row_ids(day: dt.date, count: int, mark: str) -> list[str]:
    """Return ids that grow with time, as the product's generator makes them; ``mark`` tells the table."""
    head = f"{day:%Y%m%d}{mark}"
    return [f"{head}{number:07d}" for number in range(count)]
