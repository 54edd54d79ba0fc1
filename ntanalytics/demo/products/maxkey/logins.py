"""One day's attempts to log in: who gets in, by which method, and who fails and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import DAY_MS, Audience
from ntanalytics.demo.products.ejbca.certificates import Certificates, seconds
from ntanalytics.demo.products.maxkey.schema import LOGIN_TYPES

#: MESSAGE, which alone tells the outcome; the first is a success.
MESSAGES = ("success", "fail", "password error", "user not exist", "locked", "inactive")
_SUCCESS, _FAIL, _WRONG, _UNKNOWN, _LOCKED, _INACTIVE = range(len(MESSAGES))

METHODS = tuple(LOGIN_TYPES)
_PASSWORD, CA, _SMS_CODE, _SCAN, _SECOND, _FEDERATED = range(len(METHODS))

#: Shares of the methods in the order of ``METHODS``: at a desk by edition (the last has no OA), and by telephone.
_AT_DESK = np.array(
    [
        [0.55, 0, 0.13, 0.15, 0.17, 0.00],
        [0.59, 0, 0.20, 0.16, 0.05, 0.00],
        [0.61, 0, 0.21, 0.15, 0.03, 0.00],
        [0.31, 0, 0.10, 0.07, 0.00, 0.52],
        [0.79, 0, 0.17, 0.04, 0.00, 0.00],
    ]
)
#: Who has a certificate that is good takes it, at a desk, this often.
_WITH_CERTIFICATE = 0.94
_BY_TELEPHONE = np.array([[0.40, 0, 0.50, 0, 0.10, 0]] * 3 + [[0.02, 0, 0.08, 0, 0, 0.90]] + [[0.50, 0, 0.50, 0, 0, 0]])

#: Share of the logins that an attempt of the same method fails before: a wrong password, a wrong code …
_FAILING = np.array([0.055, 0.008, 0.03, 0.015, 0.03, 0.006])

_STREAM = 11
_AGAIN, _ON_TELEPHONE_FIRST, _UNKNOWN_NAMES, _LOCKED_OUT, _DISABLED_TRIES = 0.26, 0.35, 0.006, 0.0015, 0.004
#: Failed attempts while nobody can log in.
_DURING_OUTAGE = 60

#: Person, moment, method and telephone of some attempts, which all have the same message and address.
_Part: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], int, int]


@dataclass(frozen=True)
class Logins:
    """One day's attempts, an array item each, in order of time.

    Attributes:
        person: index into ``People``; who tried, also where the account does not exist.
        at_ms: since local midnight.
        method: index into ``METHODS``.
        message: index into ``MESSAGES``.
        is_mobile: whether by telephone.
        address: index into the day's addresses of attackers; -1 for the person's own.
    """

    person: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    method: NDArray[np.int64]
    message: NDArray[np.int64]
    is_mobile: NDArray[np.bool_]
    address: NDArray[np.int64]

    @property
    def is_success(self) -> NDArray[np.bool_]:
        """Who got in."""
        found: NDArray[np.bool_] = self.message == _SUCCESS
        return found

    @property
    def is_unknown(self) -> NDArray[np.bool_]:
        """Who gave a name that nobody has."""
        found: NDArray[np.bool_] = self.message == _UNKNOWN
        return found

    @property
    def is_locked(self) -> NDArray[np.bool_]:
        """Who found the account locked."""
        found: NDArray[np.bool_] = self.message == _LOCKED
        return found


def after_outages(city: City, day: dt.date, rng: np.random.Generator, at_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """The moments, with those at which nobody can log in moved into the hour after it."""
    for incident in city.planted("login_outage"):
        begin, end = incident.span_ms(day)
        at_ms = np.where((at_ms >= begin) & (at_ms < end), end + rng.integers(0, 3_600_000, len(at_ms)), at_ms)
    return at_ms


def draw_logins(city: City, day: dt.date, held: Certificates) -> Logins:
    """The day's attempts: every present person gets in when he comes; some do so again, or by telephone.

    Args:
        city: whose people log in.
        day: the day.
        held: the certificates, with which their holders log in at a desk.
    """
    rng = city.rng(_STREAM, day)
    present = city.present(day)
    person, at_ms, count = present.person, present.at_ms, len(present.person)
    by_telephone = present.is_mobile & (rng.random(count) < _ON_TELEPHONE_FIRST)
    again = rng.random(count) < _AGAIN
    also = present.is_mobile & ~by_telephone
    later = [at_ms[each] + rng.integers(1_200_000, 19_000_000, int(each.sum())) for each in (again, also)]
    who = np.concatenate((person, person[again], person[also]))
    when = np.concatenate((at_ms, after_outages(city, day, rng, np.concatenate(later))))
    is_mobile = np.concatenate((by_telephone, np.zeros(int(again.sum()), bool), np.ones(int(also.sum()), bool)))
    kept = when < DAY_MS
    who, when, is_mobile = who[kept], when[kept], is_mobile[kept]
    edition = city.people.edition[who]
    shares = np.where(is_mobile[:, None], _BY_TELEPHONE[edition], _AT_DESK[edition])
    method = (rng.random(len(who))[:, None] > np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)

    has_one = held.of(who, seconds(day) + when // 1000) >= 0
    takes_it = has_one & ~is_mobile & (rng.random(len(who)) < _WITH_CERTIFICATE)
    for incident in city.planted("certificates_refused"):
        begin, end = incident.span_ms(day)
        takes_it &= (when < begin) | (when >= end) | (rng.random(len(who)) >= incident.size)
    method = np.where(takes_it, CA, method)

    parts: list[_Part] = []
    method = _failing_method(city, day, rng, (who, when, method, is_mobile), parts)
    before = rng.integers(8_000, 60_000, len(who))
    failing = rng.random(len(who)) < _FAILING[method]
    twice = failing & (method == _PASSWORD) & (rng.random(len(who)) < 0.3)
    for hit, earlier in ((failing, before), (twice, before + 14_000)):
        for message, kind in ((_WRONG, method == _PASSWORD), (_FAIL, method != _PASSWORD)):
            one = np.flatnonzero(hit & kind)
            parts.append((who[one], when[one] - earlier[one], method[one], is_mobile[one], message, -1))

    lost = np.flatnonzero(rng.random(count) < _UNKNOWN_NAMES)
    parts.append(_parts(person[lost], at_ms[lost] - 20_000, _UNKNOWN, method=_PASSWORD))
    locked = np.flatnonzero((rng.random(count) < _LOCKED_OUT) & (at_ms > 1_200_000))
    for attempt in range(6):
        message = _LOCKED if attempt == 5 else _WRONG
        parts.append(_parts(person[locked], at_ms[locked] - 600_000 + 16_000 * attempt, message, method=_PASSWORD))
    gone = np.flatnonzero(~city.people.is_enabled & (city.people.opened_on <= np.datetime64(day)))
    gone = gone[rng.random(len(gone)) < _DISABLED_TRIES * city.rhythm.factor(day, Audience.OFFICE)]
    moments = rng.permutation(city.rhythm.moments(rng, day, Audience.OFFICE, len(gone)))
    parts.append(_parts(gone, after_outages(city, day, rng, moments), _INACTIVE, method=_PASSWORD))
    _planted(city, day, rng, person, parts)

    parts.append((who, when, method, is_mobile, _SUCCESS, -1))
    sizes = [len(each[0]) for each in parts]
    found = (
        np.concatenate([each[0] for each in parts]),
        np.concatenate([each[1] for each in parts]).clip(0, DAY_MS - 1),
        np.concatenate([each[2] for each in parts]),
        np.repeat([each[4] for each in parts], sizes),
        np.concatenate([each[3] for each in parts]),
        np.repeat([each[5] for each in parts], sizes),
    )
    order = np.argsort(found[1], kind="stable")
    return Logins(*(column[order] for column in found))


def _parts(
    person: NDArray[np.int64], at_ms: NDArray[np.int64], message: int, *, method: int, address: int = -1
) -> _Part:
    """Attempts of one method at a desk that end alike."""
    return person, at_ms, np.full(len(person), method), np.zeros(len(person), bool), message, address


def _failing_method(
    city: City,
    day: dt.date,
    rng: np.random.Generator,
    logins: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]],
    parts: list[_Part],
) -> NDArray[np.int64]:
    """The methods of those who get in: whoever a failing one turns away comes in with a password a little later."""
    who, when, method, is_mobile = logins
    for incident in city.planted("method_failing"):
        begin, end = incident.span_ms(day)
        wanted = (method == METHODS.index(incident.subject)) & (when >= begin) & (when < end)
        hit = np.flatnonzero(wanted & (rng.random(len(who)) < incident.size))
        earlier = np.maximum(when[hit] - rng.integers(25_000, 90_000, len(hit)), begin)
        parts.append((who[hit], earlier, method[hit], is_mobile[hit], _FAIL, -1))
        method = method.copy()
        method[hit] = _PASSWORD
    return method


def _planted(city: City, day: dt.date, rng: np.random.Generator, person: NDArray[np.int64], parts: list[_Part]) -> None:
    """Attempts while nobody can log in, and those of one that tries an account by force."""
    for incident in city.planted("login_outage"):
        begin, end = incident.span_ms(day)
        if end and len(person):
            tried = rng.choice(person, min(_DURING_OUTAGE, len(person)), replace=False)
            parts.append(_parts(tried, rng.integers(begin, end, len(tried)), _FAIL, method=_PASSWORD))
    for number, incident in enumerate(city.planted("brute_force")):
        begin, end = incident.span_ms(day)
        if end:
            open_to_it = np.flatnonzero(
                city.people.is_enabled & (city.people.presence > 0) & (city.people.opened_on < np.datetime64(day))
            )
            attempts = int(incident.size)
            one = np.full(attempts, rng.choice(open_to_it))
            moments = np.linspace(begin, end - 1000, attempts).astype(np.int64)
            parts.append(_parts(one, moments, _WRONG, method=_PASSWORD, address=number))
