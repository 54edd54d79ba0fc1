"""Units of the demo city that exchange documents, and their habits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.arrays import Floats, Ints, Times
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import UNITS

_STREAM = 30
#: Ends of the names of units that exchange nothing.
_OUTSIDE = ("通扬街道", "通扬镇", "永安街道", "永安镇", "和平街道", "和平镇")
#: Units that take a multiple of the usual time to sign, and that multiple.
_SLOW_UNITS, _SLOWNESS = 5, 3.0


@dataclass(frozen=True, kw_only=True)
class ExchangeOffices:
    """Units that exchange documents, an array item each; volumes and slowness are relative to the other units."""

    unit: Ints  # index into UNITS
    clerk: Ints  # index of the unit's first account into People
    size: Ints  # number of accounts
    opened_on: Times  # opening of the first account
    sends: Floats  # volume of sent documents
    receives: Floats  # volume of received documents
    slowness: Floats  # time to sign
    registers: Floats  # share of signed documents that the unit registers

    def arrivals(self, city: City, day: dt.date) -> Ints:
        """Return the arrival of each clerk on a day, in seconds since midnight; more than a day for an absent one."""
        present = city.present(day)
        at_s = np.full(len(city.people), 90_000)
        at_s[present.person] = present.at_ms // 1000
        arrivals: Ints = at_s[self.clerk]
        return arrivals


def offices_of(city: City) -> ExchangeOffices:
    """Return the units that exchange documents: 306 of the 330."""
    people, rng = city.people, city.rng(_STREAM)
    first = np.flatnonzero(np.diff(people.unit, prepend=-1))
    unit = np.array([index for index, name in enumerate(UNITS) if not name.endswith(_OUTSIDE)])
    name = np.array(UNITS)[unit]
    is_town = np.char.endswith(name, "街道") | np.char.endswith(name, "镇")
    rank = np.where(np.char.startswith(name, "市"), 6.0, np.where(is_town, 0.3, 1.5))
    is_alerted = np.char.endswith(name, "应急管理局")  # they receive every warning
    slowness = rng.lognormal(0, 0.4, len(unit))
    slowness[rng.choice(len(unit), _SLOW_UNITS, replace=False)] = _SLOWNESS
    return ExchangeOffices(
        unit=unit,
        clerk=first[unit],
        size=np.bincount(people.unit)[unit],
        opened_on=np.minimum.reduceat(people.opened_on, first)[unit],
        sends=rank * rng.lognormal(0, 0.7, len(unit)),
        receives=np.where(is_alerted, 2.5, rank**0.3) * rng.lognormal(0, 0.2, len(unit)),
        slowness=slowness,
        registers=rng.beta(9, 1.5, len(unit)),
    )
