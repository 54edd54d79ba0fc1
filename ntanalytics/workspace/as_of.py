"""Workspace as of a day: the lake and the ledger as they were known at the end of an earlier day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import Dataset, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import BadPeriod
from ntanalytics.language import tr
from ntanalytics.ledger import CoverageDay
from ntanalytics.periods import local_window
from ntanalytics.settings import Settings
from ntanalytics.workspace.past_state import PastState
from ntanalytics.workspace.point_in_time import known_at
from ntanalytics.workspace.site import Workspace


class AsOfWorkspace(Workspace):
    """Lake of a site as it was known at the end of a day: without rows, ends and decisions that came later.

    Args:
        settings: the site.
        day: the last local day that is known.
        past: the state of an earlier report, to be read in place of the newest data.
    """

    def __init__(self, settings: Settings, day: dt.date, past: PastState | None = None) -> None:
        super().__init__(settings, past)
        self._day = day
        self._until = self.known_until = local_window(day, day, settings.zone)[1]
        self.ledger = self.ledger.as_of(self.ledger.coverage.last_extraction_id(), self._until)

    def table(self, dataset: str, first: str | dt.date | None = None, last: str | dt.date | None = None) -> ir.Table:
        """Return the rows as :meth:`Workspace.table` does, without what came later."""
        table = super().table(dataset, first, last)
        if dataset_named(dataset).kind is not Kind.STATE:  # a later snapshot tells by its times what was there
            table = table.filter(table.day <= ibis.literal(self._day))
        return self._known(dataset, table)

    def files_by_day(self, dataset: str, first: dt.date, last: dt.date) -> None:
        """Return None: of a file, rows that came later are left out."""

    def _older_cases(self, dataset: Dataset, before: dt.date, since: dt.datetime) -> ir.Table:
        return self._known(dataset.name, super()._older_cases(dataset, before, since))

    def _known(self, dataset: str, table: ir.Table) -> ir.Table:
        return known_at(dataset, table, self._until.astimezone(self.settings.zone))

    def covered_days(self, dataset: str, first: dt.date, last: dt.date) -> list[CoverageDay]:
        """Return the covered days as :meth:`Workspace.covered_days` does, none of an event later than the day."""
        if dataset_named(dataset).kind is Kind.STATE:
            return super().covered_days(dataset, first, last)
        days = super().covered_days(dataset, first, min(last, self._day)) if first <= self._day else []
        return [replace(day, taken_at=min(day.taken_at, self._until)) for day in days]


def parse_day(text: str) -> dt.date:
    """Return the day of a text such as ``2026-10-31``.

    Raises:
        BadPeriod: the text is none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadPeriod(
            tr("{text!r} is no day: {error}", text=text, error=error), todo=tr("write it as 2026-10-31")
        ) from error
