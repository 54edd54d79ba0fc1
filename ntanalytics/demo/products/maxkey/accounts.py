"""MaxKey's units, applications and accounts, as they are at the estate's end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.maxkey.schema import APPS, NEVER
from ntanalytics.demo.store import Database

_ACCOUNTS, _EARLIER = 11, 15
_DISTRICTS = ("崇川区", "通州区", "海门区", "海安市", "如皋市", "启东市", "如东县", "开发区")
_FIRST_UNIT, _FIRST_DISTRICT = 1001, 101


def objects(values: Iterable[str]) -> NDArray[np.object_]:
    """Texts as an array that can be indexed."""
    return np.array(list(values), dtype=object)


def seconds(day: dt.date, at_ms: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Moments of a local day as the product keeps them: in whole seconds."""
    return np.datetime64(day, "s") + (at_ms // 1000).astype("timedelta64[s]")


def numbered(day: dt.date, count: int, mark: str) -> list[str]:
    """Ids that grow with time, as the product's generator makes them."""
    head = f"{day:%Y%m%d}{mark}"
    return [f"{head}{number:07d}" for number in range(count)]


def openings_of(city: City) -> NDArray[np.datetime64]:
    """When each account was opened: in office hours, and before the person first logs in on that day."""
    people = city.people
    at = city.rng(_ACCOUNTS).integers(9 * 3600, 17 * 3600, len(people))
    for day in city.days:
        present = city.present(day)
        new = people.opened_on[present.person] == np.datetime64(day)
        person = present.person[new]
        at[person] = np.minimum(at[person], (present.at_ms[new] // 1000 - 900).clip(0))
    found: NDArray[np.datetime64] = people.opened_on.astype("datetime64[s]") + at.astype("timedelta64[s]")
    return found


def earlier_logins(city: City) -> NDArray[np.datetime64]:
    """The last login before the estate's first day; ``NEVER`` where the account was opened later, or none came."""
    people, rng = city.people, city.rng(_EARLIER)
    away = rng.exponential(2 / people.presence.clip(0.008)).astype("timedelta64[D]")
    day = np.datetime64(city.days[0]) - np.timedelta64(1, "D") - away
    moment = day.astype("datetime64[s]") + rng.integers(8 * 3600, 18 * 3600, len(people)).astype("timedelta64[s]")
    return np.where(day > people.opened_on, moment, np.datetime64(NEVER))


def write_units(database: Database, city: City) -> int:
    """Write the city's units: those of a district are below it, and the district is no unit that anybody works in."""
    closed = {incident.subject: incident.start for incident in city.planted("unit_closed")}
    ids = [*range(_FIRST_DISTRICT, _FIRST_DISTRICT + len(_DISTRICTS)), *range(_FIRST_UNIT, _FIRST_UNIT + len(UNITS))]
    names = [*_DISTRICTS, *UNITS]
    above = [
        next((n for n, each in enumerate(_DISTRICTS) if name.startswith(each) and name != each), -1) for name in names
    ]
    made = np.datetime64("2023-02-20T09:00:00")
    changed = np.full(len(names), made)
    for name, start in closed.items():
        changed[names.index(name)] = np.datetime64(start.date(), "s") + np.timedelta64(34_200, "s")
    return database.insert(
        "mxk_organizations",
        {
            "ID": [str(number) for number in ids],
            "ORGCODE": [f"NT{number:05d}" for number in ids],
            "ORGNAME": names,
            "TYPE": ["region"] * len(_DISTRICTS) + ["department"] * len(UNITS),
            "PARENTID": ["1" if n < 0 else str(_FIRST_DISTRICT + n) for n in above],
            "STATUS": [2 if name in closed else 1 for name in names],
            "CREATEDDATE": np.full(len(names), made),
            "MODIFIEDDATE": changed,
        },
    )


def write_apps(database: Database) -> int:
    """Write the applications behind the portal, and return how many rows that are."""
    made = np.datetime64("2023-03-01T10:00:00") + (np.arange(len(APPS)) * 9).astype("timedelta64[D]")
    return database.insert(
        "mxk_apps",
        {
            "ID": [app.id for app in APPS],
            "APPNAME": [app.name for app in APPS],
            "PROTOCOL": [app.protocol for app in APPS],
            "SECRET": "（演示）",
            "STATUS": [app.status for app in APPS],
            "CREATEDDATE": made,
        },
    )


def write_accounts(
    database: Database,
    city: City,
    ids: NDArray[np.object_],
    opened: NDArray[np.datetime64],
    last: NDArray[np.datetime64],
) -> int:
    """Write the accounts as they are at the estate's end, and return how many rows that are.

    Args:
        database: MaxKey's.
        city: whose people they are.
        ids: their ids.
        opened: when each was opened.
        last: its last login.
    """
    people = city.people
    is_locked = ~people.is_enabled & (people.id % 5 == 0)
    return database.insert(
        "mxk_userinfo",
        {
            "ID": ids,
            "USERNAME": "u" + ids,
            "DISPLAYNAME": "用户" + ids,
            "MOBILE": "13800000000",
            "PASSWORD": "（演示）",
            "DECIPHERABLE": "（演示）",
            "DEPARTMENTID": [str(_FIRST_UNIT + unit) for unit in people.unit.tolist()],
            "DEPARTMENT": objects(UNITS)[people.unit],
            "STATUS": np.where(people.is_enabled | is_locked, 1, 4),
            "ISLOCKED": np.where(is_locked, 5, 1),
            "CREATEDDATE": opened,
            "LASTLOGINTIME": last,
        },
    )
