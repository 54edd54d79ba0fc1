"""Personal certificates of the demo city: their holders, validity, renewals and revocations."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ntanalytics.demo.arrays import Bools, Ints, Objects, Rng
from ntanalytics.demo.local_time import DAY_MS, wall_seconds
from ntanalytics.demo.population.city import City

#: Accounts whose number is a multiple of it hold a certificate.
EVERY = 5
VALID_DAYS = 3 * 365

_STREAM = 35
_DAY_S = DAY_MS // 1000
_VALID_S = VALID_DAYS * _DAY_S
#: One holder in so many, but at least three, may use an expired certificate during an incident.
_STALE_OF = 100
#: A certificate that is renewed in a round has been valid for so many days, and would be for as many.
_ROUND_DAYS = 30
#: Days within which an account is disabled and its certificate not yet revoked, and share of renewals that revoke.
_REVOKED_AFTER_DAYS, _SUPERSEDED = 40, 0.25
#: Reasons of a revocation as RFC 5280 numbers them: superseded, and those of disabled accounts with their shares.
_REASON_SUPERSEDED, _REASONS, _REASON_SHARES = 4, [1, 3, 5], [0.2, 0.5, 0.3]


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """Certificates; times in seconds since 1970, local."""

    person: Ints  # index into People; a person who renewed has two, the older one first
    issued: Ints  # beginning of the validity
    expires: Ints  # end of the validity
    revoked: Ints  # 0 for none
    reason: Ints  # of the revocation, as RFC 5280 numbers it; -1 for none
    is_stale: Bools  # whether the holder goes on with it after it has expired
    fingerprint: Objects  # SHA-1 in small hexadecimal letters

    def of(self, person: Ints, at_s: Ints) -> Ints:
        """Return the index of each person's valid certificate at a time; -1 where there is none.

        Args:
            person: indexes into ``People``.
            at_s: times, in seconds since 1970, local.
        """
        index = np.full(len(person), -1)
        # a person has two at most, the newer one behind the older
        for side in ("left", "right"):
            place = np.searchsorted(self.person, person, side) - (side == "right")
            place = np.minimum(place, len(self.person) - 1)
            is_valid = (self.person[place] == person) & (self.issued[place] <= at_s) & (at_s < self.expires[place])
            is_valid &= (self.revoked[place] == 0) | (at_s < self.revoked[place])
            index = np.where(is_valid, place, index)
        return index


@dataclass(kw_only=True)
class _Holders:
    """Holders of certificates, an array item each, while their certificates are drawn."""

    person: Ints
    is_active: Bools
    is_stale: Bools
    renews: Bools
    issued: Ints
    expiring: Ints  # holders of the batch that expires together
    is_revoked: Bools = field(init=False)
    is_superseded: Bools = field(init=False)
    renewed: Ints = field(init=False)


def certificates_of(city: City) -> Certificates:
    """Return the personal certificates that were issued until the estate's end.

    A certificate is issued when the account is opened. An active person renews it before it expires, an inactive one
    does not. The certificates of disabled accounts are revoked.
    """
    people, rng = city.people, city.rng(_STREAM)
    now = wall_seconds(city.until) + _DAY_S
    holders = _holders(city, rng, now)
    person, issued = holders.person, holders.issued
    count, expires = len(person), issued + _VALID_S
    day = expires // _DAY_S - rng.integers(1, 26, count)
    holders.renewed = day * _DAY_S + rng.integers(9 * 3600, 17 * 3600, count)
    holders.renews &= holders.renewed < now
    holders.is_revoked = ~people.is_enabled[person] & (issued < now - _REVOKED_AFTER_DAYS * _DAY_S)
    validity = np.minimum(now, expires) - issued
    revoked = np.where(holders.is_revoked, issued + (rng.uniform(0.2, 1, count) * validity), 0)
    holders.is_superseded = holders.renews & (rng.random(count) < _SUPERSEDED)
    _renew_in_rounds(city, holders)
    revoked = np.where(holders.is_superseded, holders.renewed, revoked).astype(np.int64)
    reason = np.where(holders.is_revoked, rng.choice(_REASONS, count, p=_REASON_SHARES), -1)
    reason = np.where(holders.is_superseded, _REASON_SUPERSEDED, reason)

    second, first = np.flatnonzero(holders.renews), np.flatnonzero(issued < now)
    held = np.concatenate([first, second])
    is_second = np.repeat([False, True], [len(first), len(second)])
    order = np.lexsort((is_second, held))
    held, is_second = held[order], is_second[order]
    begin = np.where(is_second, holders.renewed[held], issued[held])
    return Certificates(
        person=person[held],
        issued=begin,
        expires=begin + _VALID_S,
        revoked=np.where(is_second, 0, revoked[held]),
        reason=np.where(is_second, -1, reason[held]),
        is_stale=holders.is_stale[held] & ~is_second,
        fingerprint=hexadecimal(rng, len(held), 20),
    )


def _holders(city: City, rng: Rng, now: int) -> _Holders:
    """Return the holders with the first certificate of each, as incidents change its time of issue."""
    people = city.people
    person = np.flatnonzero(people.id % EVERY == 0)
    count, is_active = len(person), (people.presence[person] > 0) & people.is_enabled[person]
    opened = people.opened_on[person].astype("datetime64[s]").astype(np.int64)
    issued = opened + rng.integers(9 * 3600, 17 * 3600, count)
    oldest = np.argsort(np.where(is_active, opened, now), kind="stable")
    batches = city.incidents_of("certificates_expiring")
    expiring, rest = np.split(oldest, [round(sum(batch.size for batch in batches) * count)])
    renews = is_active.copy()
    days = rng.integers(2 * _DAY_S, 9 * _DAY_S, len(expiring))
    if batches:
        issued[expiring], renews[expiring] = now - _VALID_S + days, False
    is_stale = np.zeros(count, dtype=bool)
    for incident in city.incidents_of("expired_in_use"):
        most = min(int(incident.size), max(3, count // _STALE_OF))
        daily = rest[people.presence[person[rest]] > 0.7][:most]
        is_stale[daily], renews[daily] = True, False
        issued[daily] = wall_seconds(incident.day) - _VALID_S + 60 * np.arange(len(daily))
    return _Holders(
        person=person, is_active=is_active, is_stale=is_stale, renews=renews, issued=issued, expiring=expiring
    )


def _renew_in_rounds(city: City, holders: _Holders) -> None:
    """Renew a part of the certificates on the day of each ``renewal_round``, and revoke the older ones."""
    number = np.arange(len(holders.person))
    for incident in city.incidents_of("renewal_round"):
        day, margin = wall_seconds(incident.day), _ROUND_DAYS * _DAY_S
        is_valid = (holders.issued < day - margin) & (holders.issued + _VALID_S > day + margin)
        is_able = is_valid & holders.is_active & ~holders.is_revoked & ~holders.is_stale
        able = np.flatnonzero(is_able & ~np.isin(number, holders.expiring))
        order = np.argsort(city.people.id[holders.person[able]] % 97, kind="stable")
        chosen = able[order][: round(incident.size * len(number))]
        begin, end = (bound // 1000 for bound in incident.span_ms(incident.day))
        holders.renewed[chosen] = day + np.linspace(begin, end - 60, len(chosen)).astype(np.int64)
        holders.renews[chosen], holders.is_superseded[chosen] = True, True


def hexadecimal(rng: Rng, count: int, size: int) -> Objects:
    """Return texts of ``size`` bytes each in small hexadecimal letters."""
    text = rng.bytes(count * size).hex()
    return np.array([text[place : place + 2 * size] for place in range(0, len(text), 2 * size)], dtype=object)
