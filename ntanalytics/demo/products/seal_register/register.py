"""The seals of the demo city, a row each, and how far each of them is."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import ALIASES, UNITS
from ntanalytics.demo.store import Database
from ntanalytics.periods import days_between

#: Units that have a second seal.
_SECOND_SEALS = 0.35

_STREAM = 33
_STATES = np.array(["已申请", "制作中", "已制作", "已测试", "使用中"], dtype=object)


def write_register(db: Database, city: City) -> int:
    """Every unit's seal, made long ago, and second ones of some units, of which some are still being made.

    A seal's steps follow from its request; it is as far as the last of them that has come.
    """
    rng, now = city.rng(_STREAM), np.datetime64(city.until, "s") + np.timedelta64(1, "D")
    second = np.flatnonzero(rng.random(len(UNITS)) < _SECOND_SEALS)
    unit = np.concatenate([np.arange(len(UNITS)), second])
    number = np.repeat([1, 2], [len(UNITS), len(second)])
    age = np.where(number == 1, rng.integers(460, 1300, len(unit)), 3 + rng.gamma(1.0, 160, len(unit)).astype(np.int64))
    steps = {
        "requested": age,
        "making": rng.integers(1, 4, len(unit)),
        "made": rng.integers(2, 9, len(unit)),
        "tested": 1 + rng.poisson(2.2, len(unit)),
        "in_use": rng.integers(0, 4, len(unit)),
    }
    waits = np.zeros(len(unit), dtype=bool)
    second_ones, before = len(UNITS) + rng.permutation(len(second)), rng.integers(25, 33, len(unit))
    for incident in city.planted("seal_untested"):
        waits[second_ones[: int(incident.size)]] = True
        steps["requested"] = np.where(waits, (city.until - incident.day).days + before, steps["requested"])
    holidays = _holidays(city)
    day = np.busday_offset(np.datetime64(city.until) - steps["requested"], 0, roll="backward", holidays=holidays)
    moments = {}
    for name, days in steps.items():
        if name != "requested":
            day = np.busday_offset(day, days, roll="forward", holidays=holidays)
        seconds = rng.integers(8 * 3600 + 1800, 17 * 3600 + 1800, len(unit))
        # a step of the same day as the one before it is later
        moments[name] = day.astype("datetime64[s]") + (np.maximum(seconds, 63_000) if name == "in_use" else seconds)
    moments["tested"] = np.where(waits, now, moments["tested"])
    reached = np.sum([np.where(moment < now, 1, 0) for moment in moments.values()], axis=0) - 1
    reached = np.where(waits, 2, reached)
    state = _STATES[reached]
    draw = rng.random(len(unit))
    state = np.where((number == 2) & (reached == 4) & (draw < 0.12), np.where(draw < 0.05, "已注销", "已停用"), state)
    made = _past(moments["made"], now)
    called = {unit: alias for alias, unit in ALIASES.items() if '"' in alias}
    return db.insert(
        "seal_register",
        {
            "seal_id": seal_ids(unit, number),
            "unit": [called.get(UNITS[index], UNITS[index]) for index in unit.tolist()],
            "state": state,
            "requested_at": moments["requested"],
            "made_at": made,
            "tested_at": np.where(reached >= 3, _past(moments["tested"], now), np.datetime64("NaT")),
            "expires_at": made + np.timedelta64(5 * 365, "D"),
        },
    )


def seal_ids(unit: NDArray[np.int64], number: NDArray[np.int64]) -> NDArray[np.object_]:
    """The numbers of units' first and second seals."""
    pairs = zip(unit.tolist(), number.tolist(), strict=True)
    return np.array([f"NT-{index + 1:04d}-{each}" for index, each in pairs], dtype=object)


def _holidays(city: City) -> list[dt.date]:
    """Days from Monday to Friday of the last year that were not worked."""
    days = days_between(city.until - dt.timedelta(days=365), city.until)
    known = [day for day in days if day.weekday() < 5 and city.calendar.has_year(day.year)]
    return [day for day in known if not city.calendar.is_working_day(day)]


def _past(moment: NDArray[np.datetime64], now: np.datetime64) -> NDArray[np.datetime64]:
    return np.where(moment < now, moment, np.datetime64("NaT"))
