"""The SMS explorer: carriers, applications, units, period, measure; comparison, trend, hours, failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ntanalytics.contract.sms import CARRIERS
from ntanalytics.explore.display import leading, title_of
from ntanalytics.explore.explorer import Explorer, View
from ntanalytics.explore.sms_data import SmsData
from ntanalytics.metrics import Measure
from ntanalytics.metrics.sms import volume
from ntanalytics.reports import Axes, chart, table


class SmsExplorer(Explorer):
    """Explore what the SMS platform sent, and what became of it (see :class:`Explorer`)."""

    source: ClassVar[type[Any]] = SmsData
    dataset: ClassVar[str] = "sms.messages"
    title: ClassVar[str] = "短信"
    views: ClassVar[Sequence[tuple[str, str]]] = (
        ("比较", "compare"),
        ("走势", "trend"),
        ("时段", "hours"),
        ("失败代码", "failures"),
    )
    groups: ClassVar[Sequence[tuple[str, tuple[str, ...]]]] = (
        ("运营商", ("carrier",)),
        ("应用", ("application",)),
        ("单位", ("unit",)),
        ("不分组", ()),
    )
    measures: ClassVar[Sequence[Measure]] = volume.VOLUME
    narrowed: ClassVar[Mapping[str, tuple[str, bool]]] = {
        "carrier": ("运营商", False),
        "application": ("应用", True),
        "unit": ("单位", True),
    }

    def options(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """See :meth:`Explorer.options`."""
        whole = self.source(self.report)
        named = {column: [(name, name) for name in whole.names(column)] for column in ("application", "unit")}
        return {"carrier": [(label, code) for code, label in CARRIERS.items()], **named}

    def look(self) -> View:
        """See :meth:`Explorer.look`."""
        show = {"compare": self.comparison, "trend": self._trend, "hours": self._hours, "failures": self._failures}
        return show[self.shown.value]()

    def _trend(self) -> View:
        by, measure = self.by.value, self.measure.value
        rows, code = self.asked("daily", by)
        title = title_of(measure, ("day", *by), self.report.period)
        return View(
            rows,
            table(
                rows,
                title,
                id="daily",
                columns=["day", *by, measure],
                sort="-day",
                note=self.data.note,
                origin=self.data.origin,
            ),
            chart(
                self.drawn_by(rows, by),
                "line",
                Axes(y=measure, series=by[0] if by else None, days=self.data.days),
                title=title,
                id="trend",
                note=self.data.note,
            ),
            code,
        )

    def _hours(self) -> View:
        measure = self.measure.value
        rows, code = self.asked("hourly")
        title = title_of(measure, ("hour",), self.report.period)
        return View(
            rows,
            table(rows, title, id="hours", columns=["hour", measure], note=self.data.note, origin=self.data.origin),
            chart(rows, "bar", Axes(x="hour", y=measure), title=title, id="by-hour", note=self.data.note),
            code,
        )

    def _failures(self) -> View:
        rows, code = self.asked("failures")
        title = title_of("failed", ("failure_code",), self.report.period)
        return View(
            rows,
            table(rows, title, id="failures", note=self.data.note, origin=self.data.origin),
            chart(
                leading(rows, "failed"),
                "hbar",
                Axes(x="failure_code", y="failed"),
                title=title,
                id="by-code",
                note=self.data.note,
            ),
            code,
        )
