"""Which snapshot of a state stands for a moment: the one that was taken nearest to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ntanalytics.ledger.coverage import Covered


def nearest(snapshots: Iterable[Covered], moment: dt.datetime) -> Covered | None:
    """The snapshot taken nearest to ``moment``, the later of two that are as near; None where there is none.

    Nearest, and not the first one after it: where a state is taken every morning at six, the day's end is told by the
    next morning's snapshot and not by that morning's; where it is taken at eleven in the evening, by that evening's. A
    snapshot taken after the moment is farther from it than any taken between, so that what stands for a past moment
    does not change as time goes on.
    """
    held = (each for each in snapshots if each.is_held)
    return min(held, key=lambda each: (abs(each.taken_at - moment), each.taken_at < moment), default=None)
