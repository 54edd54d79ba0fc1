"""Quantities: a figure that knows whether it is exact, a bound or unknown, and why (docs/domain.md, Gaps)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from ntanalytics.metrics.measure import PREVIOUS, Measure
from ntanalytics.metrics.number_format import format_number

#: How much of the true figure is known.
Certainty = Literal["exact", "lower_bound", "upper_bound", "unknown"]

#: Why a figure is not exact: its data have a gap, there is nothing to compute it from, or no source feeds it.
Reason = Literal["", "gap", "no_value", "no_source"]

#: Marks before a bound.
BOUNDS: Mapping[Certainty, str] = MappingProxyType({"lower_bound": "≥", "upper_bound": "≤"})

#: Text of a figure of which nothing is known.
UNKNOWN = "未知"


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One figure of a measure; made by ``quantity`` alone, so that a gap cannot be forgotten.

    Attributes:
        measure: its label, unit and format.
        value: the figure or its bound; None when it is unknown.
        certainty: ``exact``, ``lower_bound``, ``upper_bound`` or ``unknown``.
        reason: why it is not exact; empty when it is.
        against: the period before in words: ``上周``.
    """

    measure: Measure
    value: int | float | None
    certainty: Certainty
    reason: Reason
    against: str = field(default=PREVIOUS, compare=False)

    @property
    def is_exact(self) -> bool:
        """True if the figure itself is known."""
        return self.certainty == "exact"

    @property
    def lacks_data(self) -> bool:
        """True if its data have a gap, or no source feeds them: nothing is said of what has no value by its nature."""
        return self.reason in {"gap", "no_source"}

    @property
    def shown(self) -> Certainty:
        """The certainty that a reader is told: a bound of nothing is unknown; what has no value is exactly so."""
        if not self.lacks_data:
            return "exact"
        return "unknown" if self.text == UNKNOWN else self.certainty

    @property
    def is_none(self) -> bool:
        """True if there is certainly nothing: an exact 0. A lower bound of 0 says nothing."""
        return self.is_exact and self.value == 0

    @property
    def exact(self) -> int | float | None:
        """The figure where it is known itself; None for a bound, which cannot be drawn, compared or ranked."""
        return self.value if self.is_exact else None

    @property
    def text(self) -> str:
        """The figure in Chinese: ``182,340 次``, ``≥ 12 件``, ``≤ 3 人``, ``未知``."""
        if self.value is None or (self.certainty == "lower_bound" and not self.value):
            return UNKNOWN
        number = format_number(self.value, self.measure.format, self.measure.unit)
        return mark_bound(number, self.certainty)

    def named(self, label: str = "") -> str:
        """Return the figure behind its label: ``登录 182,340 次``, ``登录 ≥ 12 次``, ``登录未知``.

        A unit that the label ends with already is not said again: ``送达件次 860``.
        """
        text, name = self.text, label or self.measure.label
        if self.measure.unit and name.endswith(self.measure.unit):
            text = text.removesuffix(self.measure.unit).rstrip()
        return f"{name}{'' if text == UNKNOWN else ' '}{text}"

    def change_from(self, before: Quantity) -> float | None:
        """Return the change against the period before; None unless both figures are exact.

        Returns:
            The difference of two rates, else the change as a fraction of ``before``.
        """
        if not (self.is_exact and before.is_exact) or self.value is None or before.value is None:
            return None
        if self.measure.is_rate:
            return self.value - before.value
        return (self.value - before.value) / abs(before.value) if before.value else None


def mark_bound(number: str, certainty: Certainty) -> str:
    """Return a written number behind the mark of its bound: ``≥ 12 件``; an exact one as it is."""
    return f"{BOUNDS[certainty]} {number}" if certainty in BOUNDS else number


def quantity(measure: Measure, value: Any, *, is_complete: bool = True) -> Quantity:
    """Return a figure of a period as a quantity.

    Args:
        measure: the measure.
        value: the computed figure, a number or a numpy scalar; None or NaN where there is nothing to compute. A share
            above 1 is unknown: its data have a gap (docs/domain.md, General: rate).
        is_complete: whether the data of the period have no gap.
    """
    number = value.item() if hasattr(value, "item") else value
    if not measure.is_possible(number):
        return Quantity(measure=measure, value=None, certainty="unknown", reason="gap")
    is_complete = is_complete or measure.certainty_over_gap == "exact"
    if number is None or math.isnan(number):
        return Quantity(measure=measure, value=None, certainty="unknown", reason="no_value" if is_complete else "gap")
    if is_complete:
        return Quantity(measure=measure, value=number, certainty="exact", reason="")
    certainty = measure.certainty_over_gap
    return Quantity(
        measure=measure, value=None if certainty == "unknown" else number, certainty=certainty, reason="gap"
    )
