"""Messages of selected carriers, applications and units in one period: the metrics with their tables."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from ntanalytics.explore.filters import filter_rows
from ntanalytics.metrics.sms import volume
from ntanalytics.workspace import Report

#: Days of a trend before the period.
TREND_DAYS = 28


class SmsData:
    """The messages of a period, limited to carriers, applications and units.

    Args:
        report: the period over the lake.
        carrier: codes of the carriers; empty for all.
        application: the applications; empty for all.
        unit: our names of the units; empty for all.

    Attributes:
        is_complete: True if the period has no gap.
        was_complete: the same for the previous period.
        note: Chinese note on the data; empty if they are complete.
        views: the datasets behind the figures, which know what is missing.
        origin: the version that was read.
        days: the days of a trend (see ``DatasetView.days``).
    """

    def __init__(
        self, report: Report, *, carrier: Sequence[str] = (), application: Sequence[str] = (), unit: Sequence[str] = ()
    ) -> None:
        self._report = report
        self._filters = {"carrier": list(carrier), "application": list(application), "unit": list(unit)}
        self._messages = report.dataset("sms.messages", history=TREND_DAYS)
        self.is_complete, self.was_complete = self._messages.is_complete, self._messages.was_complete
        self.note = self._messages.note
        self.origin = report.origin("sms", self._messages)
        self.views = (self._messages,)
        self.days = self._messages.days

    def compare(self, by: Sequence[str] = ()) -> ir.Table:
        """Return volume, outcome and latency, and their change against the previous period.

        Returns:
            Columns as of :func:`ntanalytics.metrics.sms.volume.compare_volume`.
        """
        now, before = self._filtered(self._messages.table), self._filtered(self._messages.before)
        return volume.compare_volume(now, before, self._messages.as_of, by, **self._messages.wholeness)

    def daily(self, by: Sequence[str] = ()) -> ir.Table:
        """Return volume, outcome and latency of each day, from four weeks before the period to its end.

        Returns:
            Columns as of :func:`ntanalytics.metrics.sms.volume.daily`.
        """
        return volume.daily(self._filtered(self._messages.recent), self.days, self._messages.as_of, by)

    def hourly(self) -> ir.Table:
        """Return the same by local hour of the day, all 24 hours (:func:`ntanalytics.metrics.sms.volume.hourly`)."""
        return volume.hourly(self._filtered(self._messages.table), self._messages.as_of, self._report.utc_offset_h)

    def failures(self) -> ir.Table:
        """Return failed messages by the carrier's code and its class (``metrics.sms.volume.failure_codes``)."""
        return volume.failure_codes(self._filtered(self._messages.table))

    def names(self, column: str) -> list[str]:
        """Return the ``application`` or ``unit`` names of the period's messages, sorted."""
        table = self._report.units().resolve(self._messages.table)
        names = table.select(column).distinct().to_pyarrow()[column].to_pylist()
        return sorted(name for name in names if name is not None)

    def _filtered(self, table: ir.Table) -> ir.Table:
        return filter_rows(self._report, table, self._filters)
