"""Periods that can be explored: those with a day in the lake."""

from __future__ import annotations

import datetime as dt

from ntanalytics.periods import Period, PeriodKind
from ntanalytics.workspace import Workspace

_ALL_DAYS = (dt.date(1970, 1, 1), dt.date(2999, 12, 31))


def periods_of(workspace: Workspace, dataset: str, kind: PeriodKind) -> list[Period]:
    """Return the days, weeks or months with an extracted day of a dataset, newest first.

    A period that has not ended, or has a gap, is included; its views have a note.
    """
    make = {PeriodKind.DAY: Period.day, PeriodKind.WEEK: Period.week, PeriodKind.MONTH: Period.month}[kind]
    periods = {make(day.day) for day in workspace.covered_days(dataset, *_ALL_DAYS) if day.is_held}
    return sorted(periods, key=lambda period: period.first, reverse=True)
