"""Headline figures: each with its change, whether that is good, and its last weeks as a small line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import pandas as pd

from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.measure import Measure
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.data import value_of
from ntanalytics.reports.formats import display, is_null

Tone = Literal["good", "worse", "flat"]
Number = int | float | None

LOWER_BOUND = "数据不完整，为下限"
NOT_KNOWN = "数据不完整，不予计算"


@dataclass(frozen=True)
class Kpi:
    """One headline figure.

    Attributes:
        measure: its words.
        value: the figure; None when it is not known.
        before: the figure of the period before; None when it is not known.
        change: points for a rate, else a fraction of ``before``; None when either side is not known.
        tone: whether the change is good, by the measure's good direction.
        is_lower_bound: the period has a hole, so the true count is at least this.
        note: what the reader must know about it, or empty.
        spark: the last days or weeks, oldest first; None is a gap.
        label: the words that head the card, when they are not the measure's own.
    """

    measure: Measure
    value: Number
    before: Number = None
    change: float | None = None
    tone: Tone = "flat"
    is_lower_bound: bool = False
    note: str = ""
    spark: tuple[Number, ...] = ()
    label: str = ""

    def to_json(self) -> dict[str, Any]:
        """The figure as the record keeps it."""
        return {
            "name": self.measure.name,
            "label": self.label or self.measure.label,
            "unit": self.measure.unit,
            "format": self.measure.format,
            "value": value_of(self.value),
            "before": value_of(self.before),
            "change": value_of(self.change),
            "change_format": change_format(self.measure),
            "tone": self.tone,
            "is_lower_bound": self.is_lower_bound,
            "note": self.note,
            "spark": [value_of(each) for each in self.spark],
        }


@dataclass(frozen=True)
class Kpis(Block):
    """A row of headline figures."""

    kind: ClassVar[str] = "kpis"

    items: tuple[Kpi, ...] = field(default=(), kw_only=True)

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        return {"items": [each.to_json() for each in self.items]}


def kpi(
    measure: str | Measure,
    value: Any,
    before: Any = None,
    *,
    complete: bool = True,
    was_complete: bool = True,
    spark: Sequence[Any] = (),
    label: str = "",
) -> Kpi:
    """A headline figure.

    Args:
        measure: a measure, or its name.
        value: the period's figure.
        before: the figure of the period before.
        complete: whether the period has no hole. A count over a hole is a lower bound (``≥ 12,345``); any other
            figure over a hole is not shown at all (docs/domain.md, The figures).
        was_complete: whether the period before has none; the change is suppressed unless both have none.
        spark: the last days or weeks, oldest first, with None for a gap.
        label: heads the card instead of the measure's own label (``联通送达率``).
    """
    made = measure if isinstance(measure, Measure) else measure_of(measure)
    now, then = _number(value), _number(before) if was_complete else None
    note, is_lower_bound = "", False
    if not complete:
        is_lower_bound = made.is_additive and now is not None
        note = LOWER_BOUND if is_lower_bound else NOT_KNOWN
        now = now if is_lower_bound else None
    change = _change(made, now, then) if complete else None
    return Kpi(
        made, now, then, change, tone(made, change), is_lower_bound, note, tuple(_number(each) for each in spark), label
    )


def kpis(items: Sequence[Kpi], title: str = "", *, id: str = "kpis", origin: Mapping[str, Any] | None = None) -> Kpis:
    """The headline figures: ``kpis([kpi("submitted", 12345, 12000), kpi("delivery_rate", 0.976, 0.987)])``."""
    return Kpis(id, title, items=tuple(items), origin=origin)


def change_format(measure: Measure) -> str:
    """How a change of a measure is written: in points for a rate, else in percent of the figure before."""
    digits = measure.format.partition(":")[2] or "1"
    return f"points:{digits}" if measure.is_rate else "+rate:1"


def tone(measure: Measure, change: float | None) -> Tone:
    """Whether a change is good; one that is written as zero is neither."""
    if change is None or not measure.good or not _is_seen(change, change_format(measure)):
        return "flat"
    return "good" if (change > 0) == (measure.good == "up") else "worse"


def _is_seen(change: float, format: str) -> bool:
    return any(digit in display(change, format) for digit in "123456789")


def _change(measure: Measure, now: Number, then: Number) -> float | None:
    if now is None or then is None:
        return None
    if measure.is_rate:
        return now - then
    return (now - then) / abs(then) if then else None


def _number(value: Any) -> Number:
    plain = value.item() if hasattr(value, "item") else value
    if is_null(plain) or pd.isna(plain):
        return None
    return plain if isinstance(plain, int) else float(plain)
