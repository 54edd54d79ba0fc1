"""Selection of the snapshot of a state that stands for a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ntanalytics.ledger.coverage import CoverageDay


def nearest(snapshots: Iterable[CoverageDay], moment: dt.datetime) -> CoverageDay | None:
    """Return the snapshot nearest to ``moment``, the later one if two are equally near; None if there is none.

    The nearest snapshot fits every schedule: with a snapshot every morning at six, the next morning's stands for the
    end of the day; with one at eleven in the evening, that evening's. A snapshot added later is farther from a past
    moment than those before it, so the answer for a past moment does not change.
    """
    held = (snapshot for snapshot in snapshots if snapshot.is_held)
    return min(held, key=lambda day: (abs(day.taken_at - moment), day.taken_at < moment), default=None)
