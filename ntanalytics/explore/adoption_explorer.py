"""The adoption explorer: units, editions, period, measure; comparison, trend, modules, cohorts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.explore.adoption_data import AdoptionData
from ntanalytics.explore.display import title_of
from ntanalytics.explore.explorer import Explorer, View
from ntanalytics.metrics import MEASURES, Measure
from ntanalytics.metrics.oa import adoption
from ntanalytics.reports import Axes, chart, table

#: What a daily trend has: the other measures are a period's.
_DAILY = ("active", "actions")


class AdoptionExplorer(Explorer):
    """Explore how the OA is used (see :class:`Explorer`)."""

    source: ClassVar[type[Any]] = AdoptionData
    dataset: ClassVar[str] = "oa.activities"
    title: ClassVar[str] = "协同办公应用情况"
    views: ClassVar[Sequence[tuple[str, str]]] = (
        ("比较", "compare"),
        ("走势", "trend"),
        ("模块", "modules"),
        ("留存", "cohorts"),
    )
    groups: ClassVar[Sequence[tuple[str, tuple[str, ...]]]] = (
        ("单位", ("unit",)),
        ("版本", ("edition",)),
        ("不分组", ()),
    )
    measures: ClassVar[Sequence[Measure]] = tuple(
        MEASURES[name] for name in ("active", *(each.name for each in adoption.LEVEL if each.name != "active"))
    )
    narrowed: ClassVar[Mapping[str, tuple[str, bool]]] = {"unit": ("单位", True), "edition": ("版本", False)}

    def options(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """See :meth:`Explorer.options`."""
        units = [(name, name) for name in self.source(self.report).names()]
        return {"unit": units, "edition": [(label, code) for code, label in EDITIONS.items()]}

    def look(self) -> View:
        """See :meth:`Explorer.look`."""
        show = {"compare": self.comparison, "trend": self._trend, "modules": self._modules, "cohorts": self._cohorts}
        return show[self.shown.value]()

    def _trend(self) -> View:
        by, measure = self.by.value, self.measure.value if self.measure.value in _DAILY else "active"
        rows, code = self.asked("daily", by)
        title = title_of(measure, ("day", *by), self.report.period)
        return View(
            rows,
            table(
                rows,
                title,
                id="daily",
                columns=["day", *by, *_DAILY],
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

    def _modules(self) -> View:
        rows, code = self.asked("modules")
        title = title_of("active", ("module",), self.report.period)
        return View(
            rows,
            table(rows, title, id="modules", note=self.data.note, origin=self.data.origin),
            chart(rows, "hbar", Axes(x="module", y="active"), title=title, id="by-module", note=self.data.note),
            code,
        )

    def _cohorts(self) -> View:
        rows, code = self.asked("cohorts")
        title = title_of("retention", ("cohort_on",), self.report.period)
        return View(
            rows,
            table(rows, title, id="cohorts", note=self.data.note, origin=self.data.origin),
            chart(
                rows,
                "line",
                Axes(x="week", y="retention", series="cohort_on"),
                title=title,
                id="retention",
                note=self.data.note,
            ),
            code,
        )
