"""The base of the explorers: a period, a selection, and views of it, each with table, chart and code."""

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
from ntanalytics.explore.display import code_for, comparison_columns, first_rows, rows_of_top_groups, title_of, top_rows
from ntanalytics.explore.periods import periods_of
from ntanalytics.explore.picker import Picker
from ntanalytics.explore.plotly_config import PLOTLY_CONFIG
from ntanalytics.metrics import Measure
from ntanalytics.periods import PeriodKind
from ntanalytics.reports import Axes, Chart, Table, chart, figures, table
from ntanalytics.workspace import Report, Workspace, open_workspace

_KINDS = (("周", PeriodKind.WEEK), ("月", PeriodKind.MONTH), ("日", PeriodKind.DAY))


@dataclass(frozen=True)
class View:
    """One view of an explorer's selection.

    Attributes:
        rows: all rows, as an Ibis table.
        table: the rows as a table with Chinese labels.
        chart: the rows, or the largest of them, as a chart; None if there is nothing to draw.
        code: Python that makes ``rows`` without an explorer; its last line is an expression.
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
        workspace: the lake; it reads the versions of its first access, so that the views agree with each other.
        kind, period, by, measure, view_name: the widgets of the selection; set their ``value`` to select by code.
        pickers: column → the list of its values.
        view: the selected view; None without data (``message`` then has the reason).
        figure: the figure of the view, or None.
        message, chart, table, code: the widgets that show the view.
        widget: the whole explorer, for display.
    """

    #: Class with the data of a period; dataset whose days can be selected; Chinese title.
    source: ClassVar[type[Any]]
    dataset: ClassVar[str]
    title: ClassVar[str]
    #: Options of the selection: (Chinese label, value).
    views: ClassVar[Sequence[tuple[str, str]]]
    groups: ClassVar[Sequence[tuple[str, tuple[str, ...]]]]
    measures: ClassVar[Sequence[Measure]]
    #: Columns that can be filtered → Chinese label, and whether they have many values.
    filters: ClassVar[Mapping[str, tuple[str, bool]]]
    #: Columns whose groups keep the order of the data, and are never sorted by a measure.
    unranked: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, workspace: Workspace | None = None) -> None:
        self.workspace = workspace or open_workspace()
        self.view: View | None = None
        self.figure: go.FigureWidget | None = None
        self._report: Report | None = None
        self._is_updating = False
        self._rows_by_code: dict[str, ir.Table] = {}
        self._data_by_selection: dict[tuple[Any, ...], Any] = {}
        wide = {"width": "20em"}
        measures = [(measure.label, measure.name) for measure in self.measures]
        self.kind = widgets.Dropdown(options=_KINDS, description="周期", layout=wide)
        self.period = widgets.Dropdown(description="时间", layout=wide)
        self.by = widgets.Dropdown(options=self.groups, description="分组", layout=wide)
        self.measure = widgets.Dropdown(options=measures, description="指标", layout=wide)
        self.view_name = widgets.ToggleButtons(options=self.views)
        self.pickers = {
            column: Picker(label, is_long=is_long, on_change=self.refresh)
            for column, (label, is_long) in self.filters.items()
        }
        self.message, self.table, self.chart = widgets.HTML(), widgets.HTML(), widgets.VBox()
        self.code = widgets.Textarea(description="代码", disabled=True, rows=6, layout={"width": "95%"})
        options = widgets.VBox([self.kind, self.period, self.by, self.measure])
        selection = widgets.HBox([options, *(picker.widget for picker in self.pickers.values())])
        title = widgets.HTML(f"<h3>{escape(self.title)}</h3>")
        self.widget = widgets.VBox([title, selection, self.view_name, self.message, self.chart, self.table, self.code])
        self.kind.observe(lambda _: self._update_periods(), "value")
        self.period.observe(lambda _: self._open_period(), "value")
        for option in (self.by, self.measure, self.view_name):
            option.observe(lambda _: self.refresh(), "value")
        self._update_periods()

    @abstractmethod
    def options(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Return the options of each picker in the period: column → (name, value)."""

    @abstractmethod
    def make_view(self) -> View:
        """Return the selected view."""

    def query(self, method: str, *arguments: Sequence[str]) -> tuple[ir.Table, str]:
        """Return the rows that a method of the data makes, and the code that makes them again.

        They are computed once: another measure of the same rows is shown at once.

        Args:
            method: ``compare``, ``daily`` …
            arguments: its arguments.
        """
        call = f"{method}({', '.join(repr(list(argument)) for argument in arguments)})"
        code = code_for(self.source.__name__, self.report, self.selection, call)
        if code not in self._rows_by_code:
            self._rows_by_code[code] = ibis.memtable(getattr(self.data, method)(*arguments).to_pyarrow())
        return self._rows_by_code[code], code

    def comparison(self) -> View:
        """Return the measure by the selected groups, and its change against the previous period."""
        by, measure = self.by.value, self.measure.value
        rows, code = self.query("compare", by)
        title = title_of(measure, by, self.report.period)
        columns = [*by, *comparison_columns(measure, rows)]
        is_ranked = self.unranked.isdisjoint(by)
        shown = self.make_table(rows, title, id="compared", columns=columns, sort=f"-{measure}" if is_ranked else "")
        if not by:
            return View(rows, shown, None, code)
        top = top_rows(rows, measure) if is_ranked else first_rows(rows, measure)
        bars = self.make_chart(top, "hbar", Axes(x=by[0], y=measure), title=title, id="groups")
        return View(rows, shown, bars, code)

    def trend(self, measure: str, columns: Sequence[str]) -> View:
        """Return a measure by day, as one line for each leading group, and columns of the table."""
        by = self.by.value
        rows, code = self.query("daily", by)
        top = rows_of_top_groups(rows, self.query("compare", by)[0], by)
        title = title_of(measure, ("day", *by), self.report.period)
        shown = self.make_table(rows, title, id="daily", columns=["day", *by, *columns], sort="-day")
        axes = Axes(y=measure, series=by[0] if by else None, days=self.data.days)
        lines = self.make_chart(top, "line", axes, title=title, id="trend")
        return View(rows, shown, lines, code)

    def make_table(self, rows: ir.Table, title: str, **options: Any) -> Table:
        """Return rows as a table with the gaps and the origin of the data."""
        note = self.data.note if self.data.is_complete else ""  # on the day of a snapshot
        return table(figures(rows, self.data), title, note=note, origin=self.data.origin, **options)

    def make_chart(self, rows: ir.Table, kind: Any, axes: Axes, *, title: str, id: str) -> Chart:
        """Return rows as a chart with the gaps of the data."""
        return chart(figures(rows, self.data), kind, axes, title=title, id=id)

    @property
    def report(self) -> Report:
        """The selected period over the lake."""
        if self._report is None:
            raise NoData(f"还没有取得{self.dataset}的数据", todo="请先运行 ntanalytics extract")
        return self._report

    @property
    def selection(self) -> dict[str, tuple[str, ...]]:
        """Column → the selected values; empty for all."""
        return {column: picker.value for column, picker in self.pickers.items()}

    @property
    def data(self) -> Any:
        """The selected data of the period: an ``AdoptionData``, an ``SmsData``."""
        key = (self.report.period.text, *self.selection.values())
        if key not in self._data_by_selection:
            self._data_by_selection[key] = self.source(self.report, **self.selection)
        return self._data_by_selection[key]

    def refresh(self) -> None:
        """Show the selected view, or the message of an error of this package."""
        if self._is_updating:
            return
        try:
            self.view = self.make_view()
        except NtaError as error:
            self.view = None
            self.message.value, self.table.value, self.code.value = str(escape(str(error))), "", ""
            self._draw(None)
            return
        shown = self.view.table
        self.message.value = str(Markup("<h4>{}</h4><p>{}</p>").format(shown.title, shown.note))
        self.table.value = replace(shown, title="", note="")._repr_mimebundle_()["text/html"]
        self.code.value = self.view.code
        self._draw(self.view.chart.figure() if self.view.chart else None)

    def _update_periods(self) -> None:
        periods = periods_of(self.workspace, self.dataset, self.kind.value)
        self._is_updating = True
        try:
            self.period.options = [(period.label, period) for period in periods]
            self.period.value = periods[0] if periods else None
        finally:
            self._is_updating = False
        self._open_period()

    def _open_period(self) -> None:
        """Open the selected period, and update the options of the pickers."""
        if self._is_updating:
            return
        self._report = None
        if self.period.value is not None:
            self._report = Report(self.workspace, "explore", self.title, self.period.value)
            for column, options in self.options().items():
                self.pickers[column].set_options(options)
        self.refresh()

    def _draw(self, figure: Any) -> None:
        former = self.figure
        self.figure = go.FigureWidget(figure) if figure else None
        if self.figure is not None:
            self.figure._config = PLOTLY_CONFIG  # noqa: SLF001 - the only way to configure a widget
        self.chart.children = [self.figure] if self.figure is not None else []
        if former is not None:
            former.close()

    def _repr_mimebundle_(self, **choice: Any) -> Any:
        return self.widget._repr_mimebundle_(**choice)
