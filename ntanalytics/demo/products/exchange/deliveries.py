"""Deliveries of documents: delivered, signed for and registered, or returned, refused or recalled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.arrays import Floats, Ints, Rng, texts
from ntanalytics.demo.local_time import wall_seconds
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.exchange.documents import Documents
from ntanalytics.demo.products.exchange.offices import ExchangeOffices
from ntanalytics.periods import days_between

#: Time that never comes.
NEVER = 2**62
DAY_S = 86_400

_WORKED_S, _MORNING_S = 27_000, 12_600
_BEGIN_S, _AFTERNOON_S = 30_600, 50_400
_CLOCK = np.array([8.5, 12.0, 14.0, 18.0]) * 3600
_DUE_S = 17 * 3600 + 1800


class WorkClock:
    """Seconds of work, 8:30–12:00 and 14:00–18:00 on working days, from the first day of a city on.

    In a year without a known calendar, Monday to Friday are working days.
    """

    def __init__(self, city: City) -> None:
        calendar = city.calendar
        days = days_between(city.days[0], city.until + dt.timedelta(days=21))
        worked = [day for day in days if calendar.is_likely_worked(day)]
        self._days = np.array(worked, dtype="datetime64[D]").astype(np.int64)

    def worked(self, time: Ints) -> Ints:
        """Return the seconds of work until times, in local seconds since 1970."""
        day, second = np.divmod(time, DAY_S)
        index = np.searchsorted(self._days, day)
        is_worked = self._days[np.minimum(index, len(self._days) - 1)] == day
        part = np.interp(second, _CLOCK, [0, _MORNING_S, _MORNING_S, _WORKED_S]).astype(np.int64)
        return index * _WORKED_S + np.where(is_worked, part, 0)

    def after(self, time: Ints, seconds: Floats) -> Ints:
        """Return the times at which so many seconds of work have passed; ``NEVER`` beyond the known days."""
        index, part = np.divmod(self.worked(time) + seconds.astype(np.int64), _WORKED_S)
        second = np.where(part < _MORNING_S, _BEGIN_S + part, _AFTERNOON_S + part - _MORNING_S)
        return np.where(index < len(self._days), self._day(index) * DAY_S + second, NEVER)

    def due(self, time: Ints, days: Ints) -> Ints:
        """Return 17:30 of the working day that is so many days after that of ``time``."""
        return self._day(np.searchsorted(self._days, time // DAY_S) + days) * DAY_S + _DUE_S

    def _day(self, index: Ints) -> Ints:
        day: Ints = self._days[np.minimum(index, len(self._days) - 1)]
        return day


#: States in the product's words, in the order of ``DrawnDeliveries.state``.
STATES = texts(["已发送", "待签收", "已签收", "已登记", "已退回", "已拒收", "已撤回"])
_SENT, _DELIVERED, _SIGNED, _REGISTERED, _RETURNED, _REFUSED, _RECALLED = range(len(STATES))

#: Median time to sign of a plain unit, in seconds of work.
_SIGNING_S = 70 * 60
#: Shares of slow deliveries, and of deliveries that never arrive or are never signed.
_SLOW, _LOST = 0.015, 0.0005
#: Shares of returned and refused deliveries, and of recalled documents.
_RETURNS, _REFUSALS, _RECALLS = 0.009, 0.003, 0.006
#: Share of units with a clerk on duty on a day off, and of deliveries that the clerk and no colleague signs.
_ON_DUTY, _BY_CLERK = 0.35, 0.6
#: Working days until the due time, -1 for none, and their shares.
_DUE_DAYS, _DUE_SHARES = [0, 1, 3, -1], [0.07, 0.6, 0.3, 0.03]


@dataclass(frozen=True, kw_only=True)
class DrawnDeliveries:
    """Deliveries of one day's documents, an array item each; times in seconds since 1970, local, or ``NEVER``."""

    document: Ints  # index into Documents
    office: Ints  # index into ExchangeOffices
    due: Ints
    delivered: Ints
    signed: Ints
    registered: Ints
    returned: Ints
    state: Ints
    signer: Ints  # index into People


