"""Charts: a message as title, figures in the record, a figure in Plotly's JSON.

The data of a chart is kept wide, one column a line or a set of bars, exactly as it is drawn: the page draws it, the
workbook makes a native chart of it, and the verification compares all three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar, Literal

from ntanalytics.errors import UsageError
from ntanalytics.reports import data as tables
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.blocks.plot import Band, Mark, plotly_figure
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.reports.labels import days as day_words
from ntanalytics.reports.record import Field

Kind = Literal["line", "bar", "stack", "hbar"]


@dataclass(frozen=True)
class Chart(Block):
    """A chart block.

    Attributes:
        form: line, bar (side by side), stack (on each other) or hbar (lying, for rankings).
        x: the column along which it is drawn.
        fields: ``x``, then one column for each line or set of bars.
        rows: one mapping for each place along ``x``.
        bands: shaded days, each (first, last, label).
        marks: remarks at a place along ``x``, each (place, text).
        note: said below the title, or empty.
        interval: the names of two neighbouring columns, the lower and the upper one, between which it is shaded.
    """

    kind: ClassVar[str] = "chart"

    form: Kind = field(default="line", kw_only=True)
    x: str = field(default="day", kw_only=True)
    fields: tuple[Field, ...] = field(default=(), kw_only=True)
    rows: tuple[Mapping[str, Any], ...] = field(default=(), kw_only=True)
    bands: tuple[Band, ...] = field(default=(), kw_only=True)
    marks: tuple[Mark, ...] = field(default=(), kw_only=True)
    subject: str = field(default="", kw_only=True)
    note: str = field(default="", kw_only=True)
    interval: tuple[str, str] | None = field(default=None, kw_only=True)

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        y = [each.name for each in self.fields if each.name != self.x]
        return {"kind": self.form, "x": self.x, "y": y, "subject": self.subject, "note": self.note}

    def data(self) -> dict[str, Any]:
        """See ``Block.data``."""
        return tables.resource(self.fields, self.rows, (self.x,))

    def figure(self) -> dict[str, Any]:
        """See ``Block.figure``."""
        return plotly_figure(self.form, self.fields, self.rows, self.bands, self.marks, self.interval)


def chart(
    rows: tables.Rows,
    kind: Kind = "line",
    *,
    x: str = "day",
    y: str | Sequence[str] = (),
    series: str | None = None,
    title: str = "",
    id: str,
    days: tables.Rows | None = None,
    marks: Sequence[tuple[Any, str]] = (),
    note: str = "",
    origin: Mapping[str, Any] | None = None,
) -> Chart:
    """A chart block.

    Args:
        rows: an Ibis table, a DataFrame or an Arrow table. Nulls and absent days are gaps that no line bridges.
        kind: ``line``, ``bar``, ``stack`` or ``hbar``.
        x: the column along which it is drawn.
        y: the measure, or the measures of one unit and format.
        series: a column whose every value is a line of its own; then ``y`` is one measure.
        title: the message of the chart, in one sentence.
        id: a slug, unique in the report.
        days: the days of the span (``day``, ``label``, ``is_working_day``, ``is_covered``): days off are shaded,
            and days that were not taken are gaps.
        marks: remarks at a place along ``x``: ``[(date(2026, 11, 18), "联通通道中断")]``.
        note: said below the title; where there is nothing to draw, the chart says so before it, and why.
        origin: metric, datasets, rows and as_of.

    Raises:
        UnknownName: a column has no words in the contract or in a metric.
        UsageError: a column is not there, two rows claim one place, or the measures differ in unit or format.
    """
    names, read = tables.read(rows)
    measures = [y] if isinstance(y, str) else list(y)
    if not measures or (series is not None and len(measures) != 1):
        raise UsageError("a chart draws one measure by series, or some measures without", where=id)
    if names:  # without any column it is a table that no source feeds: there is nothing to draw
        tables.chosen(names, [x, *measures, *([series] if series else [])], id)
    fields, lines = _by_series(read, x, measures[0], series, id) if series else _by_measure(read, x, measures, id)
    calendar = tables.read(days)[1] if days is not None else []
    x_field = tables.field_of(x)
    places = _places(lines, x_field, calendar)
    covered = {row["day"]: row.get("is_covered", True) for row in calendar} if x_field.type == "date" else {}
    x_values = column_labels(x).values
    wide = tuple(
        {x: tables.value_of(place, x_values, x_field.type)}
        | {
            each.name: tables.value_of(line.get(place), None, each.type) if covered.get(place, True) else None
            for each, line in zip(fields, lines, strict=True)
        }
        for place in places
    )
    made_marks = tuple((tables.value_of(place, x_values), tables.clean(text)) for place, text in marks)
    if all(row[each.name] is None for row in wide for each in fields):
        note = " ".join(each for each in (_nothing(calendar), note) if each)
    subject = f"{'、'.join(column_labels(name).label for name in measures)}（按{x_field.title}）"
    return Chart(
        id,
        title,
        form=kind,
        x=x,
        fields=(x_field, *fields),
        rows=wide,
        bands=_bands(calendar) if covered else (),
        marks=made_marks,
        subject=subject,
        note=note,
        origin=origin,
    )


Line = dict[Any, Any]


def _by_measure(read: list[dict[str, Any]], x: str, measures: Sequence[str], id: str) -> tuple[list[Field], list[Line]]:
    fields = [tables.field_of(name) for name in measures]
    if len({(each.unit, each.format) for each in fields}) > 1:
        raise UsageError("measures of different units or formats share no axis", where=id, todo="draw two charts")
    return fields, [_line(((row[x], row[name]) for row in read), id) for name in measures]


def _by_series(read: list[dict[str, Any]], x: str, y: str, series: str, id: str) -> tuple[list[Field], list[Line]]:
    measure, values = tables.field_of(y), column_labels(series).values
    fields: list[Field] = []
    lines: list[Line] = []
    for code in dict.fromkeys(row[series] for row in read):
        title = "未注明" if code is None else tables.clean(str(values.get(code, code)))
        fields.append(Field(f"{y}_{len(fields) + 1}", measure.type, title, measure.unit, measure.format))
        lines.append(_line(((row[x], row[y]) for row in read if row[series] == code), id))
    return fields, lines


def _line(points: Any, id: str) -> Line:
    line: Line = {}
    for place, value in points:
        if place in line:
            raise UsageError(f"two rows claim {place} on one line", where=id, todo="aggregate, or name the series=")
        line[place] = value
    return line


def _places(lines: Sequence[Line], x: Field, calendar: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The places along x; days without a row are put in, so that no line bridges them."""
    found = list(dict.fromkeys(place for line in lines for place in line if place is not None))
    if x.type != "date" or x.format == "month":
        return found if x.type == "string" else sorted(found)
    span = [*found, *(row["day"] for row in calendar)]
    if not span:
        return []
    first: date = min(span)
    return [first + timedelta(days=offset) for offset in range((max(span) - first).days + 1)]


def _nothing(calendar: Sequence[Mapping[str, Any]]) -> str:
    """Why there is nothing to draw, in words: an empty box would leave the reader guessing."""
    missing = [row["day"].isoformat() for row in calendar if not row.get("is_covered", True)]
    if missing:
        return f"没有数据可画：{day_words(missing)} 未取得数据。"
    # Without the days of the span it is not known whether they were taken.
    return "没有数据可画：所示期间没有记录。" if calendar else "没有数据可画。"


def _bands(calendar: Sequence[Mapping[str, Any]]) -> tuple[Band, ...]:
    """Runs of days off, and of days that were not taken."""
    bands: list[Band] = []
    previous: tuple[date, str] | None = None
    for row in sorted(calendar, key=lambda each: each["day"]):
        kind = "缺数据" if not row.get("is_covered", True) else "" if row.get("is_working_day", True) else "休"
        day = row["day"]
        if kind and previous == (day - timedelta(days=1), kind):
            bands[-1] = (bands[-1][0], day.isoformat(), kind)
        elif kind:
            bands.append((day.isoformat(), day.isoformat(), kind))
        previous = (day, kind)
    return tuple(bands)
