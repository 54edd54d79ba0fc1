"""The adoption explorer: units, editions, period, measure; comparison, trend, modules, cohorts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.explore.adoption_data import AdoptionData
from ntanalytics.explore.display import title_of
from ntanalytics.explore.explorer import Explorer, View
from ntanalytics.metrics import MEASURES, Measure
from ntanalytics.metrics.oa import adoption
from ntanalytics.reports import Axes, figures
from ntanalytics.subsystems.oa.text import NO_NEWCOMERS, after_gap

#: Measures of a daily trend; the other ones need a period.
_DAILY = ("active", "actions")


class AdoptionExplorer(Explorer):
    """Explore the use of the OA (see :class:`Explorer`)."""

    source: ClassVar[type[Any]] = AdoptionData
    dataset: ClassVar[str] = "oa.activities"
    needs: ClassVar[tuple[str, ...]] = ("oa.activities", "oa.members")
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
        MEASURES[name] for name in dict.fromkeys(["active", *(measure.name for measure in adoption.LEVEL)])
    )
    unranked: ClassVar[frozenset[str]] = frozenset({"unit"})  # (docs/domain.md, No league tables)
    filters: ClassVar[Mapping[str, tuple[str, bool]]] = {"unit": ("单位", True), "edition": ("版本", False)}

    def options(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """See :meth:`Explorer.options`."""
        units = [(name, name) for name in self.source(self.report).names()]
        return {"unit": units, "edition": [(label, code) for code, label in EDITIONS.items()]}

    def make_view(self) -> View:
        """See :meth:`Explorer.make_view`."""
        views = {"compare": self.comparison, "trend": self._trend, "modules": self._modules, "cohorts": self._cohorts}
        return views[self.view_name.value]()

    def _trend(self) -> View:
        return self.trend(self.measure.value if self.measure.value in _DAILY else "active", _DAILY)

    def _modules(self) -> View:
        rows, code = self.query("modules")
        title = title_of("active", ("module",), self.report.period)
        bars = self.make_chart(rows, "hbar", Axes(x="module", y="active"), title=title, id="by-module")
        return View(rows, self.make_table(rows, title, id="modules"), bars, code)

    def _cohorts(self) -> View:
        rows, code = self.query("cohorts")
        title = title_of("retention", ("cohort_on",), self.report.period)
        axes = Axes(x="week", y="retention", series="cohort_on")
        lines = self.make_chart(rows, "line", axes, title=title, id="retention")
        cohorts = self.make_table(rows, title, id="cohorts")
        note = f"{cohorts.note}{after_gap(figures(rows, *self.data.views))}{NO_NEWCOMERS}"
        return View(rows, replace(cohorts, note=note), lines, code)
