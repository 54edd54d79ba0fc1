"""The certificate authority's database (EJBCA): its own certificates, the units' and the persons'."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import ALIASES, UNITS
from ntanalytics.demo.products.ejbca.certificates import VALID_DAYS, Certificates, certificates_of, hexadecimal, seconds
from ntanalytics.demo.products.ejbca.schema import PERSONAL_PROFILE, UNIT_PROFILE, create_authority
from ntanalytics.demo.store import Database, Store, Values

_STREAM = 35
_DAY_S, _OFFSET_S = 86_400, 8 * 3600
_OWNER = "演示省电子政务外网"


def write_authority(city: City, store: Store) -> int:
    """Write the authority's database (PostgreSQL), as it is when the estate ends, and return its number of rows."""
    with store.database("ejbca", "postgresql") as db:
        create_authority(db)
        return _write_own(db) + _write_units(db, city) + _write_persons(db, city, certificates_of(city))


def _write_own(db: Database) -> int:
    """The authority's own certificates, which are nobody's."""
    begin, end = (seconds(dt.date(year, 1, 1)) * 1000 for year in (2020, 2040))
    issuer = _subject("演示电子政务CA", _OWNER)
    common: dict[str, Values] = {
        "notBefore": begin,
        "expireDate": end,
        "updateTime": begin,
        "issuerDN": _subject("演示签发CA", _OWNER),
        "status": 20,
    }
    own: dict[str, Values] = {
        "fingerprint": ["c" * 40, "d" * 40],
        "serialNumber": ["1", "2"],
        "type": [8, 2],
        "certificateProfileId": [3, 2],
        "subjectDN": [issuer, _subject("演示签发CA", _OWNER)],
        "username": "SYSTEMCA",
        "revocationDate": -1,
        "revocationReason": -1,
    }
    return db.insert("CertificateData", {**own, **common})


def _write_units(db: Database, city: City) -> int:
    """A certificate of each unit, and those that were renewed within the last year."""
    rng, now = city.rng(_STREAM + 1000), seconds(city.until) + _DAY_S
    valid = VALID_DAYS * _DAY_S
    issued = now - rng.integers(3 * _DAY_S, valid - 6 * _DAY_S, len(UNITS))
    older = np.flatnonzero(now - issued < 365 * _DAY_S)
    unit = np.concatenate([np.arange(len(UNITS)), older])
    begin = np.concatenate([issued, issued[older] - valid + rng.integers(1, 20, len(older)) * _DAY_S])
    revoked = np.where((np.arange(len(unit)) >= len(UNITS)) & (rng.random(len(unit)) < 0.1), issued[unit], 0)
    names = _organisations()[unit]
    subject = [_subject(name, name) for name in names.tolist()]
    reason = np.where(revoked > 0, 4, -1)
    fingerprint, user = hexadecimal(rng, len(unit), 20), [f"unit{index + 1:04d}" for index in unit.tolist()]
    return _insert(db, rng, now, UNIT_PROFILE, fingerprint, subject, user, begin, begin + valid, revoked, reason)


def _write_persons(db: Database, city: City, held: Certificates) -> int:
    """Personal certificates, in the name of an account's number."""
    rng, now = city.rng(_STREAM + 2000), seconds(city.until) + _DAY_S
    user = city.people.id[held.person].astype(str).tolist()
    units = _organisations()[city.people.unit[held.person]].tolist()
    subject = [_subject(name, unit) for name, unit in zip(user, units, strict=True)]
    life = (held.issued, held.expires, held.revoked, held.reason)
    return _insert(db, rng, now, PERSONAL_PROFILE, held.fingerprint, subject, user, *life)


def _subject(name: str, organisation: str) -> str:
    """A distinguished name."""
    return f"CN={name},O={organisation},C=CN"


def _organisations() -> NDArray[np.object_]:
    """The units as subjects name them: one with quotation marks, which a distinguished name escapes."""
    called = {unit: alias.replace('"', '\\"') for alias, unit in ALIASES.items() if '"' in alias}
    return np.array([called.get(unit, unit) for unit in UNITS], dtype=object)


def _insert(
    db: Database,
    rng: np.random.Generator,
    now: int,
    profile: int,
    fingerprint: NDArray[np.object_],
    subject: list[str],
    user: list[str],
    issued: NDArray[np.int64],
    expires: NDArray[np.int64],
    revoked: NDArray[np.int64],
    reason: NDArray[np.int64],
) -> int:
    count = len(issued)
    draw = rng.random(count)
    is_told = (expires < now + 30 * _DAY_S) & (draw < 0.7)
    is_archived = (expires < now - 60 * _DAY_S) & (draw < 0.4)
    status = np.select([revoked > 0, is_archived, is_told], [40, 60, 21], 20)
    numbers = rng.integers(2**56, 2**63 - 1, count)
    return db.insert(
        "CertificateData",
        {
            "fingerprint": fingerprint,
            "certificateProfileId": profile,
            "endEntityProfileId": profile + 100,
            "expireDate": _epoch_ms(expires),
            "notBefore": _epoch_ms(issued),
            "issuerDN": _subject("演示签发CA", _OWNER),
            "revocationDate": np.where(revoked > 0, _epoch_ms(revoked), -1),
            "revocationReason": reason,
            "serialNumber": numbers.astype(str).tolist(),
            "status": status,
            "subjectDN": subject,
            "type": 1,
            "updateTime": _epoch_ms(np.maximum(issued, revoked)),
            "username": user,
        },
    )


def _epoch_ms(local_s: NDArray[np.int64]) -> NDArray[np.int64]:
    return (local_s - _OFFSET_S) * 1000
