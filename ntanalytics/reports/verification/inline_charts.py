"""The expected small drawings of a page, lines and bars, and the differences of a page from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ntanalytics.reports.blocks.inline_charts import LIMIT, WIDTH
from ntanalytics.reports.record import RecordedBlock

Element = Any


def column_differences(block: RecordedBlock, element: Element) -> list[str]:
    """Return the differences between a table's column of drawings and the record."""
    column = block.body["drawn"]
    cells = element.xpath(".//tbody/tr/td[@class='drawn']")
    rows = element.xpath(".//tbody/tr")
    differences = [] if len(cells) == len(rows) else [f"block {block.id}: {len(cells)} drawings in {len(rows)} rows"]
    marks = column.get("marks") or [[] for _ in cells]
    for number, (cell, known) in enumerate(zip(cells, marks, strict=False), 1):
        differences += mark_differences(f"block {block.id}: the drawing of row {number}", known, cell)
    if len(element.xpath(".//svg")) != len(element.xpath(".//td[@class='drawn']/svg")):
        differences.append(f"block {block.id}: a drawing that is not the record's")
    compare = line_differences if column["kind"] == "line" else _bar_differences
    for number, (value, cell) in enumerate(zip(column["values"], cells, strict=False), 1):
        differences += compare(f"block {block.id}: the drawing of row {number}", value, cell)
    return differences


def line_differences(name: str, values: Sequence[float | None], element: Element) -> list[str]:
    """Return the difference of a sparkline from its values; its heights must be in proportion to them."""
    known = [value for value in values if value is not None]
    lines = [line.get("points").split() for line in element.xpath(".//polyline")]
    heights = [float(point.split(",")[1]) for line in lines for point in line]
    single_points = element.xpath(".//circle[not(@class)]")
    if len(known) < 2:
        known = []
    if len(heights) + len(single_points) != len(known):
        return [f"{name} has {len(heights)} points, not {len(known)}"]
    if single_points or not known or max(known) == min(known):
        return []
    scale = (max(heights) - min(heights)) / (max(known) - min(known))
    return [
        f"{name} is not the record's"
        for (value, height), (next_value, next_height) in pairwise(zip(known, heights, strict=True))
        if abs((next_value - value) * scale + (next_height - height)) > 0.2
    ][:1]


def mark_differences(name: str, marks: Sequence[Mapping[str, Any]], element: Element) -> list[str]:
    """Return the differences of the marked exceptions of a sparkline from the record, in number, place and words."""
    places = sorted(float(circle.get("cx")) for circle in element.xpath(".//circle[@class='out']"))
    names = [svg.get("aria-label") for svg in element.xpath(".//svg[@aria-label]")]
    wanted = [words for mark in marks for words in [mark["words"]]]
    is_named = len(names) == bool(marks) and all(words in name for words in wanted for name in names)
    is_ordered = len(places) == len(marks) and sorted(mark["at"] for mark in marks) == [mark["at"] for mark in marks]
    return [] if is_named and is_ordered else [f"{name} does not mark the record's exceptions"]


def _bar_differences(name: str, value: float | None, element: Element) -> list[str]:
    """Return the difference of a bar from its share of the limit, in length and colour."""
    bars = element.xpath(".//svg")
    if value is None:
        return [f"{name} is none of the record's"] if bars else []
    widths = [float(bar.get("width")) for bar in element.xpath(".//rect[@class='spent']")]
    wanted = min(max(value, 0.0) * LIMIT, WIDTH)
    is_late = [("late" in bar.get("class").split()) for bar in bars]
    if len(widths) != 1 or abs(widths[0] - wanted) > 0.06 or is_late != [value > 1]:
        return [f"{name} is not the record's"]
    return []
