"""The area of a chart that is drawn on: its scales, and the texts beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ntanalytics.reports.exporters.ofd import chart_scales as scales
from ntanalytics.reports.exporters.ofd import styles
from ntanalytics.reports.exporters.ofd.chart_scales import AxisScale
from ntanalytics.reports.exporters.ofd.elements import Binding, Text, widths
from ntanalytics.reports.exporters.ofd.flow import PageFlow
from ntanalytics.reports.palette import SOFT
from ntanalytics.reports.record import RecordedBlock

STYLE = styles.CHART_TEXT


@dataclass(frozen=True, kw_only=True)
class Plot:
    """The area of a chart that is drawn on.

    Attributes:
        flow: the document.
        block: the chart.
        left, top, width, height: the area between the axes, in millimetres.
        places, values: the scale of days or names, and that of values.
        step: distance of two marks of the values.
    """

    flow: PageFlow
    block: RecordedBlock
    left: float
    top: float
    width: float
    height: float
    places: AxisScale
    values: AxisScale
    step: float

    @property
    def figure(self) -> Mapping[str, Any]:
        """The recorded figure."""
        return self.block.figure or {}

    @property
    def is_horizontal(self) -> bool:
        """Direction of the bars: they lie, and the values run from left to right."""
        return bool(self.block.body["kind"] == "hbar")

    @property
    def is_days(self) -> bool:
        """Kind of the places: they are days or months."""
        return self.block.fields[0].type == "date"

    @property
    def axis(self) -> Binding:
        """Binding of the texts of the axes."""
        return Binding(block=self.block.id, label="坐标")

    def place_of(self, place: Any) -> float:
        """Return a day, or the number of a name, on paper."""
        if self.is_days:
            return self.places.place(scales.day_number(place))
        names = [row[self.block.fields[0].name] for row in self.block.rows]
        return self.places.place(names.index(place) + 0.5)

    def say(self, text: str, x: float, baseline: float, *, anchor: float = 0.0, color: str = SOFT) -> None:
        """Write a text; ``anchor`` is the part of its width that stands left of ``x``."""
        left = x - anchor * sum(widths(text, STYLE.face, STYLE.size))
        left = max(styles.LEFT, min(left, styles.RIGHT - sum(widths(text, STYLE.face, STYLE.size))))
        place = {"x": left, "baseline": baseline, "size": STYLE.size}
        self.flow.page.furniture.append(Text(text=text, face=STYLE.face, color=color, binding=self.axis, **place))
