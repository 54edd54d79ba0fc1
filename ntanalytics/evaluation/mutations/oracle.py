"""Oracle: the limit of what can be detected. It knows where and when, and tests that series alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ntanalytics.evaluation.mutations.series import DamageSize, strongest


def oracle_day(departed: Sequence[DamageSize]) -> dt.date | None:
    """Return the first day on which the damaged series leaves its expected range; None where it never does.

    A day leaves it alone, or together with the damaged days before it: their mean is held against a range that is
    narrower by the root of their number.
    """
    for number, item in enumerate(departed, start=1):
        if strongest([other.observed for other in departed[:number]]) > 1:
            return item.day
    return None
