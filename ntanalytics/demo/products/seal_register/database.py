"""The seals of the demo city: how far each is, and the signings and verifications in document exchange and OA."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.products.exchange.documents import Offices, documents_of, offices_of
from ntanalytics.demo.products.seal_register.register import seal_ids, write_register
from ntanalytics.demo.products.seal_register.schema import create_seals
from ntanalytics.demo.store import Database, Store

#: Signings in the OA on a plain working day at scale 1, and the fewest.
SIGNINGS_PER_DAY, FEWEST_PER_DAY = 2_400, 90
#: Share of signings and of verifications that fail on a plain day.
_SIGN_FAILURES, _VERIFY_FAILURES = 0.004, 0.003
#: Share of the receivers of a sealed document that verify its seal on the same day.
_VERIFYING = 0.35

_STREAM = 33
_EXCHANGE, _OA, _OTHER = 0, 1, 2
_SYSTEMS = np.array(["公文交换", "协同办公", "电子证照"], dtype=object)
_OPERATIONS = np.array(["签章", "验章"], dtype=object)
_CLOSES_S = 18 * 3600 + 900


def write_seals(city: City, store: Store) -> int:
    """Write the seal system's database (PostgreSQL), as it is when the estate ends, and return its number of rows."""
    offices = offices_of(city)
    with store.database("seals", "postgresql") as db:
        create_seals(db)
        return write_register(db, city) + sum(_write_signings(db, city, offices, day) for day in city.days)


@dataclass(frozen=True)
class _Signings:
    """Signings or verifications, an array item each."""

    at_s: NDArray[np.int64]
    unit: NDArray[np.int64]  # index into UNITS; -1 where no seal was found
    operation: NDArray[np.int64]
    system: NDArray[np.int64]
    is_success: NDArray[np.bool_]


def _write_signings(db: Database, city: City, offices: Offices, day: dt.date) -> int:
    rng = city.rng(_STREAM, day)
    documents = documents_of(city, offices, day)
    sealed = np.flatnonzero(documents.is_sealed)
    at, unit = documents.at_s[sealed], offices.unit[documents.office[sealed]]
    signed_at = at - rng.integers(5, 50, len(at))
    exchange = _tried(city, rng, day, signed_at, unit, _EXCHANGE)
    office_at, office_unit = _office_signings(city, rng, day)
    system = np.where(rng.random(len(office_at)) < 0.02, _OTHER, _OA)
    office = _tried(city, rng, day, office_at, office_unit, system)

    seen = np.repeat(np.arange(len(at)), rng.binomial(documents.receivers[sealed], _VERIFYING))
    verified = _verified(city, rng, day, at[seen], unit[seen], _EXCHANGE)
    read = np.repeat(np.arange(len(office_at)), rng.poisson(1.2, len(office_at)))
    verified_office = _verified(city, rng, day, office_at[read], office_unit[read], system[read])
    parts = (exchange, office, verified, verified_office)
    names = ("at_s", "unit", "operation", "system", "is_success")
    at, unit, operation, systems, success = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
    if not len(at):
        return 0
    order = np.argsort(at, kind="stable")
    seals = seal_ids(unit, np.ones_like(unit))
    seals[unit < 0] = None
    return db.insert(
        "seal_signing",
        {
            "signing_id": [f"QZ{day:%Y%m%d}{number:06d}" for number in range(1, len(at) + 1)],
            "signed_at": np.datetime64(day, "s") + at[order].astype("timedelta64[s]"),
            "seal_id": seals[order],
            "operation": _OPERATIONS[operation[order]],
            "system_name": _SYSTEMS[systems[order]],
            "is_success": success[order],
        },
    )


def _office_signings(city: City, rng: np.random.Generator, day: dt.date) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When, and with which unit's seal, persons who are present sign in the OA."""
    present = city.present(day)
    able = np.flatnonzero((city.people.edition[present.person] >= 0) & (present.at_ms < 17 * 3_600_000))
    expected = max(SIGNINGS_PER_DAY * city.scale, FEWEST_PER_DAY) * city.rhythm.factor(day, Audience.OFFICE)
    count = int(rng.poisson(expected)) if len(able) else 0
    who = able[rng.integers(0, max(len(able), 1), count)]
    at = city.rhythm.moments(rng, day, Audience.OFFICE, count) // 1000
    at = np.where((at < 8 * 3600) | (at >= _CLOSES_S), rng.integers(9 * 3600, 17 * 3600, count), at)
    at = np.maximum(at, present.at_ms[who] // 1000 + rng.integers(300, 2100, count))
    for incident in city.outages("oa"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        at = np.where((at >= begin) & (at < end), end + 60 + (at - begin) // 4, at)
    return at, city.people.unit[present.person[who]]


def _tried(
    city: City,
    rng: np.random.Generator,
    day: dt.date,
    at: NDArray[np.int64],
    unit: NDArray[np.int64],
    system: NDArray[np.int64] | int,
) -> _Signings:
    """Signings that succeeded, and the attempts that failed before them: each is tried until it succeeds."""
    chance = np.full(len(at), 1 - _SIGN_FAILURES)
    begins = np.zeros(len(at), dtype=np.int64)
    for incident in city.planted("signing_failures"):
        strength = incident.strength(day, at * 1000)
        chance = np.minimum(chance, 1 - incident.size * strength)
        begins = np.where(strength > 0, incident.span_ms(day)[0] // 1000, begins)
    tries = rng.geometric(chance)
    row = np.repeat(np.arange(len(at)), tries)
    left = np.repeat(np.cumsum(tries), tries) - np.arange(len(row)) - 1  # attempts that follow this one
    moment = np.maximum(at[row] - 25 * left, begins[row])
    systems = np.broadcast_to(system, at.shape)[row]
    return _Signings(moment, unit[row], np.zeros_like(row), systems, left == 0)


def _verified(
    city: City,
    rng: np.random.Generator,
    day: dt.date,
    at: NDArray[np.int64],
    unit: NDArray[np.int64],
    system: NDArray[np.int64] | int,
) -> _Signings:
    """Verifications on the day of the signing; of those that fail some find no seal."""
    moment = at + 30 + rng.exponential(5400, len(at)).astype(np.int64)
    draw = rng.random(len(at))
    systems = np.broadcast_to(system, at.shape)
    kept = moment < _CLOSES_S
    for incident in city.outages("docexchange"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        kept &= (systems != _EXCHANGE) | (moment < begin) | (moment >= end)
    unit = np.where(draw < _VERIFY_FAILURES / 4, -1, unit)
    found = _Signings(moment, unit, np.ones_like(moment), systems, draw >= _VERIFY_FAILURES)
    return _Signings(*(getattr(found, name)[kept] for name in ("at_s", "unit", "operation", "system", "is_success")))
