"""XML of the OFD file, written as text: one object a line, so that an altered one is told by its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from html import escape
from itertools import groupby

from ntanalytics.reports.data import clean_text
from ntanalytics.reports.exporters.ofd.elements import ASCENT, DESCENT, Shape, Text, number

NAMESPACE = "http://www.ofdspec.org/2016"
HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n'
ROOT = f'xmlns:ofd="{NAMESPACE}"'

#: Fewest equal distances that are written as ``g <count> <distance>``.
_FEWEST_GROUPED = 3


def attributes(values: Mapping[str, object]) -> str:
    """Return attributes, each after a space; control characters, which XML does not have, are left out."""
    return "".join(f' {name}="{_attribute_text(str(value))}"' for name, value in values.items())


@lru_cache(maxsize=1 << 12)  # each figure of a block has the words of the block
def _attribute_text(text: str) -> str:
    return escape(clean_text(text))


def text_of(text: str) -> str:
    """Return a text as the content of an element."""
    return escape(text, quote=False)


def box_text(box: Sequence[float]) -> str:
    """Return a box as the file writes it: left, top, width, height."""
    return " ".join(map(number, box))


def text_object(text: Text, object_id: int, font_id: int) -> str:
    """Return a text object; its code stands at the boundary's left edge."""
    top, height = text.baseline - ASCENT * text.size, (ASCENT + DESCENT) * text.size
    box = box_text((text.x, top, max(text.width, 0.1), height))
    size, baseline = number(text.size), number(ASCENT * text.size)
    delta = f' DeltaX="{_deltas(text.advances)}"' if len(text.text) > 1 else ""
    return (
        f'<ofd:TextObject ID="{object_id}" Boundary="{box}" Font="{font_id}" Size="{size}">'
        f'<ofd:FillColor Value="{_color(text.color)}"/>'
        f'<ofd:TextCode X="0" Y="{baseline}"{delta}>{text_of(text.text)}</ofd:TextCode></ofd:TextObject>'
    )


def path_object(shape: Shape, object_id: int) -> str:
    """Return a path object."""
    values = {"ID": object_id, "Boundary": box_text(shape.box)}
    inside = ""
    if shape.stroke:
        values["LineWidth"] = number(shape.line)
        inside += f'<ofd:StrokeColor Value="{_color(shape.stroke)}"/>'
        if shape.dash:
            values["DashPattern"] = " ".join(map(number, shape.dash))
    else:
        values["Stroke"] = "false"
    if shape.fill:
        values["Fill"] = "true"
        inside += f'<ofd:FillColor Value="{_color(shape.fill)}"/>'
    path = f"<ofd:AbbreviatedData>{shape.path}</ofd:AbbreviatedData>"
    return f"<ofd:PathObject{attributes(values)}>{inside}{path}</ofd:PathObject>"


def _deltas(advances: Sequence[float]) -> str:
    parts = []
    for distance, group in groupby(map(number, advances)):
        count = len(list(group))
        parts += [f"g {count} {distance}"] if count >= _FEWEST_GROUPED else [distance] * count
    return " ".join(parts)


@cache
def _color(color: str) -> str:
    """Return a colour as red, green and blue: ``#1f4e8c`` → ``31 78 140``."""
    return " ".join(str(int(color[start : start + 2], 16)) for start in (1, 3, 5))
