"""Periods that can be explored: those with a day in the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ntanalytics.periods import Period, PeriodKind
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.event_view import is_complete_day

_ALL_DAYS = (dt.date(1970, 1, 1), dt.date(2999, 12, 31))


def periods_of(workspace: Workspace, dataset: str, kind: PeriodKind) -> list[Period]:
    """Return the days, weeks or months with an extracted day of a dataset, newest first.

    A period that has not ended, or has a gap, is included; its views have a note.
    """
    make = {PeriodKind.DAY: Period.day, PeriodKind.WEEK: Period.week, PeriodKind.MONTH: Period.month}[kind]
    periods = {make(day.day) for day in workspace.covered_days(dataset, *_ALL_DAYS) if day.is_held}
    return sorted(periods, key=lambda period: period.first, reverse=True)


def initial_period(workspace: Workspace, dataset: str, periods: Sequence[Period]) -> Period | None:
    """Return the newest of some periods whose days were all extracted after their end; without one the newest.

    Args:
        workspace: the lake of a site.
        dataset: name of the dataset that is explored.
        periods: its periods, newest first.
    """
    partial, known = set[dt.date](), set[dt.date]()
    for day in workspace.covered_days(dataset, *_ALL_DAYS):
        (known if is_complete_day(day, workspace.settings.zone) else partial).add(day.day)
    complete = (period for period in periods if set(period.days) <= known - partial)
    return next(complete, periods[0] if periods else None)
