"""The record of a notebook that is no report: its headings, blocks, data frames and Plotly figures, in their order.

An analyst's notebook has no head; it is exported with one of its own, of the day. Code and printed text stay out.
"""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from ntanalytics.periods import Period
from ntanalytics.reports.blocks.block import Block, to_json
from ntanalytics.reports.blocks.head import Head
from ntanalytics.reports.record import BLOCK, FIGURE, Field, Heading, Record, RecordedBlock, read_block, read_record

_HEIGHT = 380
#: Form of a chart block by the type of a Plotly trace.
_FORMS = {"scatter": "line", "scattergl": "line", "bar": "bar"}


def record_of(notebook: Mapping[str, Any], name: str, now: datetime | None = None) -> Record:
    """Return the record of an executed notebook: that of a report, or else one of all that it shows.

    Args:
        notebook: the notebook, version 4, as nbformat gives it to an exporter.
        name: its name, which is the title if no heading gives one.
        now: the time of the export; default: now.

    Raises:
        ReportIncomplete: it is a report, and its record is incomplete.
    """
    outputs = [output.get("data", {}) for cell in notebook["cells"] for output in cell.get("outputs", ())]
    if any(data.get(BLOCK, {}).get("block") == "head" for data in outputs):
        return read_record(notebook)
    items = list(_items(notebook["cells"]))
    title = next((text for item in items if isinstance(item, Heading) and (text := _title(item))), name)
    return _record(title, items, now or datetime.now(UTC))


def record_of_blocks(title: str, blocks: Sequence[Block], now: datetime | None = None) -> Record:
    """Return a record of some blocks.

    Args:
        title: its title.
        blocks: the blocks, in order.
        now: the time of the export; default: now.
    """
    return _record(title, [read_block(block._repr_mimebundle_()) for block in blocks], now or datetime.now(UTC))


def _record(title: str, items: Sequence[RecordedBlock | Heading], moment: datetime) -> Record:
    head = Head(id="head", title=title, period=Period.day(moment.date()), generated_at=moment)
    return Record(read_block(head._repr_mimebundle_()), tuple(_with_own_ids(items)))


def name_of(resources: Mapping[str, Any] | None) -> str:
    """Return the name of the notebook in nbconvert's resources."""
    return str(((resources or {}).get("metadata") or {}).get("name") or "笔记本")


def _items(cells: Sequence[Mapping[str, Any]]) -> Iterator[RecordedBlock | Heading]:
    for cell in cells:
        if cell["cell_type"] == "markdown" and cell["source"].strip():
            yield Heading(cell["source"])
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if BLOCK in data:
                yield read_block(data)
            elif FIGURE in data:
                yield from _figure_blocks(data[FIGURE])
            elif "<table" in "".join(data.get("text/html", "")):
                yield from _frame_blocks("".join(data["text/html"]))


def _with_own_ids(items: Sequence[RecordedBlock | Heading]) -> Iterator[RecordedBlock | Heading]:
    """Yield the items; the blocks are numbered, since a cell may show the same one twice."""
    for number, item in enumerate(items, 1):
        yield replace(item, id=f"item-{number}") if isinstance(item, RecordedBlock) else item


def _title(heading: Heading) -> str:
    match = re.match(r"#+\s*(.+)", heading.markdown.strip())
    return match[1].strip() if match else ""


def _frame_blocks(html: str) -> Iterator[RecordedBlock]:
    """Yield the tables of a data frame's display; an index without a name that only counts is left out."""
    for frame in pd.read_html(io.StringIO(html)):
        frame.columns = [" ".join(map(str, np.atleast_1d(name))) for name in frame.columns]
        if frame.columns.size and str(frame.columns[0]).startswith("Unnamed") and _only_counts(frame.iloc[:, 0]):
            frame = frame.iloc[:, 1:]  # noqa: PLW2901
        names = [f"c{index}" for index in range(len(frame.columns))]
        fields = tuple(
            _field(name, str(title), frame.iloc[:, index])
            for index, (name, title) in enumerate(zip(names, frame.columns, strict=True))
        )
        rows = tuple(
            dict(zip(names, map(_plain, row), strict=True)) for row in frame.itertuples(index=False, name=None)
        )
        yield RecordedBlock(kind="table", id="frame", title="", body={"block": "table"}, fields=fields, rows=rows)


def _figure_blocks(figure: Mapping[str, Any]) -> Iterator[RecordedBlock]:
    """Yield a Plotly figure as a chart with its data, if it has lines or bars; else nothing is known of its data."""
    traces = [trace for trace in figure.get("data", ()) if trace.get("type", "scatter") in _FORMS]
    if not traces:
        return
    is_flat = traces[0].get("orientation") == "h"
    along, across = ("y", "x") if is_flat else ("x", "y")
    series = [dict(zip(_values(t.get(along)), _values(t.get(across)), strict=False)) for t in traces]
    places = list(dict.fromkeys(place for values in series for place in values))
    names = [f"y{index}" for index in range(len(traces))]
    titles = [str(trace.get("name") or "值") for trace in traces]
    layout = dict(figure.get("layout", {}))
    layout.pop("template", None)  # the page has its own
    layout["height"] = layout.get("height") or _HEIGHT
    title = layout.pop("title", "") or ""
    form = "hbar" if is_flat else _FORMS[traces[0].get("type", "scatter")]
    yield RecordedBlock(
        kind="chart",
        id="figure",
        title=str(title.get("text", "") if isinstance(title, Mapping) else title),
        body={"block": "chart", "kind": form, "x": "x", "y": names, "subject": "", "note": ""},
        fields=(
            Field("x", "string", ""),
            *(Field(n, "number", t, format="number:2") for n, t in zip(names, titles, strict=True)),
        ),
        rows=tuple(
            {"x": str(place)} | {n: _plain(values.get(place)) for n, values in zip(names, series, strict=True)}
            for place in places
        ),
        figure=to_json({"data": figure["data"], "layout": layout}),
    )


def _values(values: Any) -> list[Any]:
    """Return the values of a trace: Plotly keeps long arrays as base64."""
    if isinstance(values, Mapping) and "bdata" in values:
        array = np.frombuffer(base64.b64decode(values["bdata"]), dtype=np.dtype(values["dtype"]))
        return list(array.tolist())
    return list(values or ())


def _field(name: str, title: str, values: pd.Series[Any]) -> Field:
    if pd.api.types.is_bool_dtype(values):
        return Field(name, "boolean", title)
    if pd.api.types.is_integer_dtype(values):
        return Field(name, "integer", title, format="integer")
    if pd.api.types.is_float_dtype(values):
        return Field(name, "number", title, format="number:2")
    return Field(name, "string", title)


def _only_counts(values: pd.Series[Any]) -> bool:
    return list(values) == list(range(len(values)))


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if hasattr(value, "item"):
        value = value.item()
    return None if value is None or (isinstance(value, float) and not math.isfinite(value)) else value
