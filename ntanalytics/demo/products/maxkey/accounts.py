"""Units, applications and accounts of MaxKey, in their state at the end of a day."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.arrays import Times, texts
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import DISTRICTS, UNITS
from ntanalytics.demo.products.maxkey.schema import APPS, NEVER
from ntanalytics.demo.store import Columns, Database

_ACCOUNTS, _EARLIER = 11, 15
_FIRST_UNIT, _FIRST_DISTRICT = 1001, 101
_CREATED = np.datetime64("2023-02-20T09:00:00")


def openings_of(city: City) -> Times:
    """Return the time at which each account was opened: in office hours, and before its first login on that day."""
    people = city.people
    at_s = city.rng(_ACCOUNTS).integers(9 * 3600, 17 * 3600, len(people))
    for day in city.days:
        present = city.present(day)
        is_new = people.opened_on[present.person] == np.datetime64(day)
        person = present.person[is_new]
        at_s[person] = np.minimum(at_s[person], (present.at_ms[is_new] // 1000 - 900).clip(0))
    openings: Times = people.opened_on.astype("datetime64[s]") + at_s.astype("timedelta64[s]")
    return openings


def earlier_logins(city: City) -> Times:
    """Return each account's last login before the estate's first day; ``NEVER`` where there was none."""
    people, rng = city.people, city.rng(_EARLIER)
    away = rng.exponential(2 / people.presence.clip(0.008)).astype("timedelta64[D]")
    day = np.datetime64(city.days[0]) - np.timedelta64(1, "D") - away
    time = day.astype("datetime64[s]") + rng.integers(8 * 3600, 18 * 3600, len(people)).astype("timedelta64[s]")
    return np.where(day > people.opened_on, time, np.datetime64(NEVER))


def write_units(database: Database, city: City, on: dt.date) -> int:
    """Write the districts, and the units, a district's units below it, as of a day; return the number of rows."""
    closures = city.incidents_of("unit_closed")
    closed = {incident.subject: incident.day for incident in closures if incident.day <= on}
    ids = [*range(_FIRST_DISTRICT, _FIRST_DISTRICT + len(DISTRICTS)), *range(_FIRST_UNIT, _FIRST_UNIT + len(UNITS))]
    names = [*DISTRICTS, *UNITS]
    changed = np.full(len(names), _CREATED)
    for name, day in closed.items():
        changed[names.index(name)] = np.datetime64(day, "s") + np.timedelta64(34_200, "s")
    columns: Columns = {
        "ID": [str(number) for number in ids],
        "ORGCODE": [f"NT{number:05d}" for number in ids],
        "ORGNAME": names,
        "TYPE": ["region"] * len(DISTRICTS) + ["department"] * len(UNITS),
        "PARENTID": [_parent_id(name) for name in names],
        "STATUS": [2 if name in closed else 1 for name in names],
        "CREATEDDATE": np.full(len(names), _CREATED),
        "MODIFIEDDATE": changed,
    }
    return database.insert("mxk_organizations", columns)


def _parent_id(name: str) -> str:
    """Return the id of a unit's district; "1" for a district, or a unit of the city."""
    for number, district in enumerate(DISTRICTS, start=_FIRST_DISTRICT):
        if name.startswith(district) and name != district:
            return str(number)
    return "1"


def write_apps(database: Database) -> int:
    """Write the applications behind the portal, and return the number of rows."""
    columns: Columns = {
        "ID": [app.id for app in APPS],
        "APPNAME": [app.name for app in APPS],
        "PROTOCOL": [app.protocol for app in APPS],
        "SECRET": "（演示）",
        "STATUS": [app.status for app in APPS],
        "CREATEDDATE": np.datetime64("2023-03-01T10:00:00") + (np.arange(len(APPS)) * 9).astype("timedelta64[D]"),
    }
    return database.insert("mxk_apps", columns)


def write_accounts(database: Database, city: City, opened: Times, last_login: Times, on: dt.date) -> int:
    """Write the accounts as of a day with their openings and last logins, and return the number of rows."""
    is_there, is_enabled = city.accounts_on(on)
    there = np.flatnonzero(is_there)
    is_enabled, opened, last_login = is_enabled[there], opened[there], last_login[there]
    number, unit = city.people.id[there], city.people.unit[there]
    ids = texts(number.astype(str).tolist())
    is_locked = ~is_enabled & (number % 5 == 0)
    columns: Columns = {
        "ID": ids,
        "USERNAME": "u" + ids,
        "DISPLAYNAME": "用户" + ids,
        "MOBILE": "13800000000",
        "PASSWORD": "（演示）",
        "DECIPHERABLE": "（演示）",
        "DEPARTMENTID": [str(_FIRST_UNIT + index) for index in unit.tolist()],
        "DEPARTMENT": texts(UNITS)[unit],
        "STATUS": np.where(is_enabled | is_locked, 1, 4),
        "ISLOCKED": np.where(is_locked, 5, 1),
        "CREATEDDATE": opened,
        "LASTLOGINTIME": last_login,
    }
    return database.insert("mxk_userinfo", columns)
