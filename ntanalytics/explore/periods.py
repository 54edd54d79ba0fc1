"""The periods that can be explored: those of which the lake holds a day."""

from __future__ import annotations

import datetime as dt

from ntanalytics.periods import Period, PeriodKind
from ntanalytics.workspace import Workspace

_EVER = (dt.date(1970, 1, 1), dt.date(2999, 12, 31))


def periods_of(workspace: Workspace, dataset: str, kind: PeriodKind) -> list[Period]:
    """The days, weeks or months of which a day of the dataset was taken, newest first.

    A period that is not over, or has a hole, is among them: what is shown of it says so.
    """
    make = {PeriodKind.DAY: Period.day, PeriodKind.WEEK: Period.week, PeriodKind.MONTH: Period.month}[kind]
    found = {make(each.day) for each in workspace.covered_days(dataset, *_EVER) if each.is_held}
    return sorted(found, key=lambda each: each.first, reverse=True)
