"""Bindings of the OFD file: each printed text and drawn series with its origin, as an attachment and as custom tags."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ntanalytics.reports.exporters.ofd.elements import Element, SealArea, Text
from ntanalytics.reports.exporters.ofd.identity import Identity
from ntanalytics.reports.exporters.ofd.seal_area import NAME
from ntanalytics.reports.exporters.ofd.xml_text import HEADER, ROOT, attributes, box_text
from ntanalytics.reports.record import Record

#: Namespace of the tags.
TAGS = "urn:ntanalytics:ofd:figures:1"


@dataclass(frozen=True)
class PlacedElement:
    """An element with its object id, the id of its page, and the page's number from 1."""

    element: Element
    object_id: int
    page_id: int
    page: int


def figures_json(record: Record, identity: Identity, placed: Sequence[PlacedElement]) -> str:
    """Return the attachment ``figures.json``: a line for each block, each printed text and each drawn series."""
    head = record.head.body
    blocks = ",\n".join(_json({"block": block.id, "title": block.title, **block.origin}) for block in record.blocks)
    about = {
        "report": identity.report,
        "period": identity.period,
        "version": identity.version,
        "run": identity.run,
        "title": record.head.title,
        "generated_at": head["generated_at"],
        "datasets": head["versions"],
    }
    lines = ",\n".join(_json(_entry(item)) for item in placed if _is_listed(item.element))
    return f'{_json(about)[:-1]},"blocks":[\n{blocks}\n],"objects":[\n{lines}\n]}}\n'


def _is_listed(element: Element) -> bool:
    return isinstance(element, Text) or element.binding.value is not None


def _entry(placed: PlacedElement) -> Mapping[str, object]:
    """Return the entry of a text or series; what is empty or usual is left out."""
    element, binding = placed.element, placed.element.binding
    entry: dict[str, object] = {"object": placed.object_id, "page": placed.page}
    if isinstance(element, Text):
        entry["text"] = element.text
    names = ("block", "label", "metric", "unit")
    entry |= {name: getattr(binding, name) for name in names if getattr(binding, name)}
    if binding.metric:
        entry |= {"value": binding.value, "format": binding.format, "certainty": binding.certainty}
    return entry


def tags_xml(
    record: Record, identity: Identity, placed: Sequence[PlacedElement], seal: tuple[SealArea, PlacedElement]
) -> str:
    """Return the custom tags: each figure's metric, period, unit and dataset versions, bound to its object.

    A figure is a text of the record that has a digit or a recorded value, or a drawn series.
    """
    origins = {block.id: block.origin for block in record.blocks}
    every = record.head.body["versions"]
    versions = {name: _versions(origin.get("datasets") or every) for name, origin in origins.items()}
    lines = []
    for item in placed:
        binding = item.element.binding
        has_digit = isinstance(item.element, Text) and any(map(str.isdigit, item.element.text))
        if not binding.block or not (binding.metric or has_digit):
            continue
        origin = origins.get(binding.block, {})
        about = {
            "block": binding.block,
            "label": binding.label,
            "metric": binding.metric or origin.get("metric") or "",
            "period": identity.period,
            "unit": binding.unit,
            "datasets": versions.get(binding.block) or _versions(every),
        }
        lines.append(f"<Figure{attributes(about)}>{_reference(item)}</Figure>")
    area, corners = seal
    place = {"name": NAME, "box": box_text(area.box)}
    lines.append(f"<SealArea{attributes(place)}>{_reference(corners)}</SealArea>")
    return f'{HEADER}<Figures xmlns="{TAGS}" {ROOT}>\n' + "\n".join(lines) + "\n</Figures>\n"


def _versions(datasets: Mapping[str, Any]) -> str:
    return " ".join(f"{name}:{version}" for name, version in datasets.items())


def _reference(placed: PlacedElement) -> str:
    return f'<ofd:ObjectRef PageRef="{placed.page_id}">{placed.object_id}</ofd:ObjectRef>'


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
