"""What becomes of a document at each unit that receives it: delivered, signed for and registered, or sent back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.exchange.documents import Documents, Offices
from ntanalytics.periods import days_between

#: A moment that never comes.
NEVER = 2**62
#: States in the product's words, in the order of ``DrawnDeliveries.state``.
STATES = np.array(["已发送", "待签收", "已签收", "已登记", "已退回", "已拒收", "已撤回"], dtype=object)
_RETURNED, _REFUSED, _RECALLED = 4, 5, 6

_DAY_S, _WORKED_S, _MORNING_S = 86_400, 27_000, 12_600
_CLOCK = np.array([8.5, 12.0, 14.0, 18.0]) * 3600
_DUE_S = 17 * 3600 + 1800
#: Median time to sign of a plain unit, in seconds of work.
_SIGNING_S = 70 * 60


@dataclass(frozen=True)
class DrawnDeliveries:
    """The deliveries of one day's documents, an array item each; moments in seconds since 1970, local, or ``NEVER``."""

    document: NDArray[np.int64]
    office: NDArray[np.int64]
    due: NDArray[np.int64]
    delivered: NDArray[np.int64]
    signed: NDArray[np.int64]
    registered: NDArray[np.int64]
    returned: NDArray[np.int64]
    state: NDArray[np.int64]
    signer: NDArray[np.int64]  # index into People


