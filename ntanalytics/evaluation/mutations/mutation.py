"""Mutation: one damage of the data of some members for a time, drawn at random."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ntanalytics.evaluation.mutations.shape import DatasetShape, shape_of
from ntanalytics.periods import days_between

#: Kinds of damage, each with its meaning in English, in the order of the tables.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "fall": "a share of the events is lost; a measured value falls",
        "cut": "all events are lost",
        "rise": "events come again; a measured value rises",
        "doubling": "every event comes twice",
        "failure": "a share of the events fails",
        "delay": "durations are longer by a factor",
        "stuck": "nothing ends until the end of the time; a measured value stays what it was",
        "clock": "the clock is ahead or behind",
        "trend": "counts, durations or values change slowly up to the last day",
    }
)

#: Quantity in which a damage shows: events, failed events, the median duration, the mean value, cases that end,
#: different values, or the mean time of day.
Quantity = Literal["events", "failures", "duration", "value", "ends", "different", "time"]


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One damage.

    Attributes:
        number: its number in the evaluation.
        dataset: damaged dataset.
        members: dimension → damaged member.
        kind: key of ``KINDS``.
        quantity: quantity in which it shows.
        begins_at: local time of its begin, with the zone.
        ends_at: its end, exclusive.
        size: share that is lost, added, or fails; factor of durations; seconds of a clock; change at the end of a
            trend, as a share.
        seed: seed of its random numbers.
    """

    number: int
    dataset: str
    members: Mapping[str, str]
    kind: str
    quantity: Quantity
    begins_at: dt.datetime
    ends_at: dt.datetime
    size: float
    seed: int

    @property
    def days(self) -> list[dt.date]:
        """Return the local days that it touches."""
        return days_between(self.begins_at.date(), (self.ends_at - dt.timedelta(microseconds=1)).date())

    @property
    def hours(self) -> tuple[int, int]:
        """Return the hours of its days, the last one exclusive; (0, 24) for whole days."""
        last = (self.ends_at - dt.timedelta(microseconds=1)).hour + 1
        return (self.begins_at.hour, last) if len(self.days) == 1 else (0, 24)

    @property
    def subject(self) -> str:
        """Its members in words, such as ``carrier=unicom``."""
        return ", ".join(f"{name}={member}" for name, member in self.members.items())


def quantities(shape: DatasetShape, kind: str) -> tuple[Quantity, ...]:
    """Return the quantities in which a kind of damage of a dataset can show; none where it cannot have the kind."""
    counts: tuple[Quantity, ...] = ("value",) if shape.values else ("events",)
    durations: tuple[Quantity, ...] = ("duration",) if shape.elapsed or shape.duration else ()
    by_kind: dict[str, tuple[Quantity, ...]] = {
        "fall": counts,
        "cut": ("events",),
        "rise": counts,
        "doubling": () if shape.values else counts,
        "failure": ("failures",) if shape.failure else (),
        "delay": durations,
        "stuck": ("different",) if shape.values else ("ends",) if shape.elapsed else (),
        "clock": ("time",) if shape.has_hours else (),
        "trend": (*counts, *durations),
    }
    return by_kind[kind]


def kinds_of(dataset: str) -> list[str]:
    """Return the kinds of damage that a dataset can have."""
    return [kind for kind in KINDS if quantities(shape_of(dataset), kind)]
