"""Row of figures that knows how far the data behind it are complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.measure import PREVIOUS
from ntanalytics.metrics.quantity import Certainty, Quantity, quantity

#: Endings of the measures that compare two periods.
_CHANGES = ("_change", "_change_rate")

#: Endings of a measure and of those that ``metrics.change`` derives from it.
DERIVED = ("", "_before", *_CHANGES)


class FigureRow(Mapping[str, Any]):
    """One row of figures: column → value, with the completeness of the data behind it.

    Attributes:
        is_complete: whether the data of the row have no gap in the period.
        was_complete: whether they have none in the period before.
        against: the period before in words: ``上周``.
        absent: measures of which a source lacks a column that they need.
        unbounded: measures of which not even a bound is known.
        at_least: measures of what is still open, of which a source that is young holds a part.
        has_whole_past: whether the data of the weeks before both periods have no gap.
        has_source: whether a source feeds the datasets of the row.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        is_complete: bool = True,
        was_complete: bool = True,
        against: str = PREVIOUS,
        absent: AbstractSet[str] = frozenset(),
        unbounded: AbstractSet[str] = frozenset(),
        at_least: AbstractSet[str] = frozenset(),
    ) -> None:
        self._values = values
        self.absent = absent
        self.unbounded = unbounded
        self.at_least = at_least
        self.has_whole_past = True
        self.has_source = True
        self.against = against
        self._origins: Mapping[str, FigureRow] = {}
        self.is_complete = is_complete
        self.was_complete = was_complete

    @classmethod
    def without_source(cls, values: Mapping[str, Any] = MappingProxyType({})) -> FigureRow:
        """Return a row of datasets that no source feeds."""
        made = cls(values, is_complete=False, was_complete=False)
        made.has_source = False
        return made

    @classmethod
    def of_parts(cls, values: Mapping[str, Any], parts: Sequence[FigureRow], measure: str) -> FigureRow:
        """Return figures made from those of several rows; they are complete if a measure is complete in each row."""
        own = [part.origin(measure) for part in parts]
        return cls(
            values,
            is_complete=all(part.is_complete for part in own),
            was_complete=all(part.was_complete for part in own),
        )

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __or__(self, other: FigureRow) -> FigureRow:
        """Return the figures of both rows, each as complete as in the row that it comes from."""
        merged = FigureRow(
            {**self, **other},
            is_complete=self.is_complete and other.is_complete,
            was_complete=self.was_complete and other.was_complete,
            against=self.against if self.against != PREVIOUS else other.against,
        )
        merged._origins = {name: row.origin(name) for row in (self, other) for name in row}
        return merged

    def without(self, name: str) -> FigureRow:
        """Return the row without a column."""
        return self._having({key: value for key, value in self._values.items() if key != name})

    def calling(self, name: str, words: str) -> FigureRow:
        """Return the row with words in a column that names it."""
        return self._having({**self._values, name: words})

    def over_past_gap(self) -> FigureRow:
        """Return the row, made of data that lack some of the weeks before both periods."""
        made = copy(self)
        made.has_whole_past = False
        return made

    def _having(self, values: Mapping[str, Any]) -> FigureRow:
        made = copy(self)
        made._values = values  # noqa: SLF001 - its own class
        return made

    def origin(self, name: str) -> FigureRow:
        """Return the row of one metric that a value comes from."""
        return self._origins.get(name, self)

    def quantity(self, name: str) -> Quantity:
        """Return a figure as a quantity; unknown where the row does not have it.

        Raises:
            KeyError: no measure has that name.
        """
        value = None if self._is_unbounded(name) else self._values.get(name)
        made = quantity(MEASURES[name], value, is_complete=self._is_complete(name))
        if made.is_exact and (bound := self._bound_of_a_part(name)):
            made = replace(made, value=made.value if bound != "unknown" else None, certainty=bound, reason="gap")
        if made.lacks_data and not self.origin(name).has_source:
            made = replace(made, value=None, certainty="unknown", reason="no_source")
        return replace(made, against=self.against)

    def certainty(self, name: str) -> Certainty:
        """Return the certainty of any value of the row, a time included; what names the row is exact."""
        measure = MEASURES.get(name)
        if measure is None or self._is_complete(name):
            return self._bound_of_a_part(name) or "exact"
        known = measure.certainty_over_gap
        if known != "exact" and self._is_unbounded(name):
            return "unknown"
        is_nothing = self._values.get(name) is None or (known == "lower_bound" and not self._values[name])
        return "unknown" if is_nothing and known != "exact" else known

    def exact(self, name: str) -> Any:
        """Return a value where it is known itself; None for a bound, which cannot be compared or ranked."""
        return self._values.get(name) if self.certainty(name) == "exact" else None

    def _is_complete(self, name: str) -> bool:
        origin = self.origin(name)
        if _is_of(name, origin.absent) or self._is_unbounded(name):
            return False
        spans = MEASURES[name].spans if name in MEASURES else "now"
        return (spans == "before" or origin.is_complete) and (spans == "now" or origin.was_complete)

    def _bound_of_a_part(self, name: str) -> Certainty | None:
        """Return what is known of a measure of which a part is counted; None of any other."""
        if (bound := self._bound_of_the_past(name) or self._bound_of_a_whole(name)) is not None:
            return bound
        if not _is_of(name, self.origin(name).at_least):
            return None
        is_count = name in MEASURES and MEASURES[name].spans == "now" and isinstance(self._values.get(name), int)
        return "lower_bound" if is_count and self._values[name] else "unknown"

    def _bound_of_the_past(self, name: str) -> Certainty | None:
        """Return what is known of a measure that looks back over a gap; None of any other."""
        bound: Certainty = MEASURES[name].over_past_gap if name in MEASURES else "exact"
        if bound == "exact" or self.origin(name).has_whole_past:
            return None
        return "unknown" if bound == "lower_bound" and not self._values.get(name) else bound

    def _bound_of_a_whole(self, name: str) -> Certainty | None:
        """Return what is known of a count that is smaller than a part of what it counts; None of any other."""
        base = next((name.removesuffix(ending) for ending in DERIVED[1:] if name.endswith(ending)), name)
        shares = _shares_of().get(base, ())
        if not shares:
            return None
        if name.endswith(_CHANGES):
            ended = [f"{share}{ending}" for share in shares for ending in DERIVED[:2]]
            return None if all(map(self.is_possible, ended)) else "unknown"
        own = [f"{share}{name.removeprefix(base)}" for share in shares]
        return None if all(map(self.is_possible, own)) else "lower_bound"

    def _is_unbounded(self, name: str) -> bool:
        return _is_of(name, self.origin(name).unbounded) or not self.is_possible(name)

    def is_possible(self, name: str) -> bool:
        """Return whether a figure can be; a change cannot where one of the two that it compares cannot."""
        for ending in _CHANGES:
            if name.endswith(ending):
                base = name.removesuffix(ending)
                return self.is_possible(base) and self.is_possible(f"{base}_before")
        return name not in MEASURES or MEASURES[name].is_possible(self._values.get(name))


@cache
def _shares_of() -> Mapping[str, Sequence[str]]:
    """Return the count of a whole → its shares."""
    shares: dict[str, list[str]] = {}
    for measure in MEASURES.values():
        if measure.whole and not measure.name.endswith(DERIVED[1:]):
            shares.setdefault(measure.whole, []).append(measure.name)
    return shares


def _is_of(name: str, measures: AbstractSet[str]) -> bool:
    """Return whether a measure, or the one that it is a change of, is among some."""
    return bool(measures) and not measures.isdisjoint(name.removesuffix(ending) for ending in DERIVED)
