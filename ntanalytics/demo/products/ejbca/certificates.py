"""The certificates of the demo city: who has one, from when to when, and which of them were renewed or revoked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City

#: One account in so many logs in with a certificate: those whose number is a multiple of it.
EVERY = 5
#: How long a certificate is good.
VALID_DAYS = 3 * 365

_STREAM = 35
_DAY_S = 86_400
#: One holder in so many, at least three, may go on with an expired certificate during an incident.
_STALE_OF = 100
#: A certificate that is renewed in a round has been good for so many days, and would be for as many.
_ROUND_DAYS = 30


@dataclass(frozen=True)
class Certificates:
    """Personal certificates, an array item each; moments in seconds since 1970, local.

    Attributes:
        person: index into ``People``; a person who renewed has two, the older one first.
        issued: from when it is good.
        expires: until when.
        revoked: when it was revoked; 0 where it was not.
        reason: why it was revoked, as RFC 5280 numbers it; -1 where it was not.
        fingerprint: SHA-1 in small hexadecimal letters.
        is_stale: whether its holder goes on with it after it has expired.
    """

    person: NDArray[np.int64]
    issued: NDArray[np.int64]
    expires: NDArray[np.int64]
    revoked: NDArray[np.int64]
    reason: NDArray[np.int64]
    fingerprint: NDArray[np.object_]
    is_stale: NDArray[np.bool_]

    def of(self, person: NDArray[np.int64], at_s: NDArray[np.int64]) -> NDArray[np.int64]:
        """The certificate that each of some persons takes at a moment, an index; -1 where he has none that is good.

        Args:
            person: indexes into ``People``.
            at_s: the moments, in seconds since 1970, local.
        """
        found = np.full(len(person), -1)
        # a person's stand one behind the other, the newest last, and he has two at most
        for side in ("left", "right"):
            place = np.searchsorted(self.person, person, side) - (side == "right")
            place = np.minimum(place, len(self.person) - 1)
            good = (self.person[place] == person) & (self.issued[place] <= at_s) & (at_s < self.expires[place])
            good &= (self.revoked[place] == 0) | (at_s < self.revoked[place])
            found = np.where(good, place, found)
        return found


def certificates_of(city: City) -> Certificates:
    """The personal certificates that were issued until the estate's end.

    A certificate is issued when the account is opened. Who works on the platform renews it before it
    expires; who does not lets it go. Those of disabled accounts are revoked.
    """
    people, rng = city.people, city.rng(_STREAM)
    now = seconds(city.until) + _DAY_S
    person = np.flatnonzero(people.id % EVERY == 0)
    count, is_active = len(person), (people.presence[person] > 0) & people.is_enabled[person]
    opened = people.opened_on[person].astype("datetime64[s]").astype(np.int64)
    issued = opened + rng.integers(9 * 3600, 17 * 3600, count)
    oldest = np.argsort(np.where(is_active, opened, now), kind="stable")
    batch, rest = np.split(oldest, [round(sum(each.size for each in city.planted("certificates_expiring")) * count)])
    renews = is_active.copy()
    together = rng.integers(2 * _DAY_S, 9 * _DAY_S, len(batch))
    if city.planted("certificates_expiring"):
        issued[batch], renews[batch] = now - VALID_DAYS * _DAY_S + together, False
    stale = np.zeros(count, dtype=bool)
    for incident in city.planted("expired_in_use"):
        most = min(int(incident.size), max(3, count // _STALE_OF))
        daily = rest[people.presence[person[rest]] > 0.7][:most]
        stale[daily], renews[daily] = True, False
        issued[daily] = seconds(incident.day) - VALID_DAYS * _DAY_S + 60 * np.arange(len(daily))

    expires = issued + VALID_DAYS * _DAY_S
    renewed = (expires // _DAY_S - rng.integers(1, 26, count)) * _DAY_S + rng.integers(9 * 3600, 17 * 3600, count)
    renews &= renewed < now
    is_revoked = ~people.is_enabled[person] & (issued < now - 40 * _DAY_S)
    revoked = np.where(is_revoked, issued + (rng.uniform(0.2, 1, count) * (np.minimum(now, expires) - issued)), 0)
    superseded = renews & (rng.random(count) < 0.25)
    for incident in city.planted("renewal_round"):
        day = seconds(incident.day)
        kept = (issued < day - _ROUND_DAYS * _DAY_S) & (expires > day + _ROUND_DAYS * _DAY_S)
        able = np.flatnonzero(kept & is_active & ~is_revoked & ~stale & ~np.isin(np.arange(count), batch))
        chosen = able[np.argsort(people.id[person[able]] % 97, kind="stable")][: round(incident.size * count)]
        begin, end = (bound // 1000 for bound in incident.span_ms(incident.day))
        renewed[chosen] = day + np.linspace(begin, end - 60, len(chosen)).astype(np.int64)
        renews[chosen], superseded[chosen] = True, True
    revoked = np.where(superseded, renewed, revoked).astype(np.int64)
    reason = np.where(superseded, 4, np.where(is_revoked, rng.choice([1, 3, 5], count, p=[0.2, 0.5, 0.3]), -1))

    second = np.flatnonzero(renews)
    first = np.flatnonzero(issued < now)
    held = np.concatenate([first, second])
    is_second = np.repeat([False, True], [len(first), len(second)])
    begin = np.where(is_second, renewed[held], issued[held])
    order = np.lexsort((is_second, held))
    return Certificates(
        person=person[held][order],
        issued=begin[order],
        expires=begin[order] + VALID_DAYS * _DAY_S,
        revoked=np.where(is_second, 0, revoked[held])[order],
        reason=np.where(is_second, -1, reason[held])[order],
        fingerprint=hexadecimal(rng, len(held), 20),
        is_stale=(stale[held] & ~is_second)[order],
    )


def seconds(day: dt.date) -> int:
    """A local midnight in seconds since 1970."""
    return int(np.datetime64(day, "s").astype(np.int64))


def hexadecimal(rng: np.random.Generator, count: int, size: int) -> NDArray[np.object_]:
    """Texts of ``size`` bytes each in small hexadecimal letters."""
    text = rng.bytes(count * size).hex()
    return np.array([text[place : place + 2 * size] for place in range(0, len(text), 2 * size)], dtype=object)
