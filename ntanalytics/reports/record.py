"""The record: the blocks of an executed notebook, as they were displayed.

The executed notebook is the record of a report. Each block is one display output: typed content as JSON (``BLOCK``),
data as a Table Schema resource (``DATA``), the Plotly figure of a chart (``FIGURE``), the findings that it shows with
all their fields (``FINDINGS``), and a preview. Renderers and the verification read these and nothing else.

A row of the data that stands over a gap has a key ``certainty`` beside its columns: column → ``lower_bound`` (the value
is the bound: ≥), ``upper_bound`` (≤) or ``unknown`` (the value is null). What it does not name is exact. A headline
figure over a gap has its own ``certainty``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ntanalytics.errors import ReportIncomplete
from ntanalytics.language import tr
from ntanalytics.reports.renamed import current_body, current_findings, current_rows
from ntanalytics.reports.schemas import SCHEMA_VERSION, newer_version

BLOCK = "application/vnd.ntanalytics.block+json"
DATA = "application/vnd.dataresource+json"
FIGURE = "application/vnd.plotly.v1+json"
FINDINGS = "application/vnd.ntanalytics.findings+json"

#: Key of the publication in the notebook's metadata.
PUBLICATION = "publication"

#: Key in a row of the block that shows what stands behind it; no column shows it.
DETAIL = "detail"

#: Name of a board's column of what the last days said (``findings.week_strip``).
STRIP = "strip"

#: What an empty table says, where nothing is missing.
NO_ROWS = "无记录"

#: The kinds of block.
KINDS = ("head", "sentences", "kpis", "table", "chart", "board", "signatures")


@dataclass(frozen=True)
class Field:
    """A column of a block's data.

    Attributes:
        name: the key in each row.
        type: the Table Schema type (string, integer, number, boolean, date, datetime).
        title: the Chinese heading.
        unit: the unit beside the heading, or empty.
        format: the format of the values (reports/formats.py).
    """

    name: str
    type: str
    title: str
    unit: str = ""
    format: str = "text"

    def to_json(self) -> dict[str, str]:
        """Return the field as the record keeps it."""
        return {"name": self.name, "type": self.type, "title": self.title, "unit": self.unit, "format": self.format}


def certainty_of(row: Mapping[str, Any], column: str) -> str:
    """Return the certainty of a cell of a block's data, or of a headline figure's ``value``."""
    known: Mapping[str, str] = row.get("certainty") or {}
    return known.get(column, "exact")


@dataclass(frozen=True, kw_only=True)
class RecordedBlock:
    """A block as the record has it.

    Attributes:
        kind: one of ``KINDS``.
        id: a slug, unique in the report.
        title: the heading, or empty.
        body: the whole content.
        fields: the columns of the data, in order; empty when there are none.
        rows: the data; of a row over a gap also the certainty (see the module), of one with a detail its block.
        figure: the Plotly figure of a chart, else None.
        findings_json: the findings that the block shows (reports/findings_json.py), else None.
    """

    kind: str
    id: str
    title: str
    body: Mapping[str, Any]
    fields: tuple[Field, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    figure: Mapping[str, Any] | None = None
    findings_json: Mapping[str, Any] | None = None

    @property
    def has_plot(self) -> bool:
        """Presence of a figure to draw: the block is a chart with values; over a gap a chart may have none."""
        return self.kind == "chart" and any(row[name] is not None for row in self.rows for name in self.body["y"])

    @property
    def linked(self) -> str:
        """Name of the column that leads to the detail of a row: the first one that is no status; empty without any."""
        return next((field.name for field in self.fields if field.format != "state"), "")

    @property
    def note(self) -> str:
        """Remark below the title, or empty."""
        return str(self.body.get("note", ""))

    @property
    def empty(self) -> str:
        """Words in place of rows, where there are none: those of the record, which one of an earlier version lacks."""
        return "" if self.rows else str(self.body.get("empty", NO_ROWS))

    @property
    def origin(self) -> Mapping[str, Any]:
        """Source of the figures: metric, datasets, rows, as_of; empty when it is not recorded."""
        return dict(self.body.get("origin") or {})


@dataclass(frozen=True)
class Heading:
    """A markdown cell of the notebook: the heading of a section, and the text below it."""

    markdown: str


@dataclass(frozen=True)
class Publication:
    """Identity of a published report, which the runner writes into its record: the report, the run and the version."""

    report: str
    run_id: str
    version: int


@dataclass(frozen=True)
class Record:
    """A report's record.

    Attributes:
        head: the head block.
        items: headings and blocks in the order of the notebook, without the head.
        has_document: the report is also issued for Word: ``docx: true`` in the notebook's metadata.
        has_ofd: the report is also issued as OFD: ``ofd: true`` there.
        publication: the identity of the published report; None in an older record, and in one run by hand.
    """

    head: RecordedBlock
    items: tuple[RecordedBlock | Heading, ...]
    has_document: bool = False
    publication: Publication | None = None
    has_ofd: bool = False

    @property
    def blocks(self) -> tuple[RecordedBlock, ...]:
        """The blocks without the head."""
        return tuple(item for item in self.items if isinstance(item, RecordedBlock))

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which instants are shown."""
        return ZoneInfo(str(self.head.body["timezone"]))


