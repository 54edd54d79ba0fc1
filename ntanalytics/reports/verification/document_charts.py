"""The charts of a Word document beside the record: each with the names, categories and values of its block."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Mapping
from typing import Any

import lxml.etree

from ntanalytics.reports.document_order import document_items
from ntanalytics.reports.record import Heading, Record, RecordedBlock
from ntanalytics.reports.verification.html import cell_text

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

#: The relations of a document: id → part.
_RELATIONS = "word/_rels/document.xml.rels"

#: A chart as it is drawn: name of each series → its points, each with its category.
_Drawn = list[tuple[str, list[tuple[str, float]]]]


def charts_of(parts: Mapping[str, bytes], body: Any) -> list[_Drawn]:
    """Return the charts of a document, in its order.

    Args:
        parts: the files of the document.
        body: its body, parsed.
    """
    relations = _parsed(parts.get(_RELATIONS, b"<r/>"))
    targets = {relation.get("Id"): posixpath.join("word", relation.get("Target")) for relation in relations}
    shown = [targets.get(chart.get(_ID), "") for chart in body.iter(f"{_C}chart")]
    return [_drawn(_parsed(parts[name])) if name in parts else [] for name in shown]


def _parsed(content: bytes) -> Any:
    return lxml.etree.fromstring(content, lxml.etree.XMLParser(resolve_entities=False, no_network=True))


def chart_differences(record: Record, charts: list[_Drawn]) -> list[str]:
    """Return the differences between the charts of a document and the record."""
    items = [item for item, _ in document_items(record.items) if not isinstance(item, Heading)]
    blocks = [item for item in items if item.has_plot]
    if len(blocks) != len(charts):
        return [f"it has {len(charts)} charts instead of {len(blocks)}"]
    wrong = [
        block.id for block, chart in zip(blocks, charts, strict=True) if not _is_same(chart, _wanted(block, record))
    ]
    return [f"chart {name!r} is not that of the record" for name in wrong]


def _drawn(chart: Any) -> _Drawn:
    series = []
    for drawn in chart.iter(f"{_C}ser"):
        names = [point.findtext(f"{_C}v") or "" for point in drawn.iterfind(f"{_C}cat//{_C}pt")]
        points = [
            (names[int(point.get("idx"))], float(point.findtext(f"{_C}v")))
            for point in drawn.iterfind(f"{_C}val//{_C}pt")
        ]
        series.append((drawn.findtext(f"{_C}tx/{_C}v") or "", points))
    return series


def _is_same(drawn: _Drawn, wanted: _Drawn) -> bool:
    """Return whether two charts have the same names, categories and values, as far as an office file keeps digits."""
    if [(name, [place for place, _ in points]) for name, points in drawn] != [
        (name, [place for place, _ in points]) for name, points in wanted
    ]:
        return False
    values = [[value for _, points in chart for _, value in points] for chart in (drawn, wanted)]
    return all(math.isclose(one, other, rel_tol=1e-12) for one, other in zip(*values, strict=True))


def _wanted(block: RecordedBlock, record: Record) -> _Drawn:
    fields = {field.name: field for field in block.fields}
    x = fields[block.body["x"]]
    first = 5 if x.format == "date" else 0  # days stand without their year
    return [
        (
            fields[name].title,
            [
                (cell_text(block, row, x, record.zone)[first:], float(row[name]))
                for row in block.rows
                if row[name] is not None
            ],
        )
        for name in block.body["y"]
    ]
