"""Actions of MaxKey's administrators: accounts opened, disabled and unlocked, and ordinary changes."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.arrays import Times, texts
from ntanalytics.demo.local_time import wall_times
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.products.maxkey.logins import Logins
from ntanalytics.demo.products.maxkey.schema import row_ids
from ntanalytics.demo.store import Columns, Database

_STREAM = 14
#: Seconds after which a locked account is unlocked, and share of changes that fail.
_UNLOCKED_AFTER_S, _FAILURES = 240, 0.03

#: Ordinary changes: topic, action, number on a plain working day.
_ORDINARY = (
    ("user", "update", 14.0),
    ("user", "change_password", 9.0),
    ("account", "update", 3.0),
    ("role", "add_member", 4.0),
    ("role", "delete_member", 1.0),
    ("organization", "update", 0.5),
    ("application", "update", 0.3),
)


def write_changes(database: Database, city: City, day: dt.date, logins: Logins, opened: Times) -> int:
    """Write the administrators' actions of a day, and return the number of rows.

    Args:
        database: MaxKey's database.
        city: the city.
        day: the day.
        logins: login attempts of the day; a locked account is unlocked after the attempt.
        opened: time at which each account was opened.
    """
    rng, disabled = city.rng(_STREAM, day), city.disabled_on
    factor = city.seasonality.factor(day, Audience.OFFICE)
    new = np.sort(opened[opened.astype("datetime64[D]") == np.datetime64(day)])
    closed = sum(incident.day == day for incident in city.incidents_of("unit_closed"))
    actions = [(topic, action, int(rng.poisson(mean * factor))) for topic, action, mean in _ORDINARY]
    actions += [("user", "disable", int((disabled == np.datetime64(day)).sum())), ("organization", "disable", closed)]
    at_ms = city.seasonality.moments(rng, day, Audience.OFFICE, sum(count for _, _, count in actions))
    unlocked = wall_times(day, logins.at_ms[logins.is_locked] // 1000) + np.timedelta64(_UNLOCKED_AFTER_S, "s")
    times = np.concatenate((new, unlocked, wall_times(day, rng.permutation(at_ms) // 1000)))
    actions = [("user", "create", len(new)), ("user", "unlock", len(unlocked)), *actions]
    counts = [count for _, _, count in actions]
    topic = np.repeat(texts(topic for topic, _, _ in actions), counts)
    action = np.repeat(texts(action for _, action, _ in actions), counts)
    may_fail = (action == "update") | (action == "change_password")
    result = np.where(may_fail & (rng.random(len(times)) < _FAILURES), "fail", "success")
    order = np.argsort(times, kind="stable")
    columns: Columns = {
        "ID": row_ids(day, len(times), "3"),
        "TOPIC": topic[order],
        "MESSAGE": "（演示）",
        "MESSAGEACTION": action[order],
        "MESSAGERESULT": result[order],
        "USERID": "admin",
        "EXECUTETIME": times[order],
    }
    return database.insert("mxk_history_system_logs", columns)
