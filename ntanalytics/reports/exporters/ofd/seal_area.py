"""Lines to sign, and the place that is kept free for the buyer's seal: named, and blank.

No signature part is written: the seal system of the buyer adds its own. It finds the place by the bookmark and by the
custom tag, both named 盖章处.
"""

from __future__ import annotations

from collections.abc import Sequence

from ntanalytics.reports.exporters.ofd import styles
from ntanalytics.reports.exporters.ofd.elements import Binding, SealArea, Text, outline, polyline, widths
from ntanalytics.reports.exporters.ofd.flow import PageFlow, baseline_in_line
from ntanalytics.reports.exporters.ofd.styles import POINT

#: Name of the place, as readers show it.
NAME = "盖章处"

#: Side of the square: a round official seal of 42 mm with some room.
SIDE = 46.0

_CORNER = 3.0
_GAP = 4.0  #: above the place
_LABEL_HEIGHT = 6.0
_DATE_TEXT = "日期："
_DATE_AT, _END_AT = 75.0, 120.0  #: where the date begins and ends on a signature's line


def write_seal_area(flow: PageFlow) -> SealArea:
    """Keep a square free at the right edge below the text, show its corners, and return it.

    Args:
        flow: the document.
    """
    flow.top += _GAP
    flow.need(_LABEL_HEIGHT + SIDE)
    style = styles.NOTE
    left, top = styles.RIGHT - SIDE, flow.top + _LABEL_HEIGHT
    text = Text(text=f"{NAME}：", x=left, baseline=flow.top + style.size, face=style.face, size=style.size)
    flow.page.furniture.append(text)
    ends = [(left, top), (left + SIDE, top), (left + SIDE, top + SIDE), (left, top + SIDE)]
    inward = [(1, 1), (-1, 1), (-1, -1), (1, -1)]
    runs = [
        [(x + right * _CORNER, y), (x, y), (x, y + down * _CORNER)]
        for (x, y), (right, down) in zip(ends, inward, strict=True)
    ]
    corners = outline(runs, is_closed=False, stroke=styles.RULE, line=0.15, binding=Binding(label=NAME))
    flow.page.furniture.append(corners)
    flow.top = top + SIDE
    return SealArea(len(flow.pages) - 1, (left, top, SIDE, SIDE), corners)


def write_signatures(flow: PageFlow, roles: Sequence[str], binding: Binding) -> None:
    """Write the lines to sign, and below the first ones of a document the place of the seal, on one page."""
    lines = len(roles) * styles.SIGNATURE.line * POINT
    flow.need(lines if flow.seal_area else lines + _GAP + _LABEL_HEIGHT + SIDE)
    for role in roles:
        _write_signature(flow, role, binding)
    flow.seal_area = flow.seal_area or write_seal_area(flow)


def _write_signature(flow: PageFlow, role: str, binding: Binding) -> None:
    """Write a line to sign and date: ``用户确认：____日期：____``."""
    style = styles.SIGNATURE
    baseline = flow.top + baseline_in_line(style)
    left = styles.LEFT
    for text, end in ((f"{role}：", styles.LEFT + _DATE_AT), (_DATE_TEXT, styles.LEFT + _END_AT)):
        flow.page.body.append(
            Text(text=text, x=left, baseline=baseline, face=style.face, size=style.size, binding=binding)
        )
        start = left + sum(widths(text, style.face, style.size))
        if start < end:
            flow.page.body.append(polyline([(start, baseline + 1), (end, baseline + 1)], stroke=styles.RULE))
        left = max(start, end)
    flow.top += style.line * POINT
