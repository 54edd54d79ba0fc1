"""Accesses from the portal to the applications behind it."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.arrays import Objects, texts
from ntanalytics.demo.local_time import DAY_MS, wall_times
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.maxkey.ids import row_ids
from ntanalytics.demo.products.maxkey.schema import APPS
from ntanalytics.demo.store import Columns, Database

_STREAM = 12
_MINUTE_MS = 60_000
#: Share of persons who open an application, from which on they open it right after the login.
_AT_ONCE = 0.8


def write_accesses(database: Database, city: City, day: dt.date, ids: Objects) -> int:
    """Write the accesses of a day, and return the number of rows.

    A person opens the OA of the edition right after the login, other applications during the day.
    """
    rng, present = city.rng(_STREAM, day), city.present(day)
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
