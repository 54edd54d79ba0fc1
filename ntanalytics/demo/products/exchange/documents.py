"""The documents that the units of the demo city exchange: who sends, when, and to how many.

The seal register asks here too, since a sealed document was signed just before it was sent.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.population.units import UNITS

#: Documents on a plain working day at scale 1, and the fewest: a smaller city than this would have no life in it.
DOCUMENTS_PER_DAY, FEWEST_PER_DAY = 1_200, 60
#: Units whose name ends so exchange nothing.
_OUTSIDE = ("通扬街道", "通扬镇", "永安街道", "永安镇", "和平街道", "和平镇")

_STREAM = 30
_OPENS_S, _CLOSES_S, _LAST_ARRIVAL_S = 8 * 3600 + 900, 18 * 3600 + 900, 17 * 3600
_OFD, _SEALED_OFD, _SEALED_OTHER = 0.9, 0.9, 0.4  # sealed: 0.85 of all
#: Documents that a unit sends during a burst of returns, and how many units receive one of them at least.
_BURST_DOCUMENTS, _BURST_RECEIVERS = 6, 40


@dataclass(frozen=True)
class Offices:
    """The units that exchange documents, an array item each.

    Attributes:
        unit: index into ``UNITS``.
        clerk: index of its clerk, who is its first account, into ``People``.
        size: how many accounts it has.
        opened_on: when its first account was opened.
        sends: how much it sends, relative to the others.
        receives: how much it receives.
        slowness: how long it takes to sign, relative to the others.
        registers: share of what it signed that it registers.
    """

    unit: NDArray[np.int64]
    clerk: NDArray[np.int64]
    size: NDArray[np.int64]
    opened_on: NDArray[np.datetime64]
    sends: NDArray[np.float64]
    receives: NDArray[np.float64]
    slowness: NDArray[np.float64]
    registers: NDArray[np.float64]


@dataclass(frozen=True)
class Documents:
    """The documents of one day, an array item each, in order of time.

    Attributes:
        at_s: when it was sent, in seconds since local midnight.
        office: index of its sender into ``Offices``.
        receivers: how many units receive it.
        is_ofd: whether it is an OFD file.
        is_sealed: whether it bears a seal.
        bounces: share of its receivers that return it during a burst of returns; 0 on a plain day.
    """

    at_s: NDArray[np.int64]
    office: NDArray[np.int64]
    receivers: NDArray[np.int64]
    is_ofd: NDArray[np.bool_]
    is_sealed: NDArray[np.bool_]
    bounces: NDArray[np.float64]


def offices_of(city: City) -> Offices:
    """The units that exchange documents: 306 of the 330, each with habits of its own."""
    people, rng = city.people, city.rng(_STREAM)
    first = np.flatnonzero(np.diff(people.unit, prepend=-1))
    unit = np.array([index for index, name in enumerate(UNITS) if not name.endswith(_OUTSIDE)])
    name = np.array(UNITS)[unit]
    is_place = np.char.endswith(name, "街道") | np.char.endswith(name, "镇")
    rank = np.where(np.char.startswith(name, "市"), 6.0, np.where(is_place, 0.3, 1.5))
    is_alerted = np.char.endswith(name, "应急管理局")  # they receive every warning
    slowness = rng.lognormal(0, 0.4, len(unit))
    slowness[rng.choice(len(unit), 5, replace=False)] = 3.0
    return Offices(
        unit=unit,
        clerk=first[unit],
        size=np.bincount(people.unit)[unit],
        opened_on=np.minimum.reduceat(people.opened_on, first)[unit],
        sends=rank * rng.lognormal(0, 0.7, len(unit)),
        receives=np.where(is_alerted, 2.5, rank**0.3) * rng.lognormal(0, 0.2, len(unit)),
        slowness=slowness,
        registers=rng.beta(9, 1.5, len(unit)),
    )


def documents_of(city: City, offices: Offices, day: dt.date) -> Documents:
    """What the units' clerks who are present send on ``day``; the same whoever asks.

    While the exchange is down nobody sends; what was to be sent then is sent when it is back.
    """
    rng, arrival = city.rng(_STREAM, day), _arrivals(city, offices, day)
    able = np.flatnonzero(arrival < _LAST_ARRIVAL_S)
    expected = max(DOCUMENTS_PER_DAY * city.scale, FEWEST_PER_DAY) * city.rhythm.factor(day, Audience.OFFICE)
    expected *= city.busier("docexchange", day)
    count = int(rng.poisson(expected)) if len(able) else 0
    at = city.rhythm.moments(rng, day, Audience.OFFICE, count) // 1000
    at = np.where((at < _OPENS_S) | (at >= _CLOSES_S), rng.integers(9 * 3600, 17 * 3600, count), at)
    weight = offices.sends[able]
    office = rng.choice(able, count, p=weight / weight.sum()) if count else np.zeros(0, dtype=np.int64)
    at = np.maximum(at, arrival[office] + rng.integers(300, 2100, count))
    receivers = np.round(np.exp(rng.uniform(np.log(5), np.log(60), count))).astype(np.int64)
    parts = [_Drawn(at, office, receivers)]
    for incident in city.planted("returned_burst"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        (sender,) = np.flatnonzero(offices.unit == UNITS.index(incident.subject)) if end else (0,)
        if arrival[sender] < end:  # else a colleague sends in his stead
            begin = max(begin, int(arrival[sender]) + 300)
        if begin + 3600 < end:
            parts.append(
                _Drawn(
                    rng.integers(begin, end - 1800, _BURST_DOCUMENTS),
                    np.full(_BURST_DOCUMENTS, sender),
                    rng.integers(_BURST_RECEIVERS, 61, _BURST_DOCUMENTS),
                )
            )
    at, office, receivers = (np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(_Drawn))
    delay = rng.integers(60, 1800, len(at))
    for incident in city.outages("docexchange"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        at = np.where((at >= begin) & (at < end), end + delay, at)
    bounces = np.zeros(len(at))
    for incident in city.planted("returned_burst"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        hit = (offices.unit[office] == UNITS.index(incident.subject)) & (at >= begin) & (at < end)
        bounces = np.where(hit, incident.size, bounces)
    is_ofd = rng.random(len(at)) < _OFD
    is_sealed = rng.random(len(at)) < np.where(is_ofd, _SEALED_OFD, _SEALED_OTHER)
    order = np.argsort(at, kind="stable")
    return Documents(at[order], office[order], receivers[order], is_ofd[order], is_sealed[order], bounces[order])


@dataclass(frozen=True)
class _Drawn:
    at_s: NDArray[np.int64]
    office: NDArray[np.int64]
    receivers: NDArray[np.int64]


def _arrivals(city: City, offices: Offices, day: dt.date) -> NDArray[np.int64]:
    """When each unit's clerk came that day, in seconds since midnight; never: a day and more."""
    present = city.present(day)
    at = np.full(len(city.people), 90_000)
    at[present.person] = present.at_ms // 1000
    arrival: NDArray[np.int64] = at[offices.clerk]
    return arrival