class WorkClock:
    """Seconds of work, 8:30–12:00 and 14:00–18:00 on working days, from the first day of a city on.

    Of a year whose calendar is not known, Monday to Friday are worked.
    """

    def __init__(self, city: City) -> None:
        calendar = city.calendar
        days = days_between(city.days[0], city.until + dt.timedelta(days=21))
        worked = [
            day for day in days if (calendar.is_working_day(day) if calendar.has_year(day.year) else day.weekday() < 5)
        ]
        self._days = np.array(worked, dtype="datetime64[D]").astype(np.int64)

    def worked(self, moment: NDArray[np.int64]) -> NDArray[np.int64]:
        """How much was worked by then."""
        day, second = np.divmod(moment, _DAY_S)
        index = np.searchsorted(self._days, day)
        is_worked = self._days[np.minimum(index, len(self._days) - 1)] == day
        part = np.interp(second, _CLOCK, [0, _MORNING_S, _MORNING_S, _WORKED_S]).astype(np.int64)
        return index * _WORKED_S + np.where(is_worked, part, 0)

    def after(self, moment: NDArray[np.int64], seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """The moment at which so many seconds of work have passed; ``NEVER`` where that is out of sight."""
        index, part = np.divmod(self.worked(moment) + seconds.astype(np.int64), _WORKED_S)
        clock = np.where(part < _MORNING_S, 30_600 + part, 50_400 + part - _MORNING_S)
        return np.where(index < len(self._days), self._day(index) * _DAY_S + clock, NEVER)

    def due(self, moment: NDArray[np.int64], days: NDArray[np.int64]) -> NDArray[np.int64]:
        """17:30 of the working day that is so many after that of ``moment``."""
        index = np.searchsorted(self._days, moment // _DAY_S) + days
        return self._day(index) * _DAY_S + _DUE_S

    def _day(self, index: NDArray[np.int64]) -> NDArray[np.int64]:
        day: NDArray[np.int64] = self._days[np.minimum(index, len(self._days) - 1)]
        return day


def deliveries_of(
    city: City, rng: np.random.Generator, clock: WorkClock, offices: Offices, documents: Documents, day: dt.date
) -> DrawnDeliveries:
    """The deliveries of a day's documents, as they are when the estate ends."""
    document, office = _receivers(rng, offices, documents, day)
    count, midnight = len(document), int(np.datetime64(day, "s").astype(np.int64))
    sent = midnight + documents.at_s[document]
    slow = rng.random(count) < 0.015
    delivered = (
        sent + 1 + np.where(slow, rng.lognormal(6.8, 0.8, count), rng.lognormal(1.8, 0.7, count)).astype(np.int64)
    )
    delivered = np.where(rng.random(count) < 0.0005, NEVER, delivered)

    work = _SIGNING_S * offices.slowness[office] * rng.lognormal(0, 1.0, count)
    acted = np.where(delivered < NEVER, clock.after(np.minimum(delivered, sent + _DAY_S), work), NEVER)
    # at weekends some have a clerk on duty, who signs at once
    on_duty = (not city.calendar.is_working_day(day)) & (rng.random(count) < 0.35) & (delivered < NEVER)
    acted = np.where(on_duty, delivered + 60 + rng.integers(0, 5400, count), acted)
    acted = np.where(rng.random(count) < 0.0005, NEVER, acted)
    later = rng.uniform(60, 9000, count)
    for incident in city.planted("overdue_unit"):
        begin, end = (_local(moment) for moment in (incident.start, incident.end))
        hit = (offices.unit[office] == UNITS.index(incident.subject)) & (acted >= begin) & (acted < end)
        acted = np.where(hit, clock.after(np.full(count, end), later), acted)

    draw = rng.random(count)
    outcome = np.where(draw < 0.009, _RETURNED, np.where(draw < 0.012, _REFUSED, 2))
    bounced = rng.random(count) < documents.bounces[document]
    outcome = np.where(bounced, _RETURNED, outcome)
    recalled = rng.random(len(documents.at_s)) < 0.006
    recall = np.where(recalled[document], sent + rng.integers(600, 7200, len(recalled))[document], NEVER)
    outcome = np.where(recall < acted, _RECALLED, outcome)
    delivered = np.where((outcome == _RECALLED) & (recall < delivered), NEVER, delivered)
    returned = np.where(outcome == 2, NEVER, np.minimum(acted, recall))
    signed = np.where(outcome == 2, acted, NEVER)
    registers = (rng.random(count) < offices.registers[office]) & (signed < NEVER)
    registered = clock.after(np.where(registers, signed, NEVER), rng.exponential(5400, count) + 30)

    moments = [_served(city, column) for column in (delivered, signed, registered, returned)]
    delivered, signed, registered, returned = _in_order(moments, _local(city.until) + _DAY_S)
    state = np.select([registered < NEVER, signed < NEVER, returned < NEVER, delivered < NEVER], [3, 2, outcome, 1], 0)
    days = rng.choice([0, 1, 3, -1], count, p=[0.07, 0.6, 0.3, 0.03])
    days = np.where((days == 0) & (documents.at_s[document] > 15 * 3600), 1, days)
    signer = offices.clerk[office]
    signer = np.where(rng.random(count) < 0.6, signer, signer + rng.integers(0, offices.size[office]))
    due = np.where(days < 0, NEVER, clock.due(sent, days))
    return DrawnDeliveries(document, office, due, delivered, signed, registered, returned, state, signer)


def _receivers(
    rng: np.random.Generator, offices: Offices, documents: Documents, day: dt.date
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each delivery its document and the receiving office: no unit twice, and never the sender."""
    count, number = len(documents.at_s), len(offices.unit)
    place = rng.standard_exponential((count, number)) / offices.receives
    place[:, offices.opened_on > np.datetime64(day)] = np.inf
    place[np.arange(count), documents.office] = np.inf
    chosen = np.argsort(place, axis=1)
    taken = (np.arange(number) < documents.receivers[:, None]) & np.isfinite(np.take_along_axis(place, chosen, axis=1))
    return np.nonzero(taken)[0], chosen[taken]


def _local(moment: dt.date) -> int:
    """A local moment, or a date's midnight, in seconds since 1970."""
    naive = moment.replace(tzinfo=None) if isinstance(moment, dt.datetime) else moment
    return int(np.datetime64(naive, "s").astype(np.int64))


def _served(city: City, moment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Nothing is done while the exchange is down; what would have been is done soon after."""
    for incident in city.outages("docexchange"):
        begin, end = _local(incident.start), _local(incident.end)
        moment = np.where((moment >= begin) & (moment < end), end + 20 + (moment - begin) // 4, moment)
    return moment


def _in_order(moments: list[NDArray[np.int64]], now: int) -> list[NDArray[np.int64]]:
    """Delivered, signed, registered and returned, none before what precedes it; what is still to come is ``NEVER``."""
    delivered, signed, registered, returned = moments
    reached = np.where(delivered < NEVER, delivered, 0)
    signed, returned = np.maximum(signed, reached), np.maximum(returned, reached)
    registered = np.maximum(registered, np.where(signed < NEVER, signed, 0))
    return [np.where(column < now, column, NEVER) for column in (delivered, signed, registered, returned)]