def read_block(bundle: Mapping[str, Any]) -> RecordedBlock:
    """Return the block of a display bundle."""
    body = current_body(bundle[BLOCK])
    resource = bundle.get(DATA, {})
    fields = resource.get("schema", {}).get("fields", ())
    return RecordedBlock(
        kind=body["block"],
        id=body["id"],
        title=body.get("title", ""),
        body=body,
        fields=tuple(Field(**{**field, "type": str(field["type"])}) for field in fields),
        rows=tuple(current_rows(resource.get("data", []))),
        figure=bundle.get(FIGURE),
        findings_json=current_findings(bundle.get(FINDINGS)),
    )


def read_record(notebook: Mapping[str, Any]) -> Record:
    """Return the record of an executed notebook.

    Args:
        notebook: the notebook, version 4, as nbformat gives it to an exporter.

    Raises:
        ReportIncomplete: there is no head, or two heads, or two blocks have the same id; or a newer version of the
            suite made it.
    """
    about = notebook.get("metadata", {}).get("ntanalytics", {})
    if (version := newer_version(about)) is not None:
        raise ReportIncomplete(
            tr(
                "the record has schema version {version}, and this program knows {schema_version}",
                version=version,
                schema_version=SCHEMA_VERSION,
            ),
            todo=tr("use the version of ntanalytics that made it, or a newer one"),
        )
    items: list[RecordedBlock | Heading] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and cell["source"].strip():
            items.append(Heading(cell["source"]))
        for output in cell.get("outputs", ()):
            items += [read_block(output["data"])] if BLOCK in output.get("data", {}) else []
    blocks = [item for item in items if isinstance(item, RecordedBlock)]
    heads = [block for block in blocks if block.kind == "head"]
    if len(heads) != 1:
        raise ReportIncomplete(
            tr("a record has one head block, this one has {count}", count=len(heads)),
            todo=tr("show report.head() once"),
        )
    _require_unique_ids(blocks)
    published = about.get(PUBLICATION)
    return Record(
        heads[0],
        tuple(item for item in items if item is not heads[0]),
        about.get("docx") is True,
        Publication(**published) if published else None,
        about.get("ofd") is True,
    )


def load_record(path: Path) -> Record:
    """Return the record in a notebook file; see ``read_record``.

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
        raise ReportIncomplete(tr("this is no notebook"), where=str(path), todo=tr("run the report again")) from error
    return read_record(notebook)


def _require_unique_ids(blocks: Sequence[RecordedBlock]) -> None:
    ids = [block.id for block in blocks]
    duplicates = sorted({block_id for block_id in ids if ids.count(block_id) > 1})
    if duplicates:
        raise ReportIncomplete(
            tr("two blocks have the id {duplicates}", duplicates=", ".join(duplicates)),
            todo=tr("give each block its own id="),
        )
