"""Elements of a page of the OFD file: texts and shapes, in millimetres from the page's top left corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from ntanalytics.reports.exporters.ofd.fonts import Face, typeface
from ntanalytics.reports.palette import INK

#: Parts of the size of a text above and below its baseline, for its boundary, at which a reader clips.
ASCENT, DESCENT = 0.95, 0.3

#: Room at a line for its corners, in parts of its width.
_CORNER_ROOM = 1.5


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Origin of an element in the record.

    Attributes:
        block: the id of the block; empty for what belongs to no block.
        label: its words: ``中国联通 · 送达率``; empty for a text that is no figure.
        metric: the name of the measure or column.
        unit: its unit, or empty.
        value: the recorded value of a figure; the values of a line or set of bars.
        format: the format of the value (reports/formats.py).
        certainty: that of the value: ``exact``, ``lower_bound``, ``upper_bound`` or ``unknown``.
    """

    block: str = ""
    label: str = ""
    metric: str = ""
    unit: str = ""
    value: Any = None
    format: str = "text"
    certainty: str = "exact"


NOTHING = Binding()


@dataclass(frozen=True, kw_only=True)
class Text:
    """A piece of a line in one face.

    Attributes:
        text: at least one character.
        x, baseline: the place of its first character.
        face, size, color: its face, size in millimetres and colour.
        spread: space that is added after each character, in a line that fills its width.
        pitch: the distance of all characters, in place of their own advances; 0 for these.
        binding: what it is in the record.
    """

    text: str
    x: float
    baseline: float
    face: Face
    size: float
    color: str = INK
    spread: float = 0.0
    pitch: float = 0.0
    binding: Binding = NOTHING

    @property
    def advances(self) -> list[float]:
        """Distances between its characters."""
        if self.pitch:
            return [self.pitch] * (len(self.text) - 1)
        return [width + self.spread for width in self._widths[:-1]]

    @property
    def width(self) -> float:
        """Its width, without the space after it."""
        if self.pitch:
            return self.pitch * len(self.text)
        return sum(self._widths) + self.spread * (len(self.text) - 1)

    @cached_property
    def _widths(self) -> list[float]:
        """Own advances of its characters."""
        return widths(self.text, self.face, self.size)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A path.

    Attributes:
        box: left, top, width and height of its boundary.
        path: its commands, in millimetres from the boundary's corner.
        fill, stroke: colours, or empty.
        line: the width of its stroke.
        dash: lengths of a broken line; empty for an unbroken one.
        binding: what it is in the record.
    """

    box: tuple[float, float, float, float]
    path: str
    fill: str = ""
    stroke: str = ""
    line: float = 0.2
    dash: Sequence[float] = ()
    binding: Binding = NOTHING


Element = Text | Shape


@dataclass(frozen=True)
class SealArea:
    """The place that is kept free for a seal.

    Attributes:
        page: the index of its page.
        box: left, top, width and height on it, in millimetres.
        corners: the shape that shows its corners.
    """

    page: int
    box: tuple[float, float, float, float]
    corners: Shape


@dataclass
class Page:
    """A page: what the record says, and what every page has (number, repeated headings, the place of the seal)."""

    body: list[Element] = field(default_factory=list)
    furniture: list[Element] = field(default_factory=list)


def widths(text: str, face: Face, size: float) -> list[float]:
    """Return the advance of each character in millimetres."""
    known = typeface(face)
    return [known.advance(character) * size for character in text]


@lru_cache(maxsize=1 << 16)  # a report has fifty thousand lengths, most of them alike
def number(value: float) -> str:
    """Return a length as the file writes it, to a thousandth of a millimetre."""
    return f"{round(value, 3) + 0:.3f}".rstrip("0").rstrip(".")


def polyline(points: Sequence[tuple[float, float]], **drawing: Any) -> Shape:
    """Return an open line through some points of the page."""
    return outline([points], is_closed=False, **drawing)


def rectangle(left: float, top: float, width: float, height: float, **drawing: Any) -> Shape:
    """Return a rectangle of the page."""
    corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    return outline([corners], is_closed=True, **drawing)


def outline(runs: Sequence[Sequence[tuple[float, float]]], *, is_closed: bool, **drawing: Any) -> Shape:
    """Return several lines as one path, each through its points.

    A reader clips at the boundary, so that it has room for the width of the lines and for their corners.
    """
    shape = Shape(box=(0, 0, 0, 0), path="", **drawing)
    room = shape.line * _CORNER_ROOM if shape.stroke else 0.0
    xs, ys = [x for run in runs for x, _ in run], [y for run in runs for _, y in run]
    left, top = min(xs) - room, min(ys) - room
    parts = []
    for run in runs:
        places = [f"{number(x - left)} {number(y - top)}" for x, y in run]
        parts.append(" L ".join([f"M {places[0]}", *places[1:]]) + (" C" if is_closed else ""))
    width, height = (max(0.1, high + room - low) for high, low in ((max(xs), left), (max(ys), top)))
    return replace(shape, box=(left, top, width, height), path=" ".join(parts))
