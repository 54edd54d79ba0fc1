"""Measures: label, unit, format and good direction of each column that a metric makes, declared once.

The name of a measure is the name of the column. Reports, charts, workbooks and findings take their words from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from ntanalytics.metrics.number_format import parse_format

#: The period before in words, where it is not known of which kind it is.
PREVIOUS = "前一期"

Good = Literal["up", "down", ""]

#: What a figure over a gap says of the true one: all, not less, not more, or nothing.
OverGap = Literal["exact", "lower_bound", "upper_bound", "unknown"]

#: The periods whose data a figure is made of.
Spans = Literal["now", "before", "both"]

#: What rounding may add to a share.
_ROUNDING = 1e-9

_NAMES = frozenset({"text", "date", "month", "state"})
_NOT_COMPARABLE = _NAMES | {"datetime", "points"}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One column that a metric makes.

    Args:
        name: the column's name.
        label: the Chinese heading.
        definition: one English sentence, in the words of docs/domain.md where that defines it.
        unit: the unit shown with the label (``条``); empty for rates and durations, whose format gives it.
        format: the format of the values (metrics/number_format.py).
        good: whether a rise is good (``up``), bad (``down``) or neither (empty).
        is_additive: a count or sum of events: 0, and not null, where data are complete and nothing happened. A rate,
            a quantile or a time is not additive.
        over_gap: what it is over a gap where it differs from the rule: ``lower_bound`` of what is additive, ``exact``
            of a text or a day, which name a row, else ``unknown``. Who is missed for want of data is an
            ``upper_bound``.
        spans: the period whose data it is made of, ``before`` it, or ``both``.
        is_share: whether it is the share of a part in a whole, which no data can make larger than 1.
        whole: the measure that counts the whole, which holds at most a part of it where the share is larger than 1.
        over_past_gap: what it is where data of the weeks before both periods are missing.
        values: for an enumeration, code → Chinese label.

    Raises:
        UnknownName: the mini-language has no such format.
    """

    name: str = field(kw_only=False)
    label: str = field(kw_only=False)
    definition: str = field(default="", kw_only=False)
    unit: str = ""
    format: str = "integer"
    good: Good = ""
    is_additive: bool = False
    over_gap: OverGap | None = None
    spans: Spans = "now"
    is_share: bool = False
    whole: str = ""
    over_past_gap: OverGap = "exact"
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        parse_format(self.format)

    @property
    def is_rate(self) -> bool:
        """Property of fractions: their change is a difference of fractions."""
        return self.format.startswith("rate:")

    @property
    def certainty_over_gap(self) -> OverGap:
        """Certainty of the figure where the data have a gap (docs/domain.md, Gaps)."""
        if self.over_gap is not None:
            return self.over_gap
        if self.is_additive:
            return "lower_bound"
        return "exact" if parse_format(self.format).kind in _NAMES else "unknown"

    def is_possible(self, value: object) -> bool:
        """Return whether a figure can be: a part larger than its whole is not of the same data."""
        return not (self.is_share and isinstance(value, (int, float)) and value > 1 + _ROUNDING)

    @property
    def is_comparable(self) -> bool:
        """Property of quantities: a change has a meaning, as it has not for a text, a state or a time."""
        return parse_format(self.format).kind not in _NOT_COMPARABLE


def count(
    name: str, label: str, unit: str, definition: str, *, good: Good = "", over_gap: OverGap | None = None
) -> Measure:
    """Return a measure that counts events or things: whole numbers that add up."""
    return Measure(name, label, definition, unit=unit, good=good, is_additive=True, over_gap=over_gap)


def rate(
    name: str,
    label: str,
    definition: str,
    *,
    good: Good = "",
    digits: int = 1,
    over_gap: OverGap | None = None,
    is_share: bool = True,
) -> Measure:
    """Return a measure of fractions, shown as percentages: of shares in a whole, unless it is said otherwise."""
    return Measure(name, label, definition, format=f"rate:{digits}", good=good, over_gap=over_gap, is_share=is_share)


def catalogue(measures: Iterable[Measure]) -> MappingProxyType[str, Measure]:
    """Return the measures by name, read-only.

    Raises:
        ValueError: two different measures have one name.
    """
    by_name: dict[str, Measure] = {}
    for measure in measures:
        if by_name.setdefault(measure.name, measure) != measure:
            raise ValueError(f"two measures are called {measure.name!r}")
    return MappingProxyType(by_name)
