"""Any span of days of a dataset, as far as the lake holds it: nothing is extracted for it."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from ntanalytics.contract import Dataset
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.periods import Period, days_between
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.day_damage import HISTORY_DAYS, RowsByHour
from ntanalytics.workspace.event_view import EventView
from ntanalytics.workspace.lost_cases import with_lost_cases


class SpanView(EventView):
    """Events or cases of a span of days, and the gaps in it; a period before it is not looked at.

    A report declares no such span, so that the days which the lake does not hold are gaps.

    Args:
        rows_by_hour: the rows of the site's lake, with what the report judged of each day.
        contract: the dataset.
        first: the first day.
        last: the last day.

    Attributes:
        held: the days of the span of which the lake holds something.
    """

    def __init__(self, rows_by_hour: RowsByHour, contract: Dataset, first: dt.date, last: dt.date) -> None:
        workspace = rows_by_hour.workspace
        DatasetView.__init__(self, workspace, Period.contract(first, last), contract)
        self._rows_by_hour = rows_by_hour
        self._first = first
        span = days_between(first, last)
        self._judged: set[dt.date] = set()
        self._known = first - dt.timedelta(days=HISTORY_DAYS)
        self._covered = workspace.covered_days(contract.name, self._known, last)
        self.held = sorted({day.day for day in self._covered if self._is_complete_day(day)} & set(span))
        self._damages = self._damaged(self.held)
        self.missing = self._incomplete(span)
        self.missing_before: list[dt.date] = []
        self.gap_sources, self.gap_sources_before = self._gap_sources(span), frozenset()

    @cached_property
    def unfilled(self) -> Unfilled:
        """See :class:`DatasetView`; volumes count whatever their rows name, and cases of lost days may end in them."""
        return with_lost_cases(Unfilled(), self, self._covered, self._complete - set(self._damages))
