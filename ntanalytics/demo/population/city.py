"""The demo city: its days, incidents and people, as every writer receives them.

Every writer asks here who acts, so that the person who logs in is the one who acts in the OA and writes a message.
Adoption differs by unit, drifts, and follows the weeks and holidays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ntanalytics.demo.arrays import Bools, Floats, Ints, Rng, Times
from ntanalytics.demo.incidents.default_script import DEFAULT_SEED
from ntanalytics.demo.incidents.incident import SPAN_DAYS, Incident
from ntanalytics.demo.population.people import FULL, PEOPLE, People, draw_people
from ntanalytics.demo.population.seasonality import Audience, Seasonality, generator
from ntanalytics.demo.population.units import UNITS
from ntanalytics.periods import Calendar

#: Largest gain or loss of a unit's adoption a day, as a share.
_DRIFT_PER_DAY = 0.004
#: Range of the factor of working days beside a public holiday.
_BESIDE_HOLIDAYS = (0.8, 0.92)

_PRESENT, _HOLIDAYS = 102, 103
_DISABLED = 14


@dataclass(frozen=True)
class Presence:
    """Persons who work on the platform on one day, in order of arrival."""

    person: Ints  # index into People
    at_ms: Ints  # first login, since local midnight
    is_mobile: Bools  # whether the person also acts by telephone that day


@dataclass(frozen=True, kw_only=True)
class City:
    """The demo city."""

    days: tuple[dt.date, ...]
    seasonality: Seasonality
    incidents: tuple[Incident, ...]
    seed: int
    scale: float  # factor of the volumes; 1 is a real city's
    benign_events: tuple[Incident, ...] = ()  # events that look like incidents and are none

    @property
    def calendar(self) -> Calendar:
        """Working days."""
        return self.seasonality.calendar

    @property
    def until(self) -> dt.date:
        """Last day."""
        return self.days[-1]

    @property
    def intensity(self) -> float:
        """Actions of each person, relative to the smallest city with all accounts."""
        return max(1.0, self.scale / FULL)

    def rng(self, stream: int, day: dt.date | None = None) -> Rng:
        """Return the random numbers of one stream, of a day or of the whole estate."""
        return generator(self.seed, stream, day) if day else np.random.default_rng([self.seed, stream])

    def incidents_of(self, *kinds: str) -> list[Incident]:
        """Return the incidents and benign events of some kinds, in order of their start."""
        incidents = [item for item in (*self.incidents, *self.benign_events) if item.kind in kinds]
        return sorted(incidents, key=lambda incident: (incident.start, incident.id))

    def outages(self, subsystem: str) -> list[Incident]:
        """Return the times in which a subsystem is down as a whole, planned or not."""
        down = self.incidents_of("service_down", "planned_maintenance")
        return [incident for incident in down if incident.subsystem == subsystem]

    def volume_factor(self, subsystem: str, day: dt.date) -> float:
        """Return the factor of a subsystem's volume on a day: 1 but for the peaks of months' ends."""
        peaks = self.incidents_of("month_end_peak")
        return 1.0 + sum(peak.size for peak in peaks if peak.subsystem == subsystem and peak.is_on(day))

    def working_days(self) -> list[dt.date]:
        """Return the working days of the estate."""
        return list(self._worked)

    @cached_property
    def _worked(self) -> tuple[dt.date, ...]:
        return tuple(self.calendar.working_days(self.days[0], self.until))

    def working_day(self, back: int) -> dt.date | None:
        """Return the working day that is ``back`` before the last one; None before the estate's first day."""
        worked = self.working_days()[::-1]
        return worked[back] if back < len(worked) else None

    @cached_property
    def people(self) -> People:
        """Accounts."""
        worked = self.calendar.working_days(self.until - dt.timedelta(days=SPAN_DAYS - 1), self.until)
        return draw_people(self.rng(PEOPLE), self.scale, worked[::-1], self.until)

    @cached_property
    def disabled_on(self) -> Times:
        """Day on which each account was disabled; NaT for an enabled one."""
        people = self.people
        age = (np.datetime64(self.until) - people.opened_on).astype(np.int64)
        days = (self.rng(_DISABLED).random(len(people)) * (age + 1)).astype("timedelta64[D]")
        return np.where(people.is_enabled, np.datetime64("NaT", "D"), people.opened_on + days)

    def accounts_on(self, day: dt.date) -> tuple[Bools, Bools]:
        """Return of each account whether it was there at the end of a day, and whether it was enabled then."""
        people, end = self.people, np.datetime64(day)
        return people.opened_on <= end, people.is_enabled | (self.disabled_on > end)

    @cached_property
    def drift(self) -> Floats:
        """Daily gain of each unit's adoption, as a share."""
        return self.rng(PEOPLE + 50).uniform(-_DRIFT_PER_DAY, _DRIFT_PER_DAY, len(UNITS))

    def present(self, day: dt.date) -> Presence:
        """Return the persons who work on the platform on a day; every caller gets the same.

        Who arrives during a ``login_outage`` logs in after it. A unit has only a part of its people while an
        ``adoption_drop`` or a ``training_day`` lasts.
        """
        people, rng = self.people, self.rng(_PRESENT, day)
        chance = people.presence * min(self.seasonality.factor(day, Audience.OFFICE), 1.0)
        chance = chance * (1 + self.drift[people.unit] * ((day - self.until).days + SPAN_DAYS / 2))
        for incident in self.incidents_of("adoption_drop", "training_day"):
            if incident.day <= day < incident.end.date():
                is_member = people.unit == UNITS.index(incident.subject)
                chance = np.where(is_member, chance * (1 - incident.size), chance)
        chance = np.where((people.opened_on <= np.datetime64(day)) & people.is_enabled, chance, 0.0)
        person = np.flatnonzero(rng.random(len(people)) < chance)
        at_ms = self.seasonality.moments(rng, day, Audience.OFFICE, len(person))
        # most log in when they come: the earlier of two draws
        at_ms = np.minimum(at_ms, rng.permutation(at_ms))
        at_ms = self.after_login_outages(rng, day, at_ms)
        order = np.argsort(at_ms, kind="stable")
        person = rng.permutation(person)[order]
        return Presence(person, at_ms[order], rng.random(len(person)) < people.mobile[person])

    def after_login_outages(self, rng: Rng, day: dt.date, at_ms: Ints) -> Ints:
        """Return moments of a day; those during a login outage are moved into the hour after it."""
        for incident in self.incidents_of("login_outage"):
            later = incident.span_ms(day)[1] + rng.integers(0, 3_600_000, len(at_ms))
            at_ms = np.where(incident.covers(day, at_ms), later, at_ms)
        return at_ms


def city_of(
    days: Sequence[dt.date],
    calendar: Calendar,
    incidents: Sequence[Incident],
    *,
    seed: int,
    scale: float,
    benign_events: Sequence[Incident] = (),
) -> City:
    """Return the city of an estate: the same arguments give the same people and the same actions."""
    # in the default seed's city nobody takes leave beside a holiday
    beside = 1.0 if seed == DEFAULT_SEED else float(np.random.default_rng([seed, _HOLIDAYS]).uniform(*_BESIDE_HOLIDAYS))
    return City(
        days=tuple(days),
        seasonality=Seasonality(calendar, days[-1], beside),
        incidents=tuple(incidents),
        seed=seed,
        scale=scale,
        benign_events=tuple(benign_events),
    )
