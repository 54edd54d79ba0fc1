"""Charts: a message as title, the figures in the record, a Plotly figure as JSON.

The data of a chart has one column a line or a set of bars, exactly as the chart shows it: the page draws it, the
workbook makes a native chart of it, and the verification compares all three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar, Literal

from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.quantity import Certainty
from ntanalytics.metrics.rows import Rows
from ntanalytics.metrics.rows import rows as plain_rows
from ntanalytics.periods.day_text import day_spans
from ntanalytics.reports import data as tables
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.blocks.plot import Band, Mark, plotly_figure
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.reports.record import Field

Kind = Literal["line", "bar", "stack", "hbar"]
Row = Mapping[str, Any]
#: A value and its certainty.
Point = tuple[Any, Certainty]
#: One line or set of bars: place along x → point.
Series = dict[Any, Point]

_NOTHING: Point = (None, "exact")


@dataclass(frozen=True, kw_only=True)
class Axes:
    """The columns of a chart.

    Attributes:
        x: the column along the x axis.
        y: the measure, or several measures of one unit and format.
        series: a column; each of its values becomes a line of its own, and ``y`` is one measure.
        days: the calendar of the span (``day``, ``label``, ``is_working_day``, ``is_covered``): days off are shaded,
            and days without data are gaps.
    """

    x: str = "day"
    y: str | Sequence[str] = ()
    series: str | None = None
    days: Rows | None = None


@dataclass(frozen=True, kw_only=True)
class Chart(Block):
    """A chart block.

    Attributes:
        form: line, bar (side by side), stack (on each other) or hbar (horizontal, for rankings).
        x: the column along the x axis.
        fields: ``x``, then one column for each line or set of bars.
        rows: one mapping for each place along ``x``.
        bands: shaded days, each (first, last, label).
        marks: remarks at a place along ``x``, each (place, text).
        subject: the measures and the x axis in words.
        note: the remark below the title, or empty.
        interval: the names of two neighbouring columns, lower and upper; the area between them is shaded.
    """

    kind: ClassVar[str] = "chart"

    form: Kind = "line"
    x: str = "day"
    fields: tuple[Field, ...] = ()
    rows: tuple[Row, ...] = ()
    bands: tuple[Band, ...] = ()
    marks: tuple[Mark, ...] = ()
    subject: str = ""
    note: str = ""
    interval: tuple[str, str] | None = None

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        y = [field.name for field in self.fields if field.name != self.x]
        body = {"kind": self.form, "x": self.x, "y": y, "subject": self.subject, "note": self.note}
        return body if self.rows else body | {"empty": ""}  # the note says why

    def data(self) -> dict[str, Any]:
        """See ``Block.data``."""
        return tables.data_resource(self.fields, self.rows, (self.x,) if self.fields else ())

    def figure(self) -> dict[str, Any] | None:
        """See ``Block.figure``; None without a source."""
        if not self.fields:
            return None
        return plotly_figure(self.form, self.fields, self.rows, self.bands, self.marks, self.interval)

    def with_marks(self, marks: Sequence[tuple[Any, str]]) -> Chart:
        """Return the chart with remarks at places along x: ``[(date(2026, 11, 18), "联通通道中断")]``."""
        labels = column_labels(self.x).values
        return replace(
            self, marks=tuple((tables.json_value(place, labels), tables.clean_text(text)) for place, text in marks)
        )


def chart(
    rows: Rows | Figures,
    kind: Kind,
    axes: Axes,
    *,
    id: str,
    title: str = "",
    note: str = "",
    origin: Mapping[str, Any] | None = None,
) -> Chart:
    """Return a chart block. Over a gap a bound is drawn, and marked in its data; an unknown figure is not drawn.

    Args:
        rows: the figures. Nulls and absent days are gaps that no line bridges.
        kind: ``line``, ``bar``, ``stack`` or ``hbar``.
        axes: the columns, and the calendar of the span.
        id: a slug, unique in the report.
        title: the message of the chart, in one sentence.
        note: the remark below the title, before that on the gap. A chart without data says so first, with the reason;
            one without a source has its subject as title, and says nothing else.
        origin: metric, datasets, rows and as_of, where the figures do not tell their own.

    Raises:
        UnknownName: a column has no label in the contract or in a metric.
        UsageError: a column is missing, two rows claim one place, the measures differ in unit or format, or rows are
            no figures.
    """
    x = axes.x
    measures = [axes.y] if isinstance(axes.y, str) else list(axes.y)
    if not measures or (axes.series is not None and len(measures) != 1):
        raise UsageError(tr("a chart draws one measure by series, or some measures without"), where=id)
    drawn = tables.as_figures(rows, id)
    subject = f"{'、'.join(column_labels(name).label for name in measures)}（按{tables.make_field(x).title}）"
    if not drawn.columns:  # no source: not even the columns are known
        return Chart(id, subject, form=kind, x=x, note=tables.NO_SOURCE)
    tables.select_columns(drawn.columns, [x, *measures, *([axes.series] if axes.series else [])], id)
    fields, lines = _by_series(drawn, axes, measures[0], id) if axes.series else _by_measure(drawn, x, measures, id)
    calendar = plain_rows(axes.days) if axes.days is not None else []
    x_field = tables.make_field(x, datasets=drawn.datasets)
    wide_rows = _wide_rows(x_field, column_labels(x, drawn.datasets).values, fields, lines, calendar)
    if all(row[field.name] is None for row in wide_rows for field in fields):
        note = " ".join(text for text in (_no_data_note(calendar, is_known=not drawn.note), note) if text)
    note += drawn.note
    return Chart(
        id,
        title,
        form=kind,
        x=x,
        fields=(x_field, *fields),
        rows=wide_rows,
        bands=_bands(calendar) if x_field.type == "date" else (),
        subject=subject,
        note=note,
        origin=tables.block_origin(origin, drawn),
    )


def _by_measure(rows: Figures, x: str, measures: Sequence[str], id: str) -> tuple[list[Field], list[Series]]:
    fields = [tables.make_field(name) for name in measures]
    if len({(field.unit, field.format) for field in fields}) > 1:
        raise UsageError(
            tr("measures of different units or formats share no axis"), where=id, todo=tr("draw two charts")
        )
    return fields, [_series(((row[x], _point(row, name)) for row in rows), id) for name in measures]


def _by_series(rows: Figures, axes: Axes, y: str, id: str) -> tuple[list[Field], list[Series]]:
    series = str(axes.series)
    measure, values = tables.make_field(y), column_labels(series, rows.datasets).values
    fields: list[Field] = []
    lines: list[Series] = []
    for code in dict.fromkeys(row[series] for row in rows):
        title = "未注明" if code is None else tables.clean_text(str(values.get(code, code)))
        fields.append(Field(f"{y}_{len(fields) + 1}", measure.type, title, measure.unit, measure.format))
        lines.append(_series(((row[axes.x], _point(row, y)) for row in rows if row[series] == code), id))
    return fields, lines


def _series(points: Iterable[tuple[Any, Point]], id: str) -> Series:
    series: Series = {}
    for place, point in points:
        if place in series:
            raise UsageError(
                tr("two rows claim {place} on one line", place=place),
                where=id,
                todo=tr("aggregate, or name the series="),
            )
        series[place] = point
    return series


def _point(row: FigureRow, name: str) -> Point:
    """Return the value that is drawn, and whether it is a bound; nothing is drawn of what is unknown."""
    certainty = row.certainty(name)
    return _NOTHING if certainty == "unknown" else (row[name], certainty)


def _wide_rows(
    x: Field, x_labels: Mapping[Any, str], fields: Sequence[Field], lines: Sequence[Series], calendar: Sequence[Row]
) -> tuple[Row, ...]:
    """Return one row a place along x, with null for the days without data and for what is unknown."""
    covered = {row["day"]: row.get("is_covered", True) for row in calendar} if x.type == "date" else {}
    rows = []
    for place in _places(lines, x, calendar):
        cells: dict[str, Point] = {x.name: (tables.json_value(place, x_labels, x.type), "exact")}
        for field, line in zip(fields, lines, strict=True):
            value, certainty = line.get(place, _NOTHING) if covered.get(place, True) else _NOTHING
            cells[field.name] = tables.json_value(value, None, field.type), certainty
        rows.append(tables.recorded_row(cells))
    return tuple(rows)


def _places(lines: Sequence[Series], x: Field, calendar: Sequence[Row]) -> list[Any]:
    """Return the places along x; days without a row are included, so that no line bridges them."""
    places = list(dict.fromkeys(place for line in lines for place in line if place is not None))
    if x.type != "date" or x.format == "month":
        return places if x.type == "string" else sorted(places)
    span = [*places, *(row["day"] for row in calendar)]
    if not span:
        return []
    first: date = min(span)
    return [first + timedelta(days=offset) for offset in range((max(span) - first).days + 1)]


def _no_data_note(calendar: Sequence[Row], *, is_known: bool) -> str:
    """Return the reason why there is nothing to draw: an empty box would leave the reader guessing.

    Args:
        calendar: the days, with ``is_covered``.
        is_known: whether all rows of the days could be read.
    """
    missing = [row["day"] for row in calendar if not row.get("is_covered", True)]
    if missing:
        return f"没有数据可画：{day_spans(missing)}未取得数据。"
    # Without a calendar it is unknown whether the days were extracted.
    return "没有数据可画：所示期间没有记录。" if calendar and is_known else "没有数据可画。"


def _bands(calendar: Sequence[Row]) -> tuple[Band, ...]:
    """Return runs of days off, and of days without data."""
    bands: list[Band] = []
    previous: tuple[date, str] | None = None
    for row in sorted(calendar, key=lambda row: row["day"]):
        kind = "缺数据" if not row.get("is_covered", True) else "" if row.get("is_working_day", True) else "休"
        day = row["day"]
        if kind and previous == (day - timedelta(days=1), kind):
            bands[-1] = (bands[-1][0], day.isoformat(), kind)
        elif kind:
            bands.append((day.isoformat(), day.isoformat(), kind))
        previous = (day, kind)
    return tuple(bands)
