"""Drawing: mutations at random, from the contract's columns and the members that the data have."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis.expr.types as ir
import numpy as np

from ntanalytics.evaluation.mutations.damaged_workspace import DamagedWorkspace
from ntanalytics.evaluation.mutations.mutation import KINDS, Mutation, kinds_of, quantities
from ntanalytics.evaluation.mutations.oracle import oracle_day
from ntanalytics.evaluation.mutations.series import departures, events_of, rows_of_first_day, series, strongest
from ntanalytics.evaluation.mutations.shape import DatasetShape, damageable, shape_of

#: Fewest events of the members within the hours of the first day.
MIN_EVENTS = 20

#: Most dimensions of a subject.
MOST_DIMENSIONS = 3

#: Least share of the events of a wider subject at which both are the same subject.
SAME = 0.95

#: Draws for each mutation before the data are said to have none.
_ATTEMPTS = 200

#: Kind → range of its size; sizes of factors and seconds are drawn by their logarithm.
_SIZES: dict[str, tuple[float, float]] = {
    "fall": (0.1, 0.95),
    "rise": (0.2, 2.0),
    "failure": (0.03, 0.8),
    "delay": (1.2, 8.0),
    "clock": (60.0, 28_800.0),
    "trend": (0.2, 0.8),
}
_LOGARITHMIC = ("delay", "clock")

#: Days of a trend; of the other kinds, days and their chance. Some hours are a part of one day.
_TREND_DAYS, _DAYS, _CHANCES = (7, 14), (0, 1, 2, 3, 4), (0.4, 0.3, 0.1, 0.1, 0.1)


@dataclass(frozen=True)
class Trial:
    """A mutation with what it does to its own series.

    Attributes:
        mutation: the damage.
        events: expected events of the members on the first damaged day, within its hours.
        half_widths: size of the damage in half-widths of the expected range: of one day, or of all together.
        oracle_day: first day on which the oracle tells it; None where it never does.
    """

    mutation: Mutation
    events: float
    half_widths: float
    oracle_day: dt.date | None


class Drawing:
    """Draws of one seed.

    Args:
        workspace: the untouched estate.
        days: the days on which a mutation may begin.
        seed: seed of the random numbers.
    """

    def __init__(self, workspace: DamagedWorkspace, days: Sequence[dt.date], seed: int) -> None:
        self._workspace = workspace
        self._days = list(days)
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        self._kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for name in damageable(list(workspace.untouched)):
            for kind in kinds_of(name):
                self._kinds[kind].append(name)

    def trial(self, number: int) -> Trial | None:
        """Return the trial of a number; None where the data have no member with enough events.

        It does not depend on the trials of other numbers.
        """
        self._rng = np.random.default_rng([self._seed, number])
        for _ in range(_ATTEMPTS):
            mutation = self._mutation(number)
            trial = None if mutation is None else assess(self._workspace, mutation)
            if trial is not None and trial.half_widths > 0:
                return trial
        return None

    def _mutation(self, number: int) -> Mutation | None:
        """Draw a mutation; None where no member has enough events then."""
        rng = self._rng
        kind = str(rng.choice(list(KINDS)))
        dataset = str(rng.choice(self._kinds[kind]))
        shape = shape_of(dataset)
        begins_at, ends_at = self._time(kind, shape)
        quantity = quantities(shape, kind)[int(rng.integers(len(quantities(shape, kind))))]
        blank = Mutation(
            number=number,
            dataset=dataset,
            members={},
            kind=kind,
            quantity=quantity,
            begins_at=begins_at,
            ends_at=ends_at,
            size=self._size(kind, shape, quantity),
            seed=int(rng.integers(2**31)),
        )
        members = self._members(shape, blank)
        return None if members is None else replace(blank, members=members)

    def _time(self, kind: str, shape: DatasetShape) -> tuple[dt.datetime, dt.datetime]:
        rng, zone = self._rng, self._workspace.settings.zone
        day = self._days[int(rng.integers(len(self._days)))]
        length = int(rng.choice(_DAYS, p=_CHANCES)) if kind != "trend" else int(rng.integers(*_TREND_DAYS))
        if length == 0 and shape.has_hours and kind != "clock":
            first = int(rng.integers(6, 19))
            begin = dt.datetime.combine(day, dt.time(first), zone)
            return begin, begin + dt.timedelta(hours=int(rng.integers(2, min(8, 24 - first) + 1)))
        begin = dt.datetime.combine(day, dt.time(), zone)
        last = min(day + dt.timedelta(days=max(length, 1) - 1), self._days[-1])
        return begin, dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)

    def _size(self, kind: str, shape: DatasetShape, quantity: str) -> float:
        rng = self._rng
        if kind not in _SIZES:
            return 1.0
        low, high = _SIZES[kind]
        size = math.exp(rng.uniform(math.log(low), math.log(high))) if kind in _LOGARITHMIC else rng.uniform(low, high)
        sign = 1 if kind not in ("clock", "trend") or quantity == "duration" else int(rng.choice((-1, 1)))
        if kind == "clock" and shape.grain_s:
            size = math.ceil(size / shape.grain_s) * shape.grain_s
        return round(sign * float(size), 3)

    def _members(self, shape: DatasetShape, blank: Mutation) -> dict[str, str] | None:
        """Draw one to three dimensions, and one of their combinations with enough events."""
        rng = self._rng
        fixed = list(shape.metrics)
        count = int(rng.integers(1, min(MOST_DIMENSIONS, len(shape.dimensions)) + 1))
        chosen = [str(name) for name in rng.permutation(shape.dimensions)]
        names = sorted([*fixed, *(name for name in chosen if name not in fixed)][: max(count, len(fixed))])
        rows = rows_of_first_day(self._workspace.untouched[blank.dataset], blank, self._workspace.offset_h)
        counted = rows.group_by(names).aggregate(_events=shape.events(rows).sum())
        counted = counted.filter(counted["_events"] >= MIN_EVENTS, *(counted[name] != "" for name in names))
        combinations = counted.order_by(names).to_pyarrow().to_pylist()
        if not combinations:
            return None
        row = combinations[int(rng.integers(len(combinations)))]
        members = {name: str(row[name]) for name in names}
        return smallest(rows, shape, members, keep=fixed)


def smallest(rows: ir.Table, shape: DatasetShape, members: dict[str, str], keep: Sequence[str] = ()) -> dict[str, str]:
    """Return the members without those that the others imply: a route that only one service has needs no service."""
    for name in sorted(set(members) - set(keep)):
        rest = {other: member for other, member in members.items() if other != name}
        if rest and events_of(rows, shape, members) >= SAME * events_of(rows, shape, rest):
            members = rest
    return members


def assess(workspace: DamagedWorkspace, mutation: Mutation) -> Trial | None:
    """Return a mutation with its size and the oracle's day.

    None where the first day has no expected range, or too few events are expected of the members.
    """
    table, offset_h, calendar = workspace.untouched[mutation.dataset], workspace.offset_h, workspace.calendar_days
    counted = replace(mutation, quantity="events")
    usual = departures(series(table, counted, mutation.members, offset_h), {}, calendar, counted)
    if not usual or usual[0].day != mutation.days[0] or usual[0].expected < MIN_EVENTS:
        return None
    with workspace.damaged(mutation) as rows:
        departed = rows.departures(mutation, mutation.members)
    if not departed or departed[0].day != mutation.days[0]:
        return None
    return Trial(mutation, usual[0].expected, strongest([item.effect for item in departed]), oracle_day(departed))
