"""The record: the blocks of an executed notebook, as they were displayed.

The executed notebook is the record of a report. Each block is one display output that carries, beside a preview, its
typed content as JSON (``BLOCK``), its data as a Table Schema resource (``DATA``), for a chart its Plotly figure
(``FIGURE``) and, where it shows findings, all that is known of them (``FINDINGS``). Renderers and the verification
read these and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ntanalytics.errors import ReportIncomplete
from ntanalytics.reports.renamed import current_body, current_findings, current_rows

BLOCK = "application/vnd.ntanalytics.block+json"
DATA = "application/vnd.dataresource+json"
FIGURE = "application/vnd.plotly.v1+json"
FINDINGS = "application/vnd.ntanalytics.findings+json"

#: The kinds of block.
KINDS = ("head", "sentences", "kpis", "table", "chart", "board", "signatures")


@dataclass(frozen=True)
class Field:
    """A column of a block's data.

    Attributes:
        name: its key in each row.
        type: its Table Schema type (string, integer, number, boolean, date, datetime).
        title: the Chinese words that head it.
        unit: the unit beside the title, or empty.
        format: how its values are written (reports/formats.py).
    """

    name: str
    type: str
    title: str
    unit: str = ""
    format: str = "text"

    def to_json(self) -> dict[str, str]:
        """The field as the record keeps it."""
        return {"name": self.name, "type": self.type, "title": self.title, "unit": self.unit, "format": self.format}


@dataclass(frozen=True)
class Recorded:
    """A block as the record has it.

    Attributes:
        kind: one of ``KINDS``.
        id: a slug, unique in the report.
        title: what it says, or empty.
        body: its whole content.
        fields: the columns of its data, in order; empty when it has none.
        rows: its data.
        figure: a chart's Plotly figure, else empty.
        found: the findings that it shows, complete (reports/found.py), else None.
    """

    kind: str
    id: str
    title: str
    body: Mapping[str, Any]
    fields: tuple[Field, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    figure: Mapping[str, Any] | None = None
    found: Mapping[str, Any] | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether it is a chart with something to draw; one over a hole may have no series, or no figure in them."""
        return self.kind == "chart" and any(row[name] is not None for row in self.rows for name in self.body["y"])

    @property
    def note(self) -> str:
        """What is said below the title, or empty."""
        return str(self.body.get("note", ""))

    @property
    def origin(self) -> Mapping[str, Any]:
        """Where its figures come from; empty when that is not said."""
        return dict(self.body.get("origin") or {})


@dataclass(frozen=True)
class Heading:
    """A markdown cell of the notebook: the heading of a section, and what is said below it."""

    markdown: str


@dataclass(frozen=True)
class Record:
    """A report's record.

    Attributes:
        head: the head block.
        items: headings and blocks in the order of the notebook, without the head.
        has_document: whether the report is also issued for Word: ``docx: true`` in the notebook's metadata.
    """

    head: Recorded
    items: tuple[Recorded | Heading, ...]
    has_document: bool = False

    @property
    def blocks(self) -> tuple[Recorded, ...]:
        """The blocks without the head."""
        return tuple(item for item in self.items if isinstance(item, Recorded))

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which instants are shown."""
        return ZoneInfo(str(self.head.body["timezone"]))


def recorded(bundle: Mapping[str, Any]) -> Recorded:
    """A block from its display bundle."""
    body = current_body(bundle[BLOCK])
    resource = bundle.get(DATA, {})
    fields = tuple(
        Field(**{**each, "type": str(each["type"])}) for each in resource.get("schema", {}).get("fields", ())
    )
    rows = tuple(current_rows(resource.get("data", [])))
    return Recorded(
        body["block"],
        body["id"],
        body.get("title", ""),
        body,
        fields,
        rows,
        bundle.get(FIGURE),
        current_findings(bundle.get(FINDINGS)),
    )


def read_record(notebook: Mapping[str, Any]) -> Record:
    """The record that an executed notebook holds.

    Args:
        notebook: the notebook, version 4, as nbformat gives it to an exporter.

    Raises:
        ReportIncomplete: it has no head, two heads, or two blocks of the same id.
    """
    items: list[Recorded | Heading] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and cell["source"].strip():
            items.append(Heading(cell["source"]))
        for output in cell.get("outputs", ()):
            items += [recorded(output["data"])] if BLOCK in output.get("data", {}) else []
    blocks = [item for item in items if isinstance(item, Recorded)]
    heads = [block for block in blocks if block.kind == "head"]
    if len(heads) != 1:
        raise ReportIncomplete(
            f"a record has one head block, this one has {len(heads)}", todo="show report.head() once"
        )
    _refuse_twins(blocks)
    about = notebook.get("metadata", {}).get("ntanalytics", {})
    return Record(heads[0], tuple(item for item in items if item is not heads[0]), about.get("docx") is True)


def load_record(path: Path) -> Record:
    """The record in a notebook file; see ``read_record``.

    A notebook is plain JSON. nbformat would read it too, but importing it takes a second, and every kernel that shows
    a block imports this module.

    Raises:
        ReportIncomplete: the file is no notebook, or it holds no record.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])  # in a file, a list of lines
    except (ValueError, KeyError, TypeError) as error:
        raise ReportIncomplete("this is no notebook", where=str(path), todo="run the report again") from error
    return read_record(notebook)


def _refuse_twins(blocks: Sequence[Recorded]) -> None:
    ids = [block.id for block in blocks]
    twins = sorted({each for each in ids if ids.count(each) > 1})
    if twins:
        raise ReportIncomplete(f"two blocks have the id {', '.join(twins)}", todo="give each block its own id=")
