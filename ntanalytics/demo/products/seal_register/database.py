"""Database of the seal register: seals, and the signings and verifications in document exchange and OA."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.arrays import ArrayRows, Bools, Ints, Rng, texts
from ntanalytics.demo.local_time import wall_times
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.products.exchange.documents import documents_of
from ntanalytics.demo.products.exchange.offices import ExchangeOffices, offices_of
from ntanalytics.demo.products.seal_register.register import seal_ids, write_register
from ntanalytics.demo.store import Columns, Database, Store, parse_tables

_TABLES = parse_tables("""
seal_register: seal_id* 64, unit 200, state 20, requested_at time, made_at time, tested_at time, expires_at time
seal_signing: signing_id* 64, signed_at time, seal_id 64, operation 20, system_name 50, is_success bool;
  index signed_at
""")

#: Signings in the OA on a plain working day at scale 1, and the minimum of a small city.
SIGNINGS_PER_DAY, MIN_PER_DAY = 2_400, 90
#: Share of signings and of verifications that fail on a plain day.
_SIGN_FAILURES, _VERIFY_FAILURES = 0.004, 0.003
#: Share of receivers of a sealed document that verify the seal that day, and verifications of a signing in the OA.
_VERIFYING, _READS = 0.35, 1.2
#: Share of signings of other systems among those of the OA.
_OTHER_SHARE = 0.02

_STREAM = 33
_EXCHANGE, _OA, _OTHER = 0, 1, 2
_SYSTEMS = texts(["公文交换", "协同办公", "电子证照"])
_OPERATIONS = texts(["签章", "验章"])
_SIGN, _VERIFY = 0, 1
_OPENS_S, _CLOSES_S = 8 * 3600, 18 * 3600 + 900


@dataclass(frozen=True)
class _Signings(ArrayRows):
    """Signings or verifications."""

    at_s: Ints
    unit: Ints  # index into UNITS; -1 where no seal was found
    system: Ints
    operation: Ints
    is_success: Bools


def write_seal_register(city: City, store: Store) -> int:
    """Write the database ``seals`` (PostgreSQL) in its state at the estate's end, and return the number of rows."""
    offices = offices_of(city)
    with store.database("seals", "postgresql") as database:
        database.create(*_TABLES)
        rows = write_register(database, city, city.until)
        return rows + sum(_write_signings(database, city, offices, day) for day in city.days)


def write_seal_states(city: City, stores: Mapping[dt.date, Store]) -> None:
    """Write the register as it stood at the end of some days: day → place."""
    for day, store in stores.items():
        with store.database("seals", "postgresql") as database:
            database.create(*_TABLES)
            write_register(database, city, day)


def _write_signings(database: Database, city: City, offices: ExchangeOffices, day: dt.date) -> int:
    rows = _Signings.concat(_draw_signings(city, offices, day))
    if not len(rows.at_s):
        return 0
    rows = rows.take(np.argsort(rows.at_s, kind="stable"))
    seals = seal_ids(rows.unit, np.ones_like(rows.unit))
    seals[rows.unit < 0] = None
    columns: Columns = {
        "signing_id": [f"QZ{day:%Y%m%d}{number:06d}" for number in range(1, len(seals) + 1)],
        "signed_at": wall_times(day, rows.at_s),
        "seal_id": seals,
        "operation": _OPERATIONS[rows.operation],
        "system_name": _SYSTEMS[rows.system],
        "is_success": rows.is_success,
    }
    return database.insert("seal_signing", columns)


