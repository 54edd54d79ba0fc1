"""EJBCA's database: certificates of the authority, of units and of persons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from ntanalytics.demo.arrays import Ints, Objects, Rng, texts
from ntanalytics.demo.local_time import wall_seconds
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import ALIASES, UNITS
from ntanalytics.demo.products.ejbca.certificates import VALID_DAYS, Certificates, certificates_of, hexadecimal
from ntanalytics.demo.store import Columns, Database, Store, parse_tables

_TABLES = parse_tables("""
CertificateData: fingerprint* 250, certificateProfileId int, endEntityProfileId int, expireDate bigint,
  notBefore bigint, issuerDN 250, revocationDate bigint, revocationReason int, serialNumber 250, status int,
  subjectDN 400, type int, updateTime bigint, username 250
CertificateProfileData: id* int, certificateProfileName 250
""")

#: Ids of the two profiles that the city named.
UNIT_PROFILE, PERSONAL_PROFILE = 700, 701


_STREAM = 35
_DAY_S, _OFFSET_S = 86_400, 8 * 3600
_OWNER = "演示省电子政务外网"
#: Status of a certificate: active, notified about its expiry, revoked, archived.
_ACTIVE, _NOTIFIED, _REVOKED, _ARCHIVED = 20, 21, 40, 60
_SUPERSEDED = 4


def write_ejbca(city: City, store: Store) -> int:
    """Write the database ``ejbca`` (PostgreSQL) in its state at the estate's end, and return the number of rows."""
    return _write(city, store, city.until)


def write_ejbca_states(city: City, stores: Mapping[dt.date, Store]) -> None:
    """Write the same database as it stood at the end of some days: day → place."""
    for day, store in stores.items():
        _write(city, store, day)


def _write(city: City, store: Store, on: dt.date) -> int:
    """Write the database in its state at the end of a day, and return the number of rows."""
    with store.database("ejbca", "postgresql") as database:
        database.create(*_TABLES)
        profiles: Columns = {"id": [UNIT_PROFILE, PERSONAL_PROFILE], "certificateProfileName": ["单位证书", "个人证书"]}
        database.insert("CertificateProfileData", profiles)
        return _write_own(database) + _write_units(database, city, on) + _write_persons(database, city, on)


def _write_own(database: Database) -> int:
    """Write the two certificates of the authority itself."""
    begin, end = (wall_seconds(dt.date(year, 1, 1)) * 1000 for year in (2020, 2040))
    signer = _subject("演示签发CA", _OWNER)
    columns: Columns = {
        "fingerprint": ["c" * 40, "d" * 40],
        "serialNumber": ["1", "2"],
        "type": [8, 2],
        "certificateProfileId": [3, 2],
        "subjectDN": [_subject("演示电子政务CA", _OWNER), signer],
        "username": "SYSTEMCA",
        "revocationDate": -1,
        "revocationReason": -1,
        "notBefore": begin,
        "expireDate": end,
        "updateTime": begin,
        "issuerDN": signer,
        "status": _ACTIVE,
    }
    return database.insert("CertificateData", columns)


def _write_units(database: Database, city: City, on: dt.date) -> int:
    """Write a certificate of each unit, and the older ones of units that renewed within the last year."""
    rng, now = city.rng(_STREAM + 1000), _end(city.until)
    valid = VALID_DAYS * _DAY_S
    issued = now - rng.integers(3 * _DAY_S, valid - 6 * _DAY_S, len(UNITS))
    older = np.flatnonzero(now - issued < 365 * _DAY_S)
    unit = np.concatenate([np.arange(len(UNITS)), older])
    begin = np.concatenate([issued, issued[older] - valid + rng.integers(1, 20, len(older)) * _DAY_S])
    is_revoked = (np.arange(len(unit)) >= len(UNITS)) & (rng.random(len(unit)) < 0.1)
    certificates = Certificates(
        person=unit,
        issued=begin,
        expires=begin + valid,
        revoked=np.where(is_revoked, issued[unit], 0),
        reason=np.where(is_revoked, _SUPERSEDED, -1),
        is_stale=np.zeros(len(unit), dtype=bool),
        fingerprint=hexadecimal(rng, len(unit), 20),
    )
    users = [f"unit{index + 1:04d}" for index in unit.tolist()]
    subjects = [_subject(name, name) for name in _organisations()[unit].tolist()]
    return _insert(database, rng, _end(on), UNIT_PROFILE, certificates, users, subjects)


def _write_persons(database: Database, city: City, on: dt.date) -> int:
    """Write the personal certificates, issued to the number of an account."""
    held = certificates_of(city)
    users = city.people.id[held.person].astype(str).tolist()
    units = _organisations()[city.people.unit[held.person]].tolist()
    subjects = [_subject(name, unit) for name, unit in zip(users, units, strict=True)]
    return _insert(database, city.rng(_STREAM + 2000), _end(on), PERSONAL_PROFILE, held, users, subjects)


def _end(day: dt.date) -> int:
    return wall_seconds(day) + _DAY_S


def _subject(name: str, organisation: str) -> str:
    """Return a distinguished name."""
    return f"CN={name},O={organisation},C=CN"


def _organisations() -> Objects:
    """Return the units' names in subjects; a distinguished name escapes quotation marks."""
    names = {unit: alias.replace('"', '\\"') for alias, unit in ALIASES.items() if '"' in alias}
    return texts(names.get(unit, unit) for unit in UNITS)


def _insert(
    database: Database,
    rng: Rng,
    now: int,
    profile: int,
    certificates: Certificates,
    users: list[str],
    subjects: list[str],
) -> int:
    """Write the certificates that were issued until ``now``, as they stood then, and return their number."""
    issued, expires = certificates.issued, certificates.expires
    is_revoked = (certificates.revoked > 0) & (certificates.revoked < now)
    revoked, reason = np.where(is_revoked, certificates.revoked, 0), np.where(is_revoked, certificates.reason, -1)
    count = len(issued)
    draw = rng.random(count)
    is_notified = (expires < now + 30 * _DAY_S) & (draw < 0.7)
    is_archived = (expires < now - 60 * _DAY_S) & (draw < 0.4)
    columns: Columns = {
        "fingerprint": certificates.fingerprint,
        "certificateProfileId": profile,
        "endEntityProfileId": profile + 100,
        "expireDate": _epoch_ms(expires),
        "notBefore": _epoch_ms(issued),
        "issuerDN": _subject("演示签发CA", _OWNER),
        "revocationDate": np.where(revoked > 0, _epoch_ms(revoked), -1),
        "revocationReason": reason,
        "serialNumber": rng.integers(2**56, 2**63 - 1, count).astype(str),
        "status": np.select([revoked > 0, is_archived, is_notified], [_REVOKED, _ARCHIVED, _NOTIFIED], _ACTIVE),
        "subjectDN": texts(subjects),
        "type": 1,
        "updateTime": _epoch_ms(np.maximum(issued, revoked)),
        "username": texts(users),
    }
    kept = issued < now
    there = {name: values[kept] if isinstance(values, np.ndarray) else values for name, values in columns.items()}
    return database.insert("CertificateData", there)


def _epoch_ms(local_s: Ints) -> Ints:
    return (local_s - _OFFSET_S) * 1000
