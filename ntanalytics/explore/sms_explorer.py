"""The SMS explorer: carriers, applications, units, period, measure; comparison, trend, hours, failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ntanalytics.contract.sms import CARRIERS
from ntanalytics.explore.display import title_of, top_rows
from ntanalytics.explore.explorer import Explorer, View
from ntanalytics.explore.sms_data import SmsData
from ntanalytics.metrics import Measure
from ntanalytics.metrics.sms import volume
from ntanalytics.reports import Axes


class SmsExplorer(Explorer):
    """Explore the messages of the SMS platform and their delivery (see :class:`Explorer`)."""

    source: ClassVar[type[Any]] = SmsData
    dataset: ClassVar[str] = "sms.messages"
    needs: ClassVar[tuple[str, ...]] = ("sms.messages",)
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
    filters: ClassVar[Mapping[str, tuple[str, bool]]] = {
        "carrier": ("运营商", False),
        "application": ("应用", True),
        "unit": ("单位", True),
    }

    def options(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """See :meth:`Explorer.options`."""
        data = self.source(self.report)
        names = {column: [(name, name) for name in data.names(column)] for column in ("application", "unit")}
        return {"carrier": [(label, code) for code, label in CARRIERS.items()], **names}

    def make_view(self) -> View:
        """See :meth:`Explorer.make_view`."""
        views = {"compare": self.comparison, "trend": self._trend, "hours": self._hours, "failures": self._failures}
        return views[self.view_name.value]()

    def _trend(self) -> View:
        return self.trend(self.measure.value, [self.measure.value])

    def _hours(self) -> View:
        measure = self.measure.value
        rows, code = self.query("hourly")
        title = title_of(measure, ("hour",), self.report.period)
        bars = self.make_chart(rows, "bar", Axes(x="hour", y=measure), title=title, id="by-hour")
        return View(rows, self.make_table(rows, title, id="hours", columns=["hour", measure]), bars, code)

    def _failures(self) -> View:
        rows, code = self.query("failures")
        title = title_of("failed", ("failure_code",), self.report.period)
        top = top_rows(rows, "failed")
        bars = self.make_chart(top, "hbar", Axes(x="failure_code", y="failed"), title=title, id="by-code")
        return View(rows, self.make_table(rows, title, id="failures"), bars, code)
