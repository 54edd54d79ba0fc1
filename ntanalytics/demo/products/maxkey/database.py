"""MaxKey's database: units, accounts, logins, accesses to applications, and administrators' actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from ntanalytics.demo.arrays import Objects, Times, texts
from ntanalytics.demo.local_time import DAY_MS, wall_times
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.ejbca.certificates import certificates_of
from ntanalytics.demo.products.maxkey.accounts import (
    earlier_logins,
    openings_of,
    write_accounts,
    write_apps,
    write_units,
)
from ntanalytics.demo.products.maxkey.changes import write_changes
from ntanalytics.demo.products.maxkey.logins import MESSAGES, METHODS, Logins, draw_logins
from ntanalytics.demo.products.maxkey.schema import APPS, LOGIN_TYPES, TABLES, row_ids
from ntanalytics.demo.store import Columns, Database, Store

_ACCESSES = 12
_MINUTE_MS = 60_000
#: Share of persons who open an application, from which on they open it right after the login.
_AT_ONCE = 0.8

#: PLATFORM by terminal (desk, domestic desk, telephone) and person.
_PLATFORMS = np.array(
    [
        ["Windows 10", "Windows 10", "Windows 11", "Windows 7"],
        ["Linux Kylin V10", "Linux UOS 20", "Linux Kylin V10", "Linux Kylin V10"],
        ["Android 13", "iPhone OS 17", "HarmonyOS 4", "Android 12"],
    ],
    dtype=object,
)


def write_maxkey(city: City, store: Store) -> int:
    """Write the database ``maxkey`` (MySQL), and return the number of rows."""
    ids = texts(str(number) for number in city.people.id.tolist())
    opened, last_login, held = openings_of(city), earlier_logins(city), certificates_of(city)
    with store.database("maxkey", "mysql") as database:
        database.create(*TABLES)
        rows = write_units(database, city, city.until) + write_apps(database)
        for day in city.days:
            logins = draw_logins(city, day, held)
            _note_logins(last_login, day, logins)
            rows += _write_logins(database, city, day, logins, ids)
            rows += _write_accesses(database, city, day, ids)
            rows += write_changes(database, city, day, logins, opened)
        rows += write_accounts(database, city, opened, last_login, city.until)
    return rows


def write_maxkey_states(city: City, stores: Mapping[dt.date, Store]) -> None:
    """Write units, accounts and applications as they stood at the end of some days: day → place."""
    opened, last_login, held = openings_of(city), earlier_logins(city), certificates_of(city)
    for day in city.days:
        _note_logins(last_login, day, draw_logins(city, day, held))
        if day in stores:
            with stores[day].database("maxkey", "mysql") as database:
                database.create(*TABLES)
                write_units(database, city, day)
                write_apps(database)
                write_accounts(database, city, opened, last_login, day)


def _note_logins(last_login: Times, day: dt.date, logins: Logins) -> None:
    """Bring the last login of each account up to a day."""
    success = logins.take(logins.is_success)
    np.maximum.at(last_login, success.person, wall_times(day, success.at_ms // 1000))


def _addresses(city: City, logins: Logins) -> Objects:
    """Return the address of each attempt: a desk's, a telephone's, or an attacker's."""
    person = logins.person
    unit = city.people.unit[person]
    place = person - np.searchsorted(city.people.unit, unit)
    desks = zip(
        (16 + unit // 64).tolist(), (unit % 64 * 4 + place // 250).tolist(), (place % 250 + 2).tolist(), strict=True
    )
    phones = zip((person // 250 % 256).tolist(), (person % 250 + 2).tolist(), strict=True)
    desk = texts(f"10.{a}.{b}.{c}" for a, b, c in desks)
    addresses = np.where(logins.is_mobile, texts(f"100.64.{a}.{b}" for a, b in phones), desk)
    for number, incident in enumerate(city.incidents_of("brute_force")):
        addresses[logins.address == number] = incident.subject
    return addresses


def _write_logins(database: Database, city: City, day: dt.date, logins: Logins, ids: Objects) -> int:
    numbers = row_ids(day, len(logins.person), "1")
    own, is_unknown = ids[logins.person], logins.is_unknown
    terminal = np.where(logins.is_mobile, 2, city.people.is_xinchuang[logins.person].astype(int))
    columns: Columns = {
        "ID": numbers,
        "category": 1,
        "SESSIONID": texts(f"s{number}" for number in numbers),
        "USERID": np.where(is_unknown, texts(f"f{number}" for number in numbers), own),
        "USERNAME": "u" + np.where(is_unknown, own + "x", own),
        "DISPLAYNAME": np.where(is_unknown, "not exist", "用户" + own),
        "MESSAGE": texts(MESSAGES)[logins.message],
        "SOURCEIP": _addresses(city, logins),
        "LOGINTYPE": texts(LOGIN_TYPES[method] for method in METHODS)[logins.method],
        "CODE": "xe00000004",
        "PLATFORM": _PLATFORMS[terminal, logins.person % 4],
        "LOGINTIME": wall_times(day, logins.at_ms // 1000),
        "LOGOUTTIME": np.full(len(numbers), np.datetime64("1970-01-01T00:00:00")),
        "SESSIONSTATUS": np.where(logins.is_success, 1, 7),
    }
    return database.insert("mxk_history_login", columns)


def _write_accesses(database: Database, city: City, day: dt.date, ids: Objects) -> int:
    """Write the accesses of a day, and return the number of rows.

    A person opens the OA of the edition right after the login, other applications during the day.
    """
    rng, present = city.rng(_ACCESSES, day), city.present(day)
    chance = np.array([app.reached for app in APPS])[:, city.people.edition[present.person]]
    app, who = np.nonzero(rng.random(chance.shape) < chance)
    times = 1 + rng.poisson(0.05 * (city.intensity - 1), len(app))
    app, who, is_first = np.repeat(app, times), np.repeat(who, times), np.cumsum(times) - times
    at_once = np.zeros(len(app), bool)
    at_once[is_first] = chance[app[is_first], who[is_first]] > _AT_ONCE
    soon, later = rng.integers(3_000, 90_000, len(app)), rng.integers(_MINUTE_MS, 480 * _MINUTE_MS, len(app))
    at_ms = city.after_login_outages(rng, day, present.at_ms[who] + np.where(at_once, soon, later))
    kept = at_ms < DAY_MS
    for incident in city.incidents_of("app_silent"):
        silent = [item.id for item in APPS].index(incident.subject)
        kept &= ~((app == silent) & incident.covers(day, at_ms))
    order = np.flatnonzero(kept)[np.argsort(at_ms[kept], kind="stable")]
    user = ids[present.person[who[order]]]
    columns: Columns = {
        "ID": row_ids(day, len(order), "2"),
        "SESSIONID": "s" + user,
        "LOGINTIME": wall_times(day, at_ms[order] // 1000),
        "APPID": texts(item.id for item in APPS)[app[order]],
        "APPNAME": texts(item.name for item in APPS)[app[order]],
        "USERID": user,
        "USERNAME": "u" + user,
        "DISPLAYNAME": "用户" + user,
    }
    return database.insert("mxk_history_login_apps", columns)
