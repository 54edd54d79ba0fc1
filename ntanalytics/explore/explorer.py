"""What every explorer is: a period, a choice, and views of it, each with its table, its figure and its code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir
import ipywidgets as widgets
import plotly.graph_objects as go
from markupsafe import Markup, escape

from ntanalytics.errors import NoData, NtaError
from ntanalytics.explore.display import compared_columns, leading, led, recipe, title_of
from ntanalytics.explore.periods import periods_of
from ntanalytics.explore.picker import Picker
from ntanalytics.metrics import Measure
from ntanalytics.periods import PeriodKind
from ntanalytics.reports import Axes, Chart, Table, chart, table
from ntanalytics.workspace import Report, Workspace, open_workspace

_KINDS = (("周", PeriodKind.WEEK), ("月", PeriodKind.MONTH), ("日", PeriodKind.DAY))


@dataclass(frozen=True)
class View:
    """What an explorer shows of its choice.

    Attributes:
        rows: all of it, as an Ibis table.
        table: the same as a table with words.
        chart: the same, or the largest of it, as a chart; None where there is nothing to draw.
        code: Python that makes ``rows`` without an explorer, the last line an expression.
    """

    rows: ir.Table
    table: Table
    chart: Chart | None
    code: str


class Explorer(ABC):
    """Widgets over one subject of the lake.

    Args:
        workspace: the lake; default: that of the settings ($NTANALYTICS_CONFIG, else ./ntanalytics.yml).

    Attributes:
        workspace: the lake; it reads the versions that it met first, so that views agree with one another.
        kind, period, by, measure, shown: the widgets that choose; set their ``value`` to choose by code.
        pickers: column → the list that narrows it.
        view: what is shown; None where there is nothing, and ``message`` says why.
        figure: the figure that is shown, or None.
        widget: all of it, to be displayed.
    """

    #: What has the data of a period; the dataset whose days are offered; the Chinese name of the explorer.
    source: ClassVar[type[Any]]
    dataset: ClassVar[str]
    title: ClassVar[str]
    #: What can be chosen: (Chinese words, value).
    views: ClassVar[Sequence[tuple[str, str]]]
    groups: ClassVar[Sequence[tuple[str, tuple[str, ...]]]]
    measures: ClassVar[Sequence[Measure]]
    #: Columns that can be narrowed → their Chinese words, and whether their names are many.
    narrowed: ClassVar[Mapping[str, tuple[str, bool]]]

    def __init__(self, workspace: Workspace | None = None) -> None:
        self.workspace = workspace or open_workspace()
        self.view: View | None = None
        self.figure: go.FigureWidget | None = None
        self._report: Report | None = None
        self._is_setting = False
        self._made: dict[str, ir.Table] = {}
        self._data: dict[tuple[Any, ...], Any] = {}
        wide = {"width": "20em"}
        self.kind = widgets.Dropdown(options=_KINDS, description="周期", layout=wide)
        self.period = widgets.Dropdown(description="时间", layout=wide)
        self.by = widgets.Dropdown(options=self.groups, description="分组", layout=wide)
        self.measure = widgets.Dropdown(
            options=[(each.label, each.name) for each in self.measures], description="指标", layout=wide
        )
        self.shown = widgets.ToggleButtons(options=self.views)
        self.pickers = {
            column: Picker(label, is_long=is_long, changed=self.refresh)
            for column, (label, is_long) in self.narrowed.items()
        }
        self.message, self.tabled = widgets.HTML(), widgets.HTML()
        self.drawn = widgets.VBox()
        self.code = widgets.Textarea(description="代码", disabled=True, rows=6, layout={"width": "95%"})
        choosing = widgets.VBox([self.kind, self.period, self.by, self.measure])
        self.widget = widgets.VBox(
            [
                widgets.HTML(f"<h3>{escape(self.title)}</h3>"),
                widgets.HBox([choosing, *(each.widget for each in self.pickers.values())]),
                self.shown,
                self.message,
                self.drawn,
                self.tabled,
                self.code,
            ]
        )
        self.kind.observe(lambda _: self._offer_periods(), "value")
        self.period.observe(lambda _: self._open(), "value")
        for each in (self.by, self.measure, self.shown):
            each.observe(lambda _: self.refresh(), "value")
        self._offer_periods()

    @abstractmethod
    def options(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """What each picker offers in the period: column → (name, value)."""

    @abstractmethod
    def look(self) -> View:
        """The view that is chosen."""

    def asked(self, of: str, *by: Sequence[str]) -> tuple[ir.Table, str]:
        """The rows that a method of the data makes, and the code that makes them again.

        They are worked out once: another measure of the same rows is shown at once.

        Args:
            of: the method: ``compared``, ``daily`` …
            by: its arguments.
        """
        code = recipe(
            self.source.__name__, self.report, self.only, f"{of}({', '.join(repr(list(each)) for each in by)})"
        )
        if code not in self._made:
            self._made[code] = ibis.memtable(getattr(self.data, of)(*by).to_pyarrow())
        return self._made[code], code

    def drawn_by(self, rows: ir.Table, by: Sequence[str]) -> ir.Table:
        """The rows of the groups that lead the comparison, as many as lines can be told apart."""
        return led(rows, self.asked("compared", by)[0], by)

    def comparison(self) -> View:
        """The measure by the chosen groups, and its change against the period before."""
        by, measure = self.by.value, self.measure.value
        rows, code = self.asked("compared", by)
        title, note = title_of(measure, by, self.report.period), self.data.note
        columns = [*by, *compared_columns(measure, rows)]
        ranking = None
        if by:
            ranking = chart(
                leading(rows, measure), "hbar", Axes(x=by[0], y=measure), title=title, id="ranking", note=note
            )
        shown = table(
            rows, title, id="compared", columns=columns, sort=f"-{measure}", note=note, origin=self.data.origin
        )
        return View(rows, shown, ranking, code)

    @property
    def report(self) -> Report:
        """The chosen period over the lake."""
        if self._report is None:
            raise NoData(f"还没有取得{self.dataset}的数据", todo="请先运行 ntanalytics extract")
        return self._report

    @property
    def only(self) -> dict[str, tuple[str, ...]]:
        """Column → the values to which it is narrowed; empty for all."""
        return {column: each.value for column, each in self.pickers.items()}

    @property
    def data(self) -> Any:
        """The data of the period, narrowed: an :class:`Adopted`, a :class:`Messages`."""
        key = (self.report.period.text, *self.only.values())
        if key not in self._data:
            self._data[key] = self.source(self.report, **self.only)
        return self._data[key]

    def refresh(self) -> None:
        """Show what is chosen; an error of ours is told in its place."""
        if self._is_setting:
            return
        try:
            self.view = self.look()
        except NtaError as error:
            self._show_nothing(str(error))
            return
        shown = self.view.table
        self.message.value = str(Markup("<h4>{}</h4><p>{}</p>").format(shown.title, shown.note))
        self.tabled.value = replace(shown, title="", note="")._repr_mimebundle_()["text/html"]
        self.code.value = self.view.code
        self._draw(self.view.chart.figure() if self.view.chart else None)

    def _offer_periods(self) -> None:
        found = periods_of(self.workspace, self.dataset, self.kind.value)
        self._is_setting = True
        try:
            self.period.options = [(each.label, each) for each in found]
            self.period.value = found[0] if found else None
        finally:
            self._is_setting = False
        self._open()

    def _open(self) -> None:
        """Open the chosen period, and offer what there is in it."""
        if self._is_setting:
            return
        self._report = None
        if self.period.value is not None:
            self._report = Report(self.workspace, "explore", self.title, self.period.value)
            for column, offered in self.options().items():
                self.pickers[column].offer(offered)
        self.refresh()

    def _draw(self, figure: dict[str, Any] | None) -> None:
        gone = self.figure
        self.figure = go.FigureWidget(figure) if figure else None
        self.drawn.children = [self.figure] if self.figure is not None else []
        if gone is not None:
            gone.close()

    def _show_nothing(self, why: str) -> None:
        self.view = None
        self.message.value, self.tabled.value, self.code.value = str(escape(why)), "", ""
        self._draw(None)

    def _repr_mimebundle_(self, **choice: Any) -> Any:
        return self.widget._repr_mimebundle_(**choice)
