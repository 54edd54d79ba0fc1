"""The people of the demo city: one set of accounts, who is at work each day, and where.

Every writer asks here who acts, so that the person who logs in is the one who acts in the OA and
writes a message. Adoption differs by unit and moves, and follows the rhythm of weeks and holidays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.incidents.default_script import DEFAULT_SEED
from ntanalytics.demo.incidents.incident import SPAN_DAYS, Incident
from ntanalytics.demo.population.seasonality import Audience, Seasonality, generator
from ntanalytics.demo.population.unit_sizes import PEOPLE, unit_sizes
from ntanalytics.demo.population.units import EDITION_OF, UNITS
from ntanalytics.periods import Calendar

ACCOUNTS = 36_000
#: The scale at which the city has all its accounts; below it there are fewer, above it each of them does more.
FULL = 0.02

#: The editions in the order of ``People.edition``, whose -1 is none.
EDITIONS = ("party", "government", "general", "wecom")
#: Share of accounts that work on the platform on a plain working day: of the OA's units, and of the others.
_ADOPTION = {"party": 0.62, "government": 0.66, "general": 0.55, "wecom": 0.48, "": 0.12}
#: Share of desks that are domestic (信创), and of persons who act by telephone at least once a day.
_XINCHUANG = {"party": 0.78, "government": 0.66, "general": 0.42, "wecom": 0.25, "": 0.3}
_MOBILE = {"party": 0.18, "government": 0.24, "general": 0.3, "wecom": 0.72, "": 0.05}

#: A unit's adoption moves by at most this much a day, up or down.
_DRIFT_PER_DAY = 0.004
#: Units that came to the platform of late: working days before the last one.
ONBOARDED = {"崇川区民政局": 31, "开发区科技局": 18}

#: Factor of the working days beside a public holiday, by the seed.
_BESIDE_HOLIDAYS = (0.8, 0.92)

_PRESENT, _HOLIDAYS = 102, 103


@dataclass(frozen=True)
class People:
    """The accounts, an array item each, in order of their number.

    Attributes:
        id: the account's number, the same in every subsystem.
        unit: index into ``UNITS``.
        edition: index into ``EDITIONS``; -1 for an account without OA.
        opened_on: ``datetime64[D]``.
        is_enabled: whether it may log in at the estate's end.
        presence: share of plain working days on which it works on the platform.
        is_xinchuang: whether its desk is a domestic terminal.
        mobile: share of its days on which it also acts by telephone.
    """

    id: NDArray[np.int64]
    unit: NDArray[np.int64]
    edition: NDArray[np.int64]
    opened_on: NDArray[np.datetime64]
    is_enabled: NDArray[np.bool_]
    presence: NDArray[np.float64]
    is_xinchuang: NDArray[np.bool_]
    mobile: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Presence:
    """Who works on the platform on one day, in order of arrival.

    Attributes:
        person: index into ``People``.
        at_ms: when he logs in first, in milliseconds since local midnight.
        is_mobile: whether he also acts by telephone that day.
    """

    person: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    is_mobile: NDArray[np.bool_]


@dataclass(frozen=True)
class City:
    """What every writer is given.

    Attributes:
        days: the estate's days.
        rhythm: when the city works.
        incidents: what goes wrong.
        seed: of its random numbers.
        scale: factor of the volumes; 1 is a real city's.
        harmless: what only looks as if something went wrong.
    """

    days: tuple[dt.date, ...]
    rhythm: Seasonality
    incidents: tuple[Incident, ...]
    seed: int
    scale: float
    harmless: tuple[Incident, ...] = ()

    @property
    def calendar(self) -> Calendar:
        """Its working days."""
        return self.rhythm.calendar

    @property
    def until(self) -> dt.date:
        """Its last day."""
        return self.days[-1]

    @property
    def intensity(self) -> float:
        """How often each person does a thing, relative to the smallest estate that has all of its accounts."""
        return max(1.0, self.scale / FULL)

    def rng(self, stream: int, day: dt.date | None = None) -> np.random.Generator:
        """The random numbers of one stream, of a day or of the whole estate."""
        return generator(self.seed, stream, day) if day else np.random.default_rng([self.seed, stream])

    def planted(self, *kinds: str) -> list[Incident]:
        """The incidents of some kinds, and what is harmless of them, in order of their start."""
        found = [each for each in (*self.incidents, *self.harmless) if each.kind in kinds]
        return sorted(found, key=lambda incident: (incident.start, incident.id))

    def outages(self, subsystem: str) -> list[Incident]:
        """When a subsystem is down as a whole, planned or not."""
        return [each for each in self.planted("service_down", "planned_maintenance") if each.subsystem == subsystem]

    def busier(self, subsystem: str, day: dt.date) -> float:
        """How many times as much as on a day like it a subsystem has to do: 1 but for the peaks of months' ends."""
        peaks = [each for each in self.planted("month_end_peak") if each.subsystem == subsystem]
        return 1.0 + sum(each.size for each in peaks if each.span_ms(day)[1])

    def working_day(self, back: int) -> dt.date | None:
        """The working day that is ``back`` before the last one; None before the estate's first day."""
        worked = self.calendar.working_days(self.days[0], self.until)[::-1]
        return worked[back] if back < len(worked) else None

    @cached_property
    def people(self) -> People:
        """The accounts: 36,000 of them at ``FULL`` scale and above, at least one a unit below."""
        rng = self.rng(PEOPLE)
        weight = unit_sizes(rng)
        editions = [EDITION_OF.get(unit, "") for unit in UNITS]
        count = max(round(ACCOUNTS * min(1.0, self.scale / FULL)), len(UNITS))
        extra = count - len(UNITS)
        bounds = np.round(np.cumsum(weight) / weight.sum() * extra).astype(np.int64)
        unit = np.repeat(np.arange(len(UNITS)), np.diff(bounds, prepend=0) + 1)
        first = np.concatenate(([True], unit[1:] != unit[:-1]))  # the unit's clerk

        level = np.array([_ADOPTION[edition] for edition in editions])
        level = (level * rng.lognormal(0, 0.22, len(UNITS))).clip(0.04, 0.93)
        presence = rng.beta(4 * level[unit], 4 * (1 - level[unit]))
        presence = np.where(rng.random(count) < 0.11, 0.0, presence)  # never acted, or long gone
        presence = np.where(first, 0.96, presence)
        opened = np.datetime64("2023-03-01") + rng.integers(0, 1200, count).astype("timedelta64[D]")
        recent = rng.random(count) < 0.015  # opened within the estate
        opened = np.where(
            recent,
            np.datetime64(self.until) - rng.integers(0, SPAN_DAYS, count).astype("timedelta64[D]"),
            opened,
        )
        worked = self.calendar.working_days(self.until - dt.timedelta(days=SPAN_DAYS - 1), self.until)[::-1]
        for name, back in ONBOARDED.items():
            opened = np.where(unit == UNITS.index(name), np.datetime64(worked[back]), opened)
        return People(
            id=np.arange(10_001, 10_001 + count),
            unit=unit,
            edition=np.array([EDITIONS.index(edition) if edition else -1 for edition in editions])[unit],
            opened_on=opened,
            is_enabled=(rng.random(count) >= 0.03) | first,
            presence=presence,
            is_xinchuang=rng.random(count) < np.array([_XINCHUANG[edition] for edition in editions])[unit],
            mobile=(np.array([_MOBILE[edition] for edition in editions])[unit] * rng.lognormal(0, 0.4, count)).clip(
                0, 1
            ),
        )

    @cached_property
    def drift(self) -> NDArray[np.float64]:
        """How much a unit's adoption gains a day, as a share; the same for the whole estate."""
        return self.rng(PEOPLE + 50).uniform(-_DRIFT_PER_DAY, _DRIFT_PER_DAY, len(UNITS))

    def present(self, day: dt.date) -> Presence:
        """Who works on the platform on ``day``; the same whoever asks.

        While nobody can log in (``login_outage``), persons arrive when it is over. A unit that left
        off (``adoption_drop``) has but a part of its people, as one has whose people are trained (``training_day``).
        """
        people, rng = self.people, self.rng(_PRESENT, day)
        chance = people.presence * min(self.rhythm.factor(day, Audience.OFFICE), 1.0)
        chance = chance * (1 + self.drift[people.unit] * ((day - self.until).days + SPAN_DAYS / 2))
        for incident in self.planted("adoption_drop", "training_day"):
            if incident.start.date() <= day < incident.end.date():
                mine = people.unit == UNITS.index(incident.subject)
                chance = np.where(mine, chance * (1 - incident.size), chance)
        chance = np.where((people.opened_on <= np.datetime64(day)) & people.is_enabled, chance, 0.0)
        person = np.flatnonzero(rng.random(len(people)) < chance)
        at_ms = self.rhythm.moments(rng, day, Audience.OFFICE, len(person))
        # most log in when they come: the earlier of two draws
        at_ms = np.minimum(at_ms, rng.permutation(at_ms))
        for incident in self.planted("login_outage"):
            begin, end = incident.span_ms(day)
            hit = (at_ms >= begin) & (at_ms < end)
            at_ms = np.where(hit, end + rng.integers(0, 3_600_000, len(at_ms)), at_ms)
        order = np.argsort(at_ms, kind="stable")
        person = rng.permutation(person)[order]
        return Presence(person, at_ms[order], rng.random(len(person)) < people.mobile[person])


def city_of(
    days: Sequence[dt.date],
    calendar: Calendar,
    incidents: Sequence[Incident],
    *,
    seed: int,
    scale: float,
    harmless: Sequence[Incident] = (),
) -> City:
    """The city of an estate: the same arguments give the same people, doing the same."""
    # the default seed's city knows of no leave beside holidays
    beside = 1.0 if seed == DEFAULT_SEED else float(np.random.default_rng([seed, _HOLIDAYS]).uniform(*_BESIDE_HOLIDAYS))
    rhythm = Seasonality(calendar, days[-1], beside)
    return City(tuple(days), rhythm, tuple(incidents), seed, scale, tuple(harmless))
