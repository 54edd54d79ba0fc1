"""Headline figures: each with its change, the tone of the change, and the last weeks as a sparkline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from ntanalytics.metrics.measure import PREVIOUS, Measure
from ntanalytics.metrics.noise import is_steady
from ntanalytics.metrics.number_format import has_nonzero_digit
from ntanalytics.metrics.quantity import Certainty, Quantity
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.blocks.sparkline import marks_json
from ntanalytics.reports.data import NO_SOURCE_NOTE, json_value
from ntanalytics.reports.formats import display, is_nan, is_null

Tone = Literal["good", "worse", "flat"]
Number = int | float | None

#: Remark on the card of a figure that is not exact.
NOTES: Mapping[Certainty, str] = MappingProxyType(
    {"lower_bound": "数据不完整，为下限", "upper_bound": "数据不完整，为上限", "unknown": "数据不完整，不予计算"}
)


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One headline figure.

    Attributes:
        measure: label, unit and format.
        value: the figure or its bound; None when it is not known.
        before: the figure of the period before; None when it is not known.
        change: points for a rate, else a fraction of ``before``; None when either side is not known.
        tone: good or worse, by the measure's good direction.
        certainty: what is known of the figure where the period has a gap; else ``exact``.
        note: the remark on the card, or empty.
        spark: the last days or weeks, oldest first; None is a gap.
        marks: the exceptions among them: place → words.
        label: the heading of the card where it is not the measure's label.
        against: the period before in words: ``上周``.
        is_steady: whether the change is within noise (``metrics.noise``); it is then no good or bad one.
    """

    measure: Measure
    value: Number
    before: Number = None
    change: float | None = None
    tone: Tone = "flat"
    certainty: Certainty = "exact"
    note: str = ""
    spark: tuple[Number, ...] = ()
    marks: Mapping[int, str] = field(default_factory=dict)
    label: str = ""
    against: str = PREVIOUS
    is_steady: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the figure as the record keeps it."""
        item = {
            "name": self.measure.name,
            "label": self.label or self.measure.label,
            "unit": self.measure.unit,
            "format": self.measure.format,
            "value": json_value(self.value),
            "before": json_value(self.before),
            "change": json_value(self.change),
            "change_format": change_format(self.measure),
            "tone": self.tone,
            "note": self.note,
            "spark": [json_value(number) for number in self.spark],
            "against": self.against,
            "is_steady": self.is_steady,
        }
        if self.marks:
            item["marks"] = marks_json(self.marks)
        return item if self.certainty == "exact" else item | {"certainty": {"value": self.certainty}}


@dataclass(frozen=True)
class Kpis(Block):
    """A row of headline figures."""

    kind: ClassVar[str] = "kpis"

    items: tuple[Kpi, ...] = field(default=(), kw_only=True)

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        return {"items": [item.to_json() for item in self.items]}


def kpi(
    now: Quantity,
    before: Quantity | None = None,
    *,
    spark: Sequence[Quantity] = (),
    marks: Mapping[int, str] = MappingProxyType({}),
    label: str = "",
) -> Kpi:
    """Return the card of a figure. A bound is marked (``≥ 12,345``), an unknown figure is said to be unknown.

    Args:
        now: the period's figure.
        before: the figure of the period before.
        spark: the figures of the last days or weeks, oldest first; one that is not exact is a gap.
        marks: the exceptions among them: place → words.
        label: the heading of the card in place of the measure's label (``联通送达率``).
    """
    change = None if before is None else now.change_from(before)
    certainty = now.shown
    steady = change is not None and before is not None and _is_steady(now, before)
    return Kpi(
        measure=now.measure,
        value=None if certainty == "unknown" else _number(now.value),
        before=None if before is None else _number(before.exact),
        change=change,
        tone="flat" if steady else tone(now.measure, change),
        certainty=certainty,
        note=NO_SOURCE_NOTE if now.reason == "no_source" else NOTES.get(certainty, "") or _uncompared(now, before),
        spark=tuple(_number(figure.exact) for figure in spark),
        marks=marks,
        label=label,
        against=now.against,
        is_steady=steady,
    )


def _uncompared(now: Quantity, before: Quantity | None) -> str:
    """Return why an exact figure has no change: the period before lacks data; empty of any other."""
    if before is None or now.exact is None or not before.lacks_data:
        return ""
    return f"{now.against}数据不完整，不作比较"


def kpis(items: Sequence[Kpi], title: str = "", *, id: str = "kpis", origin: Mapping[str, Any] | None = None) -> Kpis:
    """Return a block of figures: ``kpis([kpi(sent, sent_before), kpi(delivery_rate)])``."""
    return Kpis(id, title, items=tuple(items), origin=origin)


def change_format(measure: Measure) -> str:
    """Return the format of a measure's change: points for a rate, else percent of the figure before."""
    digits = measure.format.partition(":")[2] or "1"
    return f"points:{digits}" if measure.is_rate else "+rate:1"


def tone(measure: Measure, change: float | None) -> Tone:
    """Return the tone of a change; one that is written as zero is flat."""
    if change is None or not measure.good or not has_nonzero_digit(display(change, change_format(measure))):
        return "flat"
    return "good" if (change > 0) == (measure.good == "up") else "worse"


def _is_steady(now: Quantity, before: Quantity) -> bool:
    return now.value is not None and before.value is not None and is_steady(now.measure, now.value, before.value)


def _number(value: Any) -> Number:
    number = value.item() if hasattr(value, "item") else value
    if is_null(number) or is_nan(number):
        return None
    return number if isinstance(number, int) else float(number)