def deliveries_of(
    city: City, rng: Rng, clock: WorkClock, offices: ExchangeOffices, documents: Documents, day: dt.date
) -> DrawnDeliveries:
    """Return the deliveries of a day's documents, in their state at the estate's end."""
    document, office = _receivers(rng, offices, documents, day)
    count = len(document)
    sent = wall_seconds(day) + documents.at_s[document]
    delivered = _delivery_times(rng, sent)
    work = _SIGNING_S * offices.slowness[office] * rng.lognormal(0, 1.0, count)
    acted = _reactions(city, rng, clock, offices.unit[office], (sent, delivered, work), day)

    draw = rng.random(count)
    outcome = np.where(draw < _RETURNS, _RETURNED, np.where(draw < _RETURNS + _REFUSALS, _REFUSED, _SIGNED))
    outcome = np.where(rng.random(count) < documents.returned[document], _RETURNED, outcome)
    is_recalled = rng.random(len(documents.at_s)) < _RECALLS
    recall = np.where(is_recalled[document], sent + rng.integers(600, 7200, len(is_recalled))[document], NEVER)
    outcome = np.where(recall < acted, _RECALLED, outcome)
    delivered = np.where((outcome == _RECALLED) & (recall < delivered), NEVER, delivered)
    returned = np.where(outcome == _SIGNED, NEVER, np.minimum(acted, recall))
    signed = np.where(outcome == _SIGNED, acted, NEVER)
    registers = (rng.random(count) < offices.registers[office]) & (signed < NEVER)
    registered = clock.after(np.where(registers, signed, NEVER), rng.exponential(5400, count) + 30)

    times = [_after_outages(city, column) for column in (delivered, signed, registered, returned)]
    delivered, signed, registered, returned = _in_order(times, wall_seconds(city.until) + DAY_S)
    steps = [registered < NEVER, signed < NEVER, returned < NEVER, delivered < NEVER]
    state = np.select(steps, [_REGISTERED, _SIGNED, outcome, _DELIVERED], _SENT)
    days = rng.choice(_DUE_DAYS, count, p=_DUE_SHARES)
    days = np.where((days == 0) & (documents.at_s[document] > 15 * 3600), 1, days)
    clerk = offices.clerk[office]
    return DrawnDeliveries(
        document=document,
        office=office,
        due=np.where(days < 0, NEVER, clock.due(sent, days)),
        delivered=delivered,
        signed=signed,
        registered=registered,
        returned=returned,
        state=state,
        signer=np.where(rng.random(count) < _BY_CLERK, clerk, clerk + rng.integers(0, offices.size[office])),
    )


def _receivers(rng: Rng, offices: ExchangeOffices, documents: Documents, day: dt.date) -> tuple[Ints, Ints]:
    """Return the document and the receiving office of each delivery: no unit twice, and never the sender."""
    count, number = len(documents.at_s), len(offices.unit)
    place = rng.standard_exponential((count, number)) / offices.receives
    place[:, offices.opened_on > np.datetime64(day)] = np.inf
    place[np.arange(count), documents.office] = np.inf
    chosen = np.argsort(place, axis=1)
    is_near = np.arange(number) < documents.receivers[:, None]
    is_receiver = is_near & np.isfinite(np.take_along_axis(place, chosen, axis=1))
    return np.nonzero(is_receiver)[0], chosen[is_receiver]


def _delivery_times(rng: Rng, sent: Ints) -> Ints:
    count = len(sent)
    slow = rng.random(count) < _SLOW
    wait = np.where(slow, rng.lognormal(6.8, 0.8, count), rng.lognormal(1.8, 0.7, count)).astype(np.int64)
    return np.where(rng.random(count) < _LOST, NEVER, sent + 1 + wait)


def _reactions(
    city: City, rng: Rng, clock: WorkClock, unit: Ints, delivery: tuple[Ints, Ints, Floats], day: dt.date
) -> Ints:
    """Return the time at which each receiver signs or returns.

    Args:
        city: the city.
        rng: random numbers of the day.
        clock: working hours.
        unit: receiving unit of each delivery.
        delivery: times of sending and delivery, and the seconds of work until the reaction.
        day: day of sending.
    """
    sent, delivered, work = delivery
    count = len(sent)
    acted = np.where(delivered < NEVER, clock.after(np.minimum(delivered, sent + DAY_S), work), NEVER)
    # on a day off a clerk on duty signs at once
    on_duty = (not city.calendar.is_working_day(day)) & (rng.random(count) < _ON_DUTY) & (delivered < NEVER)
    acted = np.where(on_duty, delivered + 60 + rng.integers(0, 5400, count), acted)
    acted = np.where(rng.random(count) < _LOST, NEVER, acted)
    later = rng.uniform(60, 9000, count)
    for incident in city.incidents_of("overdue_unit"):
        begin, end = wall_seconds(incident.start), wall_seconds(incident.end)
        hit = (unit == UNITS.index(incident.subject)) & (acted >= begin) & (acted < end)
        acted = np.where(hit, clock.after(np.full(count, end), later), acted)
    return acted


def _after_outages(city: City, times: Ints) -> Ints:
    """Return the times with those during an outage of the exchange moved shortly after it."""
    for incident in city.outages("docexchange"):
        begin, end = wall_seconds(incident.start), wall_seconds(incident.end)
        times = np.where((times >= begin) & (times < end), end + 20 + (times - begin) // 4, times)
    return times


def _in_order(times: list[Ints], now: int) -> list[Ints]:
    """Return delivery, signing, registration and return, none before the step it follows; ``NEVER`` from now on."""
    delivered, signed, registered, returned = times
    reached = np.where(delivered < NEVER, delivered, 0)
    signed, returned = np.maximum(signed, reached), np.maximum(returned, reached)
    registered = np.maximum(registered, np.where(signed < NEVER, signed, 0))
    return [np.where(column < now, column, NEVER) for column in (delivered, signed, registered, returned)]
