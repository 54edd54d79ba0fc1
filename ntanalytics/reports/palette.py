"""The colours of reports: the page, charts, the workbook and mails take them from here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

INK, SOFT, LINE, BLUE = "#1f2933", "#5f6c7b", "#d9dee5", "#1f4e8c"

#: Colour of the mark and label of a status.
STATUS_COLORS: Mapping[str, str] = MappingProxyType(
    {"ok": "#2a7f62", "warning": "#9a6200", "critical": "#b3261e", "unknown": SOFT}
)

#: Colour of a change (``Kpi.tone``).
TONE_COLORS: Mapping[str, str] = MappingProxyType(
    {"good": STATUS_COLORS["ok"], "worse": STATUS_COLORS["critical"], "flat": SOFT}
)

#: Colour and dash of a chart's lines: they differ on a black-and-white printer, too.
STROKES = ((BLUE, "solid"), (INK, "dash"), ("#6f9bd1", "solid"), (SOFT, "dot"), (BLUE, "dashdot"), ("#9aa5b1", "solid"))
#: Colours of the lines' names: those of the lines, darkened where letters would be too pale to read (4.5 : 1).
STROKE_NAMES = (BLUE, INK, "#3f6fae", SOFT, BLUE, SOFT)
#: Colours of a chart's bars.
FILLS = (BLUE, "#8fb0d6", "#9aa5b1", "#c7d7ea", INK, "#dfe4ea")


def css_variables() -> str:
    """Return the colours as CSS custom properties of ``:root``."""
    colors = {"ink": INK, "soft": SOFT, "line": LINE, "blue": BLUE, **STATUS_COLORS}
    return f":root {{ {'; '.join(f'--{name}: {color}' for name, color in colors.items())} }}"


def office_color(color: str) -> str:
    """Return a colour as an Office file writes it: ``#1f4e8c`` → ``1F4E8C``."""
    return color.removeprefix("#").upper()
