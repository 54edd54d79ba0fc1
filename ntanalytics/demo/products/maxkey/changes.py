"""What the administrators of MaxKey did on a day: accounts opened, disabled and unlocked, and the rest of it."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.products.maxkey.accounts import numbered, objects, seconds
from ntanalytics.demo.products.maxkey.logins import Logins
from ntanalytics.demo.store import Database

_DAYS = 14

#: What administrators do on a plain working day besides opening, disabling and unlocking: topic, action, how often.
_OFTEN = (
    ("user", "update", 14.0),
    ("user", "change_password", 9.0),
    ("account", "update", 3.0),
    ("role", "add_member", 4.0),
    ("role", "delete_member", 1.0),
    ("organization", "update", 0.5),
    ("application", "update", 0.3),
)


def disablings_of(city: City) -> NDArray[np.datetime64]:
    """The day on which each account was disabled; NaT for those that are not."""
    people = city.people
    age = (np.datetime64(city.until) - people.opened_on).astype(np.int64)
    days = (city.rng(_DAYS).random(len(people)) * (age + 1)).astype("timedelta64[D]")
    return np.where(people.is_enabled, np.datetime64("NaT", "D"), people.opened_on + days)


def write_administration(
    database: Database,
    city: City,
    day: dt.date,
    logins: Logins,
    opened: NDArray[np.datetime64],
    disabled: NDArray[np.datetime64],
) -> int:
    """Write what administrators did on a day, and return how many rows that are.

    Each account of that day is opened, each that is disabled is, and who found his account locked has it unlocked.

    Args:
        database: MaxKey's.
        city: whose accounts they are.
        day: the day.
        logins: its attempts to log in.
        opened: when each account was opened.
        disabled: the day on which each was disabled.
    """
    rng = city.rng(_DAYS, day)
    factor = city.rhythm.factor(day, Audience.OFFICE)
    new = np.sort(opened[opened.astype("datetime64[D]") == np.datetime64(day)])
    gone = int((disabled == np.datetime64(day)).sum())
    closed = sum(incident.day == day for incident in city.planted("unit_closed"))
    done = [(topic, action, int(rng.poisson(often * factor))) for topic, action, often in _OFTEN]
    done += [("user", "disable", gone), ("organization", "disable", closed)]
    moments = city.rhythm.moments(rng, day, Audience.OFFICE, sum(count for _, _, count in done))
    unlocked = seconds(day, logins.at_ms[logins.is_locked]) + np.timedelta64(240, "s")
    at = np.concatenate((new, unlocked, seconds(day, rng.permutation(moments))))
    sizes = [len(new), len(unlocked), *(count for _, _, count in done)]
    topic = np.repeat(objects(["user", "user", *(each[0] for each in done)]), sizes)
    action = np.repeat(objects(["create", "unlock", *(each[1] for each in done)]), sizes)
    may_fail = (action == "update") | (action == "change_password")
    result = np.where(may_fail & (rng.random(len(at)) < 0.03), "fail", "success")
    order = np.argsort(at, kind="stable")
    return database.insert(
        "mxk_history_system_logs",
        {
            "ID": numbered(day, len(at), "3"),
            "TOPIC": topic[order],
            "MESSAGE": "（演示）",
            "MESSAGEACTION": action[order],
            "MESSAGERESULT": result[order],
            "USERID": "admin",
            "EXECUTETIME": at[order],
        },
    )
