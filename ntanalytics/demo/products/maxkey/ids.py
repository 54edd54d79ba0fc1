"""Ids of MaxKey's rows."""

from __future__ import annotations

import datetime as dt


def row_ids(day: dt.date, count: int, mark: str) -> list[str]:
    """Return ids that grow with time, as the product's generator makes them; ``mark`` tells the table."""
    head = f"{day:%Y%m%d}{mark}"
    return [f"{head}{number:07d}" for number in range(count)]
