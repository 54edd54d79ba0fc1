"""The base of the explorers: a period, a selection, and views of it, each with table, chart and code."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir
import ipywidgets as widgets
import plotly.graph_objects as go
from markupsafe import Markup, escape

from ntanalytics.errors import NoData, NtaError
from ntanalytics.explore.display import code_for, comparison_columns, first_rows, rows_of_top_groups, title_of, top_rows
from ntanalytics.explore.periods import initial_period, periods_of
from ntanalytics.explore.picker import Picker
from ntanalytics.explore.plotly_config import PLOTLY_CONFIG
from ntanalytics.explore.report_block import add_cells, axes_code
from ntanalytics.language import tr
from ntanalytics.metrics import Measure
from ntanalytics.periods import Period, PeriodKind
from ntanalytics.reports import Axes, Chart, Table, chart, figures, table
from ntanalytics.reports.exporters.excel import workbook_bytes
from ntanalytics.reports.notebook_record import record_of_blocks
from ntanalytics.workspace import Report, Workspace, open_workspace

#: Kinds of period; None: a span of days that the user chooses.
_KINDS = (("周", PeriodKind.WEEK), ("月", PeriodKind.MONTH), ("日", PeriodKind.DAY), ("自选", None))

#: Days before the period that a trend reads.
_HISTORY = 28


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
        kind, period, first, last, by, measure, view_name: the widgets of the selection; set their ``value`` to select
            by code. ``first`` and ``last`` count where ``kind`` is None.
        export, busy: the button that writes a workbook, and the sign of what is going on.
        pickers: column → the list of its values.
        view: the selected view; None without data (``message`` then has the reason).
        figure: the figure of the view, or None.
        message, chart, table, code: the widgets that show the view.
        widget: the whole explorer, for display.
    """

    #: Class with the data of a period; dataset whose days can be selected; Chinese title.
    source: ClassVar[type[Any]]
    dataset: ClassVar[str]
    #: Datasets that a report with a view must have.
    needs: ClassVar[tuple[str, ...]]
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
        self._chart_code = self._table_code = ""
        self._data_by_selection: dict[tuple[Any, ...], Any] = {}
        wide = {"width": "19em"}
        measures = [(measure.label, measure.name) for measure in self.measures]
        self.kind = widgets.Dropdown(options=_KINDS, description="周期", layout=wide)
        self.period = widgets.Dropdown(description="时间", layout=wide)
        self.first = widgets.DatePicker(description="自", layout={**wide, "display": "none"})
        self.last = widgets.DatePicker(description="至", layout={**wide, "display": "none"})
        self.busy = widgets.HTML("", layout={"height": "1.6em"})
        self.export = widgets.Button(description="导出 Excel", layout={"width": "8em"})
        self.by = widgets.Dropdown(options=self.groups, description="分组", layout=wide)
        self.measure = widgets.Dropdown(options=measures, description="指标", layout=wide)
        self.view_name = widgets.ToggleButtons(options=self.views)
        self.pickers = {
            column: Picker(label, is_long=is_long, on_change=self.refresh)
            for column, (label, is_long) in self.filters.items()
        }
        self.message, self.table, self.chart = widgets.HTML(), widgets.HTML(), widgets.VBox()
        self.code = widgets.Textarea(description="代码", disabled=True, rows=6, layout={"width": "95%"})
        options = widgets.VBox([self.kind, self.period, self.first, self.last, self.by, self.measure])
        selection = widgets.HBox(
            [options, *(picker.widget for picker in self.pickers.values())], layout={"flex_flow": "row wrap"}
        )
        actions = widgets.HBox([self.view_name, self.export, self.busy], layout={"flex_flow": "row wrap"})
        title = widgets.HTML(f"<h3>{escape(self.title)}</h3>")
        self.widget = widgets.VBox([title, selection, actions, self.message, self.chart, self.table, self.code])
        self.kind.observe(lambda _: self._update_periods(), "value")
        self.export.on_click(lambda _: self.save_workbook())
        for option in (self.period, self.first, self.last):
            option.observe(lambda _: self._open_period(), "value")
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

    def to_report(self, notebook: Path | str) -> None:
        """Write the selected view as a section of a report, for the report's own period.

        Args:
            notebook: the notebook of the report, such as ``notebooks/my_report.ipynb``.

        Raises:
            NoData: there is no view.
            UsageError: the file is no notebook that opens a report.
        """
        if self.view is None:
            raise NoData("没有数据，没有可写的内容", where=str(notebook))
        source, call = self.source.__name__, self.view.code.splitlines()[-1]
        filters = "".join(f", {column}={list(values)!r}" for column, values in self.selection.items() if values)
        code = (
            f"from ntanalytics.explore import {source}\n"
            "from ntanalytics.explore.display import first_rows, rows_of_top_groups, top_rows\n"
            "from ntanalytics.reports import Axes, chart, figures, show, table\n\n"
            f"data = {source}({{report}}{filters})\nrows = {call}\n"
            f"show({', '.join(filter(None, (self._chart_code, self._table_code)))})"
        )
        add_cells(Path(notebook), self.view.table.title.partition("，")[0], code, dict.fromkeys(self.needs, _HISTORY))

    def make_table(self, rows: ir.Table, title: str, **options: Any) -> Table:
        """Return rows as a table with the gaps and the origin of the data."""
        named = {**options, "id": f"{options['id']}-{{number}}"}
        arguments = ", ".join(f"{name}={value!r}" for name, value in named.items())
        self._table_code = f"table(figures(rows, *data.views), {title.partition('，')[0]!r}, {arguments})"
        return table(figures(rows, *self.data.views), title, origin=self.data.origin, **options)

    def make_chart(self, rows: ir.Table, kind: Any, axes: Axes, *, title: str, id: str) -> Chart:
        """Return rows as a chart with the gaps of the data."""
        by, drawn = list(self.by.value), "rows"
        if kind == "hbar":
            drawn = f"{'top_rows' if self.unranked.isdisjoint({axes.x}) else 'first_rows'}(rows, {axes.y!r})"
        elif axes.days is not None and by:
            drawn = f"rows_of_top_groups(rows, data.compare({by!r}), {by!r})"
        words = f"title={title.partition('，')[0]!r}, id={f'{id}-{{number}}'!r}"
        self._chart_code = f"chart(figures({drawn}, *data.views), {kind!r}, {axes_code(axes)}, {words})"
        return chart(figures(rows, *self.data.views), kind, axes, title=title, id=id)

    @property
    def report(self) -> Report:
        """The selected period over the lake."""
        if self._report is None:
            raise NoData(
                tr("no data of {dataset} yet", dataset=self.dataset), todo=tr("run `ntanalytics extract` first")
            )
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
        with self._is_busy():
            self._show_view()

    def save_workbook(self, folder: Path | None = None) -> Path | None:
        """Write the selected view into an Excel workbook, and tell its name.

        Args:
            folder: folder of the file; default: that of the notebook.

        Returns:
            The file; None without data.
        """
        if self.view is None:
            self.busy.value = "没有数据，未导出"
            return None
        with self._is_busy():
            blocks = [block for block in (self.view.chart, self.view.table) if block is not None]
            title = re.sub(r'[\\/:*?"<>|\s]+', "_", self.view.table.title)
            path = (folder or Path.cwd()) / f"{title}.xlsx"
            path.write_bytes(workbook_bytes(record_of_blocks(self.title, blocks)))
        self.busy.value = f"已导出 {escape(path.name)}"
        return path

    @contextmanager
    def _is_busy(self) -> Iterator[None]:
        """Show a sign while something is computed."""
        self.busy.value = "正在计算……"
        try:
            yield
        finally:
            self.busy.value = ""

    def _show_view(self) -> None:
        self._chart_code = self._table_code = ""
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
        is_free = self.kind.value is None
        self.period.layout.display = "none" if is_free else None
        for end in (self.first, self.last):
            end.layout.display = None if is_free else "none"
        if is_free:
            self._choose_span()
            return
        periods = periods_of(self.workspace, self.dataset, self.kind.value)
        self._is_updating = True
        try:
            self.period.options = [(period.label, period) for period in periods]
            self.period.value = initial_period(self.workspace, self.dataset, periods)
        finally:
            self._is_updating = False
        self._open_period()

    def _choose_span(self) -> None:
        """Begin with the span of the period that was selected before."""
        if self.period.value is not None and self.first.value is None:
            self._is_updating = True
            self.first.value, self.last.value = self.period.value.first, self.period.value.last
            self._is_updating = False
        self._open_period()

    def _selected_period(self) -> Period | None:
        if self.kind.value is not None:
            return self.period.value  # type: ignore[no-any-return]
        first, last = self.first.value, self.last.value
        return Period.contract(first, last) if first and last and first <= last else None

    def _open_period(self) -> None:
        """Open the selected period, and update the options of the pickers."""
        if self._is_updating:
            return
        self._report = None
        if (period := self._selected_period()) is not None:
            self._report = Report(self.workspace, "explore", self.title, period)
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
