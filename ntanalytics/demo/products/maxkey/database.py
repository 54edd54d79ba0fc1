"""MaxKey's database: units, accounts, logins, who goes on to which application, and what administrators did."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import DAY_MS
from ntanalytics.demo.products.ejbca.certificates import certificates_of
from ntanalytics.demo.products.maxkey.accounts import (
    earlier_logins,
    numbered,
    objects,
    openings_of,
    seconds,
    write_accounts,
    write_apps,
    write_units,
)
from ntanalytics.demo.products.maxkey.changes import disablings_of, write_administration
from ntanalytics.demo.products.maxkey.logins import MESSAGES, METHODS, Logins, after_outages, draw_logins
from ntanalytics.demo.products.maxkey.schema import APPS, INDEXES, LOGIN_TYPES, TABLES
from ntanalytics.demo.store import Database, Store

_SSO = 12
_MINUTE = 60_000

#: PLATFORM by kind of terminal: a desk, a domestic desk, a telephone; and whose it is.
_PLATFORMS = np.array(
    [
        ["Windows 10", "Windows 10", "Windows 11", "Windows 7"],
        ["Linux Kylin V10", "Linux UOS 20", "Linux Kylin V10", "Linux Kylin V10"],
        ["Android 13", "iPhone OS 17", "HarmonyOS 4", "Android 12"],
    ],
    dtype=object,
)


def write_identity(city: City, store: Store) -> int:
    """Write the database ``maxkey``, whose home is MySQL.

    Returns:
        The number of its rows.
    """
    people = city.people
    ids = objects(str(number) for number in people.id.tolist())
    opened, disabled = openings_of(city), disablings_of(city)
    last, held = earlier_logins(city), certificates_of(city)
    with store.database("maxkey", "mysql") as database:
        for table, columns in TABLES.items():
            index = [(INDEXES[table],)] if table in INDEXES else []
            database.create(table, columns, key=("ID",), indexes=index)
        rows = write_units(database, city) + write_apps(database)
        for day in city.days:
            logins = draw_logins(city, day, held)
            got_in = logins.person[logins.is_success]
            np.maximum.at(last, got_in, seconds(day, logins.at_ms[logins.is_success]))
            rows += _write_logins(database, city, day, logins, ids)
            rows += _write_accesses(database, city, day, ids)
            rows += write_administration(database, city, day, logins, opened, disabled)
        rows += write_accounts(database, city, ids, opened, last)
    return rows


def _addresses(city: City, logins: Logins) -> NDArray[np.object_]:
    """Where each attempt came from: a desk's address, a telephone's, or that of whoever tries by force."""
    person = logins.person
    unit = city.people.unit[person]
    place = person - np.searchsorted(city.people.unit, unit)
    desks = zip(
        (16 + unit // 64).tolist(), (unit % 64 * 4 + place // 250).tolist(), (place % 250 + 2).tolist(), strict=True
    )
    phones = zip((person // 250 % 256).tolist(), (person % 250 + 2).tolist(), strict=True)
    found = np.where(
        logins.is_mobile, objects(f"100.64.{a}.{b}" for a, b in phones), objects(f"10.{a}.{b}.{c}" for a, b, c in desks)
    )
    for number, incident in enumerate(city.planted("brute_force")):
        found[logins.address == number] = incident.subject
    return found


def _write_logins(database: Database, city: City, day: dt.date, logins: Logins, ids: NDArray[np.object_]) -> int:
    numbers = numbered(day, len(logins.person), "1")
    fresh, is_unknown = objects(f"f{number}" for number in numbers), logins.is_unknown
    user = np.where(is_unknown, fresh, ids[logins.person])
    terminal = np.where(logins.is_mobile, 2, city.people.is_xinchuang[logins.person].astype(int))
    return database.insert(
        "mxk_history_login",
        {
            "ID": numbers,
            "category": 1,
            "SESSIONID": objects(f"s{number}" for number in numbers),
            "USERID": user,
            "USERNAME": "u" + np.where(is_unknown, ids[logins.person] + "x", ids[logins.person]),
            "DISPLAYNAME": np.where(is_unknown, "not exist", "用户" + ids[logins.person]),
            "MESSAGE": objects(MESSAGES)[logins.message],
            "SOURCEIP": _addresses(city, logins),
            "LOGINTYPE": objects(LOGIN_TYPES[method] for method in METHODS)[logins.method],
            "CODE": "xe00000004",
            "PLATFORM": _PLATFORMS[terminal, logins.person % 4],
            "LOGINTIME": seconds(day, logins.at_ms),
            "LOGOUTTIME": np.full(len(numbers), np.datetime64("1970-01-01T00:00:00")),
            "SESSIONSTATUS": np.where(logins.is_success, 1, 7),
        },
    )


def _write_accesses(database: Database, city: City, day: dt.date, ids: NDArray[np.object_]) -> int:
    """Who goes on from the portal to which application: his edition's OA at once, another one during the day."""
    rng, present = city.rng(_SSO, day), city.present(day)
    chance = np.array([app.reached for app in APPS])[:, city.people.edition[present.person]]
    app, who = np.nonzero(rng.random(chance.shape) < chance)
    times = 1 + rng.poisson(0.05 * (city.intensity - 1), len(app))
    app, who, is_first = np.repeat(app, times), np.repeat(who, times), np.cumsum(times) - times
    at_once = np.zeros(len(app), bool)
    at_once[is_first] = chance[app[is_first], who[is_first]] > 0.8
    wait = np.where(at_once, rng.integers(3_000, 90_000, len(app)), rng.integers(_MINUTE, 480 * _MINUTE, len(app)))
    at_ms = after_outages(city, day, rng, present.at_ms[who] + wait)
    kept = at_ms < DAY_MS
    for incident in city.planted("app_silent"):
        begin, end = incident.span_ms(day)
        silent = next(n for n, each in enumerate(APPS) if each.id == incident.subject)
        kept &= ~((app == silent) & (at_ms >= begin) & (at_ms < end))
    order = np.flatnonzero(kept)[np.argsort(at_ms[kept], kind="stable")]
    user = ids[present.person[who[order]]]
    numbers = numbered(day, len(order), "2")
    return database.insert(
        "mxk_history_login_apps",
        {
            "ID": numbers,
            "SESSIONID": "s" + user,
            "LOGINTIME": seconds(day, at_ms[order]),
            "APPID": objects(each.id for each in APPS)[app[order]],
            "APPNAME": objects(each.name for each in APPS)[app[order]],
            "USERID": user,
            "USERNAME": "u" + user,
            "DISPLAYNAME": "用户" + user,
        },
    )