def _draw_signings(city: City, offices: ExchangeOffices, day: dt.date) -> list[_Signings]:
    """Return the signings in exchange and OA, and the verifications in exchange and OA."""
    rng = city.rng(_STREAM, day)
    documents = documents_of(city, offices, day)
    sealed = np.flatnonzero(documents.is_sealed)
    sent, unit = documents.at_s[sealed], offices.unit[documents.office[sealed]]
    signed = sent - rng.integers(5, 50, len(sent))
    exchange = _sign(city, rng, day, signed, unit, np.full(len(sent), _EXCHANGE))
    oa_at, oa_unit = _oa_signings(city, rng, day)
    oa_system = np.where(rng.random(len(oa_at)) < _OTHER_SHARE, _OTHER, _OA)
    oa = _sign(city, rng, day, oa_at, oa_unit, oa_system)

    row = np.repeat(np.arange(len(sent)), rng.binomial(documents.receivers[sealed], _VERIFYING))
    verified = _verify(city, rng, day, sent[row], unit[row], np.full(len(row), _EXCHANGE))
    row = np.repeat(np.arange(len(oa_at)), rng.poisson(_READS, len(oa_at)))
    return [exchange, oa, verified, _verify(city, rng, day, oa_at[row], oa_unit[row], oa_system[row])]


def _oa_signings(city: City, rng: Rng, day: dt.date) -> tuple[Ints, Ints]:
    """Return times, in seconds since midnight, and units of the signings of present persons in the OA."""
    present = city.present(day)
    able = np.flatnonzero((city.people.edition[present.person] >= 0) & (present.at_ms < 17 * 3_600_000))
    expected = max(SIGNINGS_PER_DAY * city.scale, MIN_PER_DAY) * city.seasonality.factor(day, Audience.OFFICE)
    count = int(rng.poisson(expected)) if len(able) else 0
    who = able[rng.integers(0, max(len(able), 1), count)]
    at_s = city.seasonality.moments(rng, day, Audience.OFFICE, count) // 1000
    at_s = np.where((at_s < _OPENS_S) | (at_s >= _CLOSES_S), rng.integers(9 * 3600, 17 * 3600, count), at_s)
    at_s = np.maximum(at_s, present.at_ms[who] // 1000 + rng.integers(300, 2100, count))
    for incident in city.outages("oa"):
        begin, end = (bound // 1000 for bound in incident.span_ms(day))
        at_s = np.where(incident.covers_s(day, at_s), end + 60 + (at_s - begin) // 4, at_s)
    return at_s, city.people.unit[present.person[who]]


def _sign(city: City, rng: Rng, day: dt.date, at_s: Ints, unit: Ints, system: Ints) -> _Signings:
    """Return signings that succeed at some times, and the failed attempts before each."""
    chance = np.full(len(at_s), 1 - _SIGN_FAILURES)
    begins = np.zeros(len(at_s), dtype=np.int64)
    for incident in city.incidents_of("signing_failures"):
        strength = incident.strength(day, at_s * 1000)
        chance = np.minimum(chance, 1 - incident.size * strength)
        begins = np.where(strength > 0, incident.span_ms(day)[0] // 1000, begins)
    tries = rng.geometric(chance)
    row = np.repeat(np.arange(len(at_s)), tries)
    left = np.repeat(np.cumsum(tries), tries) - np.arange(len(row)) - 1  # attempts that follow this one
    times = np.maximum(at_s[row] - 25 * left, begins[row])
    return _Signings(times, unit[row], system[row], np.full(len(row), _SIGN), left == 0)


def _verify(city: City, rng: Rng, day: dt.date, at_s: Ints, unit: Ints, system: Ints) -> _Signings:
    """Return verifications on the day of the signing; some of the failed ones find no seal."""
    times = at_s + 30 + rng.exponential(5400, len(at_s)).astype(np.int64)
    draw = rng.random(len(at_s))
    kept = times < _CLOSES_S
    for incident in city.outages("docexchange"):
        kept &= (system != _EXCHANGE) | ~incident.covers_s(day, times)
    unit = np.where(draw < _VERIFY_FAILURES / 4, -1, unit)
    return _Signings(times, unit, system, np.full(len(at_s), _VERIFY), draw >= _VERIFY_FAILURES).take(kept)
