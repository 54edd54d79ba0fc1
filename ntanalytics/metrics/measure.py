"""What a measure is: the words, unit, format and good direction of one column that a metric makes.

The name of a measure is the name of the column. Reports, charts, workbooks and findings take their
words from here; nobody types them again ("words once").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Good = Literal["up", "down", ""]

#: The format mini-language that metrics, findings, reports and exporters share.
#: ``rate:N`` is a fraction shown as a percentage; ``points:N`` a difference of two fractions.
FORMAT = re.compile(r"text|integer|number:\d|rate:\d|points:\d|seconds|ms|bytes|yuan|date|datetime|month|state")


@dataclass(frozen=True)
class Measure:
    """One column that a metric makes, defined once.

    Args:
        name: the column's name.
        label: the Chinese words that head it.
        unit: the unit shown with the label (``条``), empty for rates and durations, whose format says it.
        format: how a value is shown, in the format mini-language (``FORMAT``).
        good: whether a rise is good (``up``), bad (``down``) or neither (empty).
        definition: one English sentence, to the letter of the definition it comes from, with the source.
        is_additive: a count or sum of events, so it is 0 (and not null) where data are complete and
            nothing happened; a rate, a quantile or a time is not.
        values: for an enumeration, code → Chinese word.

    Raises:
        ValueError: the format is not one of the mini-language.
    """

    name: str
    label: str
    unit: str = ""
    format: str = "integer"
    good: Good = ""
    definition: str = ""
    is_additive: bool = False
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if FORMAT.fullmatch(self.format) is None:
            raise ValueError(f"measure {self.name}: {self.format!r} is not a format")

    @property
    def is_rate(self) -> bool:
        """Whether it is a fraction, so that its change is a difference of fractions."""
        return self.format.startswith("rate:")

    @property
    def is_comparable(self) -> bool:
        """Whether a change of it means something: it is a quantity, not a text, a state or a time."""
        return self.format not in {"text", "date", "datetime", "month", "state"} and not self.format.startswith(
            "points:"
        )


def catalogue(measures: Iterable[Measure]) -> MappingProxyType[str, Measure]:
    """The measures by name, read-only.

    Raises:
        ValueError: two different measures have one name.
    """
    by_name: dict[str, Measure] = {}
    for measure in measures:
        if by_name.setdefault(measure.name, measure) != measure:
            raise ValueError(f"two measures are called {measure.name!r}")
    return MappingProxyType(by_name)
