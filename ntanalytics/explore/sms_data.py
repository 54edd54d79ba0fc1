"""Short messages over one period, of chosen carriers, applications and units: the metrics with their tables."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from ntanalytics.metrics.sms import volume
from ntanalytics.workspace import Report

#: How many days of history a trend shows before the period.
TREND_DAYS = 28


class SmsData:
    """The messages of a period, narrowed to carriers, applications and units.

    Args:
        report: the period over the lake.
        carrier: only these carriers, by their codes; none named: all.
        application: only these applications; none named: all.
        unit: only these units, by our names; none named: all.

    Attributes:
        is_complete: the period was taken without a hole.
        was_complete: so was the period before.
        note: what must be said of the data; empty where they are whole.
        origin: which version was read.
    """

    def __init__(
        self, report: Report, *, carrier: Sequence[str] = (), application: Sequence[str] = (), unit: Sequence[str] = ()
    ) -> None:
        self._report = report
        self._only = {"carrier": list(carrier), "application": list(application), "unit": list(unit)}
        self._messages = report.dataset("sms.messages", history=TREND_DAYS)
        self.is_complete, self.was_complete = self._messages.is_complete, self._messages.was_complete
        self.note = self._messages.note
        self.origin = report.origin("sms", self._messages)
        self.days = self._messages.days

    def compared(self, by: Sequence[str] = ()) -> ir.Table:
        """Volume, outcome and latency and their change against the period before.

        Returns:
            As :func:`ntanalytics.metrics.sms.volume.compared`.
        """
        now, before = self._chosen(self._messages.table), self._chosen(self._messages.before)
        return volume.compare_volume(now, before, self._messages.as_of, by, **self._messages.wholeness)

    def daily(self, by: Sequence[str] = ()) -> ir.Table:
        """The same of each day, from four weeks before the period to its end.

        Returns:
            As :func:`ntanalytics.metrics.sms.volume.daily`.
        """
        return volume.daily(self._chosen(self._messages.recent), self.days, self._messages.as_of, by)

    def hourly(self) -> ir.Table:
        """The same by local hour of the day, all 24 hours (:func:`ntanalytics.metrics.sms.volume.hourly`)."""
        return volume.hourly(self._chosen(self._messages.table), self._messages.as_of, self._report.utc_offset_h)

    def failures(self) -> ir.Table:
        """Failed messages by the carrier's code and its class (``metrics.sms.volume.failure_codes``)."""
        return volume.failure_codes(self._chosen(self._messages.table))

    def names(self, column: str) -> list[str]:
        """The ``application`` or ``unit`` names of the period's messages, in their order."""
        table = self._report.units().resolve(self._messages.table)
        found = table.select(column).distinct().to_pyarrow()[column].to_pylist()
        return sorted(name for name in found if name is not None)

    def _chosen(self, table: ir.Table) -> ir.Table:
        named = self._report.units().resolve(table)
        for column, values in self._only.items():
            named = named.filter(named[column].isin(values)) if values else named
        return named
