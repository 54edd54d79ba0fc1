"""Login attempts of one day: their persons, times, methods and outcomes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from ntanalytics.demo.arrays import ArrayRows, Bools, Ints, Rng
from ntanalytics.demo.local_time import DAY_MS, wall_seconds
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.products.ejbca.certificates import Certificates
from ntanalytics.demo.products.maxkey.schema import LOGIN_TYPES

#: MESSAGE of each outcome; the product keeps the outcome nowhere else.
MESSAGES = ("success", "fail", "password error", "user not exist", "locked", "inactive")
_SUCCESS, _FAIL, _WRONG_PASSWORD, _UNKNOWN, _LOCKED, _INACTIVE = range(len(MESSAGES))

METHODS = tuple(LOGIN_TYPES)
_PASSWORD, CA, _SMS_CODE, _SCAN, _SECOND, _FEDERATED = range(len(METHODS))

#: Shares of the methods in the order of ``METHODS``, at a desk, by edition; the last row has no OA.
_AT_DESK = np.array(
    [
        [0.55, 0, 0.13, 0.15, 0.17, 0.00],
        [0.59, 0, 0.20, 0.16, 0.05, 0.00],
        [0.61, 0, 0.21, 0.15, 0.03, 0.00],
        [0.31, 0, 0.10, 0.07, 0.00, 0.52],
        [0.79, 0, 0.17, 0.04, 0.00, 0.00],
    ]
)
#: The same by telephone.
_BY_TELEPHONE = np.array([[0.40, 0, 0.50, 0, 0.10, 0]] * 3 + [[0.02, 0, 0.08, 0, 0, 0.90]] + [[0.50, 0, 0.50, 0, 0, 0]])
#: Share of desk logins by certificate, among persons with a valid one.
_WITH_CERTIFICATE = 0.94
#: Share of logins after a failed attempt of the same method, by method.
_FAILURES = np.array([0.055, 0.008, 0.03, 0.015, 0.03, 0.006])
#: Share of persons who log in again, and of mobile persons whose first login is by telephone.
_AGAIN, _TELEPHONE_FIRST = 0.26, 0.35
#: Share of persons who mistype the user name, who lock the account, and of disabled accounts that are tried.
_MISTYPED, _LOCKED_OUT, _DISABLED_TRIED = 0.006, 0.0015, 0.004
#: Failed attempts before a lock, and most failed attempts during a login outage.
_BEFORE_LOCK, _DURING_OUTAGE = 5, 60

_STREAM = 11


@dataclass(frozen=True, kw_only=True)
class Logins(ArrayRows):
    """Login attempts."""

    person: Ints  # index into People; the person who tried, also with a user name that does not exist
    at_ms: Ints  # since local midnight
    method: Ints  # index into METHODS
    message: Ints  # index into MESSAGES
    is_mobile: Bools
    address: Ints  # index into the attackers of ``brute_force``; -1 for the person's own address

    @property
    def is_success(self) -> Bools:
        """True for a success."""
        return np.equal(self.message, _SUCCESS)

    @property
    def is_unknown(self) -> Bools:
        """True for a user name that does not exist."""
        return np.equal(self.message, _UNKNOWN)

    @property
    def is_locked(self) -> Bools:
        """True for a locked account."""
        return np.equal(self.message, _LOCKED)


def draw_logins(city: City, day: dt.date, held: Certificates) -> Logins:
    """Return the day's attempts in order of time: every present person succeeds on arrival; some log in again.

    Args:
        city: the city.
        day: the day.
        held: personal certificates, with which their holders log in at a desk.
    """
    rng = city.rng(_STREAM, day)
    who, at_ms, is_mobile = _successes(city, day, rng)
    edition = city.people.edition[who]
    shares = np.where(is_mobile[:, None], _BY_TELEPHONE[edition], _AT_DESK[edition])
    method = (rng.random(len(who))[:, None] > np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)

    has_certificate = held.of(who, wall_seconds(day) + at_ms // 1000) >= 0
    uses_certificate = has_certificate & ~is_mobile & (rng.random(len(who)) < _WITH_CERTIFICATE)
    for incident in city.incidents_of("certificates_refused"):
        uses_certificate &= ~incident.covers(day, at_ms) | (rng.random(len(who)) >= incident.size)
    method = np.where(uses_certificate, CA, method)

    success = _attempts(who, at_ms, _SUCCESS, method=method, is_mobile=is_mobile)
    success, turned_away = _failing_method(city, day, rng, success)
    parts = [*turned_away, *_failures_before(rng, success), *_failed_persons(city, day, rng)]
    parts += _incident_attempts(city, day, rng)
    parts.append(success)
    logins = Logins.concat(parts)
    logins = replace(logins, at_ms=logins.at_ms.clip(0, DAY_MS - 1))
    return logins.take(np.argsort(logins.at_ms, kind="stable"))


def _successes(city: City, day: dt.date, rng: Rng) -> tuple[Ints, Ints, Bools]:
    """Return person, time and telephone of the successful logins: on arrival, again, and by telephone."""
    present = city.present(day)
    person, at_ms, count = present.person, present.at_ms, len(present.person)
    by_telephone = present.is_mobile & (rng.random(count) < _TELEPHONE_FIRST)
    again = rng.random(count) < _AGAIN
    also = present.is_mobile & ~by_telephone
    later = [at_ms[chosen] + rng.integers(1_200_000, 19_000_000, int(chosen.sum())) for chosen in (again, also)]
    who = np.concatenate((person, person[again], person[also]))
    when = np.concatenate((at_ms, city.after_login_outages(rng, day, np.concatenate(later))))
    is_mobile = np.concatenate((by_telephone, np.zeros(int(again.sum()), bool), np.ones(int(also.sum()), bool)))
    kept = when < DAY_MS
    return who[kept], when[kept], is_mobile[kept]


def _attempts(
    person: Ints,
    at_ms: Ints,
    message: int,
    *,
    method: Ints | int = _PASSWORD,
    is_mobile: Bools | bool = False,
    address: int = -1,
) -> Logins:
    """Return attempts with one outcome from one address, by default with a password at a desk."""
    count = len(person)
    return Logins(
        person=person,
        at_ms=at_ms,
        method=np.full(count, method),
        message=np.full(count, message),
        is_mobile=np.full(count, is_mobile),
        address=np.full(count, address),
    )


def _failing_method(city: City, day: dt.date, rng: Rng, success: Logins) -> tuple[Logins, list[Logins]]:
    """Return the successes, and the attempts by a failing method; who is turned away logs in with a password later."""
    method, failures = success.method.copy(), []
    for incident in city.incidents_of("method_failing"):
        wanted = (method == METHODS.index(incident.subject)) & incident.covers(day, success.at_ms)
        hit = np.flatnonzero(wanted & (rng.random(len(method)) < incident.size))
        earlier = success.at_ms[hit] - rng.integers(25_000, 90_000, len(hit))
        at_ms = np.maximum(earlier, incident.span_ms(day)[0])
        person, is_mobile = success.person[hit], success.is_mobile[hit]
        failures.append(_attempts(person, at_ms, _FAIL, method=method[hit], is_mobile=is_mobile))
        method[hit] = _PASSWORD
    return replace(success, method=method), failures


def _failures_before(rng: Rng, success: Logins) -> list[Logins]:
    """Return failed attempts shortly before some of the successes, for some passwords two."""
    count = len(success.person)
    before = rng.integers(8_000, 60_000, count)
    is_failing = rng.random(count) < _FAILURES[success.method]
    is_password = success.method == _PASSWORD
    is_twice = is_failing & is_password & (rng.random(count) < 0.3)
    parts = []
    for hit, earlier in ((is_failing, before), (is_twice, before + 14_000)):
        for message, kind in ((_WRONG_PASSWORD, is_password), (_FAIL, ~is_password)):
            rows = np.flatnonzero(hit & kind)
            logins, at_ms = success.take(rows), success.at_ms[rows] - earlier[rows]
            parts.append(_attempts(logins.person, at_ms, message, method=logins.method, is_mobile=logins.is_mobile))
    return parts


def _failed_persons(city: City, day: dt.date, rng: Rng) -> list[Logins]:
    """Return the attempts of persons with a mistyped name, a lock, or a disabled account."""
    present = city.present(day)
    person, at_ms, count = present.person, present.at_ms, len(present.person)
    mistyped = np.flatnonzero(rng.random(count) < _MISTYPED)
    parts = [_attempts(person[mistyped], at_ms[mistyped] - 20_000, _UNKNOWN)]
    locked = np.flatnonzero((rng.random(count) < _LOCKED_OUT) & (at_ms > 1_200_000))
    for attempt in range(_BEFORE_LOCK + 1):
        message = _LOCKED if attempt == _BEFORE_LOCK else _WRONG_PASSWORD
        parts.append(_attempts(person[locked], at_ms[locked] - 600_000 + 16_000 * attempt, message))
    disabled = np.flatnonzero(~city.people.is_enabled & (city.people.opened_on <= np.datetime64(day)))
    factor = city.seasonality.factor(day, Audience.OFFICE)
    disabled = disabled[rng.random(len(disabled)) < _DISABLED_TRIED * factor]
    times = rng.permutation(city.seasonality.moments(rng, day, Audience.OFFICE, len(disabled)))
    return [*parts, _attempts(disabled, city.after_login_outages(rng, day, times), _INACTIVE)]


def _incident_attempts(city: City, day: dt.date, rng: Rng) -> list[Logins]:
    """Return the attempts during a login outage, and those of a brute-force attack."""
    parts, person = [], city.present(day).person
    for incident in city.incidents_of("login_outage"):
        begin, end = incident.span_ms(day)
        if end and len(person):
            tried = rng.choice(person, min(_DURING_OUTAGE, len(person)), replace=False)
            parts.append(_attempts(tried, rng.integers(begin, end, len(tried)), _FAIL))
    people = city.people
    for number, incident in enumerate(city.incidents_of("brute_force")):
        begin, end = incident.span_ms(day)
        if end:
            is_used = people.is_enabled & (people.presence > 0)
            targets = np.flatnonzero(is_used & (people.opened_on < np.datetime64(day)))
            attempts = int(incident.size)
            at_ms = np.linspace(begin, end - 1000, attempts).astype(np.int64)
            target = np.full(attempts, rng.choice(targets))
            parts.append(_attempts(target, at_ms, _WRONG_PASSWORD, address=number))
    return parts
