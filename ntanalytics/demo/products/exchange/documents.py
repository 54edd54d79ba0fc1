"""Documents of one day: their senders, times and numbers of receivers.

The seal register asks here too, since a sealed document was signed just before it was sent.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ntanalytics.demo.arrays import ArrayRows, Bools, Floats, Ints, Rng
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.exchange.offices import ExchangeOffices

#: Documents on a plain working day at scale 1, and the minimum of a small city.
DOCUMENTS_PER_DAY, MIN_PER_DAY = 1_200, 60

_STREAM = 30
#: Times of sending, and the latest arrival of a clerk who still sends, in seconds since midnight.
_OPENS_S, _CLOSES_S, _LAST_ARRIVAL_S = 8 * 3600 + 900, 18 * 3600 + 900, 17 * 3600
#: Share of OFD files, and shares of sealed documents among these and the others.
_OFD, _SEALED_OFD, _SEALED_OTHER = 0.9, 0.9, 0.4
#: Documents that a unit sends during a burst of returns, and fewest receivers of one.
_BURST_DOCUMENTS, _BURST_RECEIVERS = 6, 40

#: Time in seconds since midnight, sender and number of receivers of some documents.
_Sendings: TypeAlias = tuple[Ints, Ints, Ints]


@dataclass(frozen=True, kw_only=True)
class Documents(ArrayRows):
    """Documents of one day, in order of time."""

    at_s: Ints  # time of sending, since local midnight
    office: Ints  # index of the sender into ExchangeOffices
    receivers: Ints  # number of receiving units
    is_ofd: Bools
    is_sealed: Bools
    returned: Floats  # share of receivers that return it during a burst of returns; 0 on a plain day


def documents_of(city: City, offices: ExchangeOffices, day: dt.date) -> Documents:
    """Return the documents that the clerks who are present send on a day; every caller gets the same.

    While the exchange is down nobody sends, and what was to be sent is sent after it.
    """
    rng, arrival = city.rng(_STREAM, day), offices.arrivals(city, day)
    parts = [_usual_sendings(city, rng, offices, day, arrival), *_bursts(city, rng, offices, day, arrival)]
    at_s, office, receivers = (np.concatenate(column) for column in zip(*parts, strict=True))
    delay = rng.integers(60, 1800, len(at_s))
    for incident in city.outages("docexchange"):
        at_s = np.where(incident.covers_s(day, at_s), incident.span_ms(day)[1] // 1000 + delay, at_s)
    returned = np.zeros(len(at_s))
    for incident in city.incidents_of("returned_burst"):
        is_sender = offices.unit[office] == UNITS.index(incident.subject)
        returned = np.where(is_sender & incident.covers_s(day, at_s), incident.size, returned)
    is_ofd = rng.random(len(at_s)) < _OFD
    is_sealed = rng.random(len(at_s)) < np.where(is_ofd, _SEALED_OFD, _SEALED_OTHER)
    documents = Documents(
        at_s=at_s, office=office, receivers=receivers, is_ofd=is_ofd, is_sealed=is_sealed, returned=returned
    )
    return documents.take(np.argsort(at_s, kind="stable"))


def _usual_sendings(city: City, rng: Rng, offices: ExchangeOffices, day: dt.date, arrival: Ints) -> _Sendings:
    able = np.flatnonzero(arrival < _LAST_ARRIVAL_S)
    expected = max(DOCUMENTS_PER_DAY * city.scale, MIN_PER_DAY) * city.seasonality.factor(day, Audience.OFFICE)
    expected *= city.volume_factor("docexchange", day)
    count = int(rng.poisson(expected)) if len(able) else 0
    at_s = city.seasonality.moments(rng, day, Audience.OFFICE, count) // 1000
    at_s = np.where((at_s < _OPENS_S) | (at_s >= _CLOSES_S), rng.integers(9 * 3600, 17 * 3600, count), at_s)
    weight = offices.sends[able]
    office = rng.choice(able, count, p=weight / weight.sum()) if count else np.zeros(0, dtype=np.int64)
    at_s = np.maximum(at_s, arrival[office] + rng.integers(300, 2100, count))
    return at_s, office, np.round(np.exp(rng.uniform(np.log(5), np.log(60), count))).astype(np.int64)


def _bursts(city: City, rng: Rng, offices: ExchangeOffices, day: dt.date, arrival: Ints) -> list[_Sendings]:
    """Return the documents that units send during a burst of returns."""
    parts = []
    for incident in city.incidents_of("returned_burst"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        (sender,) = np.flatnonzero(offices.unit == UNITS.index(incident.subject)) if end else (0,)
        if arrival[sender] < end:  # else a colleague sends
            begin = max(begin, int(arrival[sender]) + 300)
        if begin + 3600 < end:
            at_s = rng.integers(begin, end - 1800, _BURST_DOCUMENTS)
            receivers = rng.integers(_BURST_RECEIVERS, 61, _BURST_DOCUMENTS)
            parts.append((at_s, np.full(_BURST_DOCUMENTS, sender), receivers))
    return parts
