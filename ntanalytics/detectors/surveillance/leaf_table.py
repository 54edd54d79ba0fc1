"""Leaf table: counts by day, hour and all dimensions as arrays, and the series that are sums of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.improbability import OF_ONE_INCIDENT

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Hours of a day.
HOURS = 24

#: Least mean count of a day of a series that departs, by its number of dimensions.
LEAST_DAILY = MappingProxyType({1: 8.0, 2: 12.0, 3: 30.0})

#: Events that the mean of all leaves counts like for that of one leaf.
_PRIOR_EVENTS = 2.0

#: Least counts that a small series must have on its last day.
_SUDDEN = 1.5

#: Largest key up to which a table of all keys is made.
_SMALL_KEYS = 100_000

#: Name of the events that have no member of a dimension, and of those that have any.
NO_MEMBER, ANY_MEMBER = "", "*"

#: A subject: pairs of dimension and member, in the order of the dimensions; empty for all events.
Members = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SeriesGroup:
    """The series of some dimensions.

    Attributes:
        dimensions: names of the dimensions.
        members: the members of each series.
        sums: column → an array of series × days × hours.
    """

    dimensions: tuple[str, ...]
    members: list[Members]
    sums: Mapping[str, Floats]


class LeafTable:
    """Counts by day, hour and all dimensions.

    Args:
        table: the result of ``metrics.leaf_counts``.
        days: the days, oldest first; rows of other days are left out.
        dimensions: names of the dimensions.
        columns: names of the columns that are summed.
        nested: two dimensions that are not combined, since a member of the first has one member of the second.
        endings: dimensions that tell how events end.
    """

    def __init__(
        self,
        table: pa.Table,
        days: Sequence[date],
        dimensions: Sequence[str],
        columns: Sequence[str],
        nested: Sequence[str] = (),
        endings: Sequence[str] = (),
    ) -> None:
        place = pc.index_in(table["day"], pa.array(days, pa.date32()))
        table = table.filter(pc.is_valid(place))
        self.days = len(days)
        self.dimensions, self._nested, self.endings = tuple(dimensions), frozenset(nested), tuple(endings)
        day = pc.index_in(table["day"], pa.array(days, pa.date32())).to_numpy().astype(np.int64)
        self.slots: Ints = day * HOURS + table["hour"].to_numpy().astype(np.int64)
        self.columns: dict[str, Floats] = {name: table[name].to_numpy().astype(np.float64) for name in columns}
        self.codes: dict[str, Ints] = {}
        self.names: dict[str, list[str]] = {}
        for name in dimensions:
            encoded = table[name].combine_chunks().dictionary_encode()
            # a null is no member: -1
            self.codes[name] = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            self.names[name] = encoded.dictionary.to_pylist()

    def centre(self, values: Sequence[str]) -> None:
        """Add ``<value>_centred`` and ``<value>_centred2``: a value less the mean of its leaf on the other past days.

        So a subject whose parts are mixed otherwise than usual departs by nothing. Events of a leaf without a past are
        not measured.

        Args:
            values: names of values, whose ``_events``, ``_log`` and ``_log2`` are columns.
        """
        for value in values:
            self._centre(value)

    def _centre(self, value: str) -> None:
        events, logs, squares = (self.columns[f"{value}_{ending}"] for ending in ("events", "log", "log2"))
        leaf, day = self._leaf_keys, self.slots // HOURS
        count = int(leaf.max(initial=-1)) + 1
        number, total = (_summed(leaf, day, column, count, self.days) for column in (events, logs))
        others, their_total = (sums[:, :-1].sum(axis=1, keepdims=True) - sums for sums in (number, total))
        others[:, -1], their_total[:, -1] = number[:, :-1].sum(axis=1), total[:, :-1].sum(axis=1)
        mean = total[:, :-1].sum() / max(number[:, :-1].sum(), 1.0)
        base = ((their_total + _PRIOR_EVENTS * mean) / (others + _PRIOR_EVENTS))[leaf, day]
        is_known = others[leaf, day] > 0
        self.columns[f"{value}_events"] = events * is_known
        self.columns[f"{value}_log"] = logs * is_known
        self.columns[f"{value}_centred"] = (logs - events * base) * is_known
        self.columns[f"{value}_centred2"] = (squares - 2 * base * logs + events * base**2) * is_known

    @cached_property
    def _leaf_keys(self) -> Ints:
        """Return the number of each row's leaf: its members of all dimensions."""
        keys = np.zeros(len(self.slots), dtype=np.int64)
        for name in self.dimensions:
            # renumbered after each dimension, so that no product grows too large
            keys = _numbered(keys * (len(self.names[name]) + 1) + self.codes[name] + 1)[1]
        return keys

    def sum(self, column: str, mask: Mask | None = None) -> Floats:
        """Return the sum of a column by day and hour, of the leaves of a mask."""
        slots, weights = self.slots, self.columns[column]
        if mask is not None:
            slots, weights = slots[mask], weights[mask]
        sums = np.bincount(slots, weights, self.days * HOURS).astype(np.float64)
        return sums.reshape(self.days, HOURS)

    def parts(
        self, columns: Sequence[str], mask: Mask, dimension: str, *, with_nulls: bool = False
    ) -> tuple[list[str], dict[str, Floats]]:
        """Return the members of a dimension among the leaves of a mask, and column → their sums by day and hour.

        Args:
            columns: the summed columns.
            mask: the leaves.
            dimension: the dimension.
            with_nulls: whether the events without a member are a part, too, named ``NO_MEMBER``.
        """
        chosen = mask if with_nulls else mask & (self.codes[dimension] >= 0)
        codes, places = _numbered(self.codes[dimension][chosen] + 1)
        codes = codes - 1
        shape = (len(codes), self.days, HOURS)
        sums = {
            column: _summed(
                places, self.slots[chosen], self.columns[column][chosen], len(codes), self.days * HOURS
            ).reshape(shape)
            for column in columns
        }
        names = [*self.names[dimension], NO_MEMBER]  # a null has the code -1
        return [names[code] for code in codes], sums

    def is_nested(self, dimensions: Sequence[str]) -> bool:
        """Return whether a member of one of two dimensions has one member of the other."""
        return bool(self._nested) and self._nested <= set(dimensions)

    def without_endings(self, members: Members) -> Members:
        """Return a subject without how its events end."""
        return tuple(pair for pair in members if pair[0] not in self.endings)

    def mask(self, members: Members) -> Mask:
        """Return which leaves belong to a subject."""
        chosen = np.ones(len(self.slots), dtype=bool)
        for name, member in members:
            chosen &= self.codes[name] == self.names[name].index(member)
        return chosen

    def usual_events(self, members: Members) -> float:
        """Return how many events the members of a subject had on all days before the last, each alone."""
        return sum(float(self.sum("events", self.mask((pair,)))[:-1].sum()) for pair in members)

    def groups(self, columns: Sequence[str], least: Mapping[int, float]) -> Iterator[SeriesGroup]:
        """Yield the series of each combination of dimensions that are large enough.

        Args:
            columns: the summed columns; the first one counts events.
            least: number of dimensions → the least mean count of a day of a series; one that is smaller is taken where
                its last day has half as many again, twice the most that it had on a day before, and twice the most that
                any such series had on all but two days.
        """
        yield SeriesGroup((), [()], {column: self.sum(column)[None] for column in columns})
        for number, size in least.items():
            for dimensions in combinations(self.dimensions, number):
                group = None if self.is_nested(dimensions) else self._group(columns, dimensions, size)
                if group is not None:
                    yield group

    def daily(self, dimensions: tuple[str, ...], mask: Mask) -> tuple[list[Members], Floats, Floats]:
        """Return the subjects of some dimensions that have leaves of a mask, their events by day, and those of it."""
        keys, is_named = self._keys(dimensions)
        chosen = mask & is_named
        distinct, places = _numbered(keys[chosen])
        if not len(distinct):
            return [], np.zeros((0, self.days)), np.zeros((0, self.days))
        day, events = self.slots // HOURS, self.columns["events"]
        place = np.minimum(np.searchsorted(distinct, keys), len(distinct) - 1)
        among = is_named & (distinct[place] == keys)
        of_all = _summed(place[among], day[among], events[among], len(distinct), self.days)
        of_mask = _summed(places, day[chosen], events[chosen], len(distinct), self.days)
        return [self._members(dimensions, int(key)) for key in distinct], of_all, of_mask

    def _keys(self, dimensions: tuple[str, ...]) -> tuple[Ints, Mask]:
        """Return the number of each leaf's subject of some dimensions, and whether it has a member of each."""
        keys, is_named = np.zeros(len(self.slots), dtype=np.int64), np.ones(len(self.slots), dtype=bool)
        for name in dimensions:
            keys = keys * max(1, len(self.names[name])) + self.codes[name]
            is_named &= self.codes[name] >= 0
        return keys, is_named

    def _group(self, columns: Sequence[str], dimensions: tuple[str, ...], least: float) -> SeriesGroup | None:
        keys, is_named = self._keys(dimensions)
        slots = self.slots[is_named]
        members, places = _numbered(keys[is_named])
        if not len(members):
            return None
        daily = _summed(places, slots // HOURS, self.columns[columns[0]][is_named], len(members), self.days)
        is_large = _is_large(daily, least)
        if not is_large.any():
            return None
        wanted = is_large[places]
        count = int(is_large.sum())
        new_places = (np.cumsum(is_large) - 1)[places[wanted]]
        sums = {
            column: _summed(new_places, slots[wanted], self.columns[column][is_named][wanted], count, self.days * HOURS)
            for column in columns
        }
        names = [self._members(dimensions, int(key)) for key in members[is_large]]
        shape = (count, self.days, HOURS)
        return SeriesGroup(dimensions, names, {column: array.reshape(shape) for column, array in sums.items()})

    def _members(self, dimensions: tuple[str, ...], key: int) -> Members:
        members = []
        for name in reversed(dimensions):
            key, code = divmod(key, max(1, len(self.names[name])))
            members.append((name, self.names[name][code]))
        return tuple(reversed(members))


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys in order, and the number of each key among them; small keys are not sorted."""
    size = int(keys.max(initial=-1)) + 1
    if size > max(4 * len(keys), _SMALL_KEYS):
        return np.unique(keys, return_inverse=True)
    is_there = np.zeros(size, dtype=bool)
    is_there[keys] = True
    number = is_there.cumsum() - 1
    return np.flatnonzero(is_there), number[keys]


def _is_large(daily: Floats, least: float) -> Mask:
    usual, today = daily[:, :-1].mean(axis=1), daily[:, -1]
    is_small = usual < least
    # an incident of one small series is no reason to doubt another
    most = float(np.sort(daily[is_small, :-1].max(axis=0, initial=0.0))[:-OF_ONE_INCIDENT].max(initial=0.0))
    own = daily[:, :-1].max(axis=1)
    return np.asarray(~is_small | (today >= np.maximum(max(_SUDDEN * least, 2 * most), 2 * own)), dtype=np.bool_)


def _summed(rows: Ints, columns: Ints, weights: Floats, height: int, width: int) -> Floats:
    sums = np.bincount(rows * width + columns, weights, height * width).astype(np.float64)
    return sums.reshape(height, width)
