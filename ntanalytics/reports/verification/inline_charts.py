"""What the small drawings of a page must show, worked out from the record: lines and bars."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ntanalytics.reports.blocks.inline_charts import LIMIT, WIDTH
from ntanalytics.reports.record import Recorded

Element = Any


def differences(block: Recorded, element: Element) -> list[str]:
    """How the drawn column of a table differs from the record."""
    drawn = block.body["drawn"]
    cells = element.xpath(".//tbody/tr/td[@class='drawn']")
    rows = element.xpath(".//tbody/tr")
    found = [] if len(cells) == len(rows) else [f"block {block.id}: {len(cells)} drawings in {len(rows)} rows"]
    if len(element.xpath(".//svg")) != len(element.xpath(".//td[@class='drawn']/svg")):
        found.append(f"block {block.id}: a drawing that is not the record's")
    for number, (value, cell) in enumerate(zip(drawn["values"], cells, strict=False)):
        what = f"block {block.id}: the drawing of row {number + 1}"
        found += line(what, value, cell) if drawn["kind"] == "line" else _bar(what, value, cell)
    return found


def line(what: str, values: Sequence[float | None], element: Element) -> list[str]:
    """The heights of a small line must go with its values: greater is higher, in proportion."""
    known = [value for value in values if value is not None]
    heights = [
        float(point.split(",")[1]) for drawn in element.xpath(".//polyline") for point in drawn.get("points").split()
    ]
    lone = element.xpath(".//circle[not(@class)]")
    if len(known) < 2:
        known = []
    if len(heights) + len(lone) != len(known):
        return [f"{what} has {len(heights)} points, not {len(known)}"]
    if lone or not known or max(known) == min(known):
        return []
    scale = (max(heights) - min(heights)) / (max(known) - min(known))
    return [
        f"{what} is not the record's"
        for (value, height), (after, lower) in pairwise(zip(known, heights, strict=True))
        if abs((after - value) * scale + (lower - height)) > 0.2
    ][:1]


def _bar(what: str, value: float | None, element: Element) -> list[str]:
    """A bar must be as long as its share of the limit, and say by its colour whether it is beyond."""
    found = element.xpath(".//svg")
    if value is None:
        return [f"{what} is none of the record's"] if found else []
    widths = [float(each.get("width")) for each in element.xpath(".//rect[@class='spent']")]
    wanted = min(max(value, 0.0) * LIMIT, WIDTH)
    is_late = [("late" in each.get("class").split()) for each in found]
    if len(widths) != 1 or abs(widths[0] - wanted) > 0.06 or is_late != [value > 1]:
        return [f"{what} is not the record's"]
    return []
