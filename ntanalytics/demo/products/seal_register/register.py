"""Seals of the demo city, a row each, and their state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from ntanalytics.demo.arrays import Bools, Ints, Objects, Rng, Times, texts
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import ALIASES, UNITS
from ntanalytics.demo.store import Columns, Database
from ntanalytics.periods import days_between

_STREAM = 33
#: Share of units with a second seal.
_SECOND_SEALS = 0.35
#: Shares of second seals in use that were revoked, and revoked or suspended.
_REVOKED, _WITHDRAWN = 0.05, 0.12
_VALID_DAYS = 5 * 365

_STATES = texts(["已申请", "制作中", "已制作", "已测试", "使用中"])
_REQUESTED, _MAKING, _MADE, _TESTED, _IN_USE = range(len(_STATES))
#: Latest office hour, so that a step of the same day is later than the one before.
_LAST_S = 63_000


def write_register(database: Database, city: City, on: dt.date) -> int:
    """Write the seals as of a day, and return the number of rows.

    Every unit has a seal, made long ago; some have a second one, which may still be in the making. The steps of a seal
    follow from its request, and its state is the last step that has come.
    """
    rng, now = city.rng(_STREAM), np.datetime64(on, "s") + np.timedelta64(1, "D")
    second = np.flatnonzero(rng.random(len(UNITS)) < _SECOND_SEALS)
    unit = np.concatenate([np.arange(len(UNITS)), second])
    number = np.repeat([1, 2], [len(UNITS), len(second)])
    steps, is_waiting = _draw_steps(city, rng, number)
    times = _step_times(city, rng, steps)
    for step in (_TESTED, _IN_USE):
        times[step] = np.where(is_waiting, np.datetime64("NaT", "s"), times[step])
    reached = np.sum([np.where(time < now, 1, 0) for time in times.values()], axis=0) - 1
    state = _STATES[reached]
    draw = rng.random(len(unit))
    is_withdrawn = (number == 2) & (reached == _IN_USE) & (draw < _WITHDRAWN)
    state = np.where(is_withdrawn, np.where(draw < _REVOKED, "已注销", "已停用"), state)
    made = _past(times[_MADE], now)
    aliases = {unit: alias for alias, unit in ALIASES.items() if '"' in alias}
    columns: Columns = {
        "seal_id": seal_ids(unit, number),
        "unit": [aliases.get(UNITS[index], UNITS[index]) for index in unit.tolist()],
        "state": state,
        "requested_at": times[_REQUESTED],
        "made_at": made,
        "tested_at": np.where(reached >= _TESTED, _past(times[_TESTED], now), np.datetime64("NaT", "s")),
        "expires_at": made + np.timedelta64(_VALID_DAYS, "D"),
    }
    is_requested = reached >= _REQUESTED
    there = {name: np.asarray(values)[is_requested] for name, values in columns.items()}
    return database.insert("seal_register", there)


def seal_ids(unit: Ints, number: Ints) -> Objects:
    """Return the ids of units' first and second seals."""
    pairs = zip(unit.tolist(), number.tolist(), strict=True)
    return texts(f"NT-{index + 1:04d}-{number}" for index, number in pairs)


def _draw_steps(city: City, rng: Rng, number: Ints) -> tuple[dict[int, Ints], Bools]:
    """Return the days of each step, and whether a seal waits for its test (``seal_untested``).

    The first step's days lie between the request and the estate's end, the other steps' after the step before.
    """
    count, seconds = len(number), len(number) - len(UNITS)
    age = np.where(number == 1, rng.integers(460, 1300, count), 3 + rng.gamma(1.0, 160, count).astype(np.int64))
    steps = {
        _REQUESTED: age,
        _MAKING: rng.integers(1, 4, count),
        _MADE: rng.integers(2, 9, count),
        _TESTED: 1 + rng.poisson(2.2, count),
        _IN_USE: rng.integers(0, 4, count),
    }
    is_waiting = np.zeros(count, dtype=bool)
    second_seals, before = len(UNITS) + rng.permutation(seconds), rng.integers(25, 33, count)
    for incident in city.incidents_of("seal_untested"):
        is_waiting[second_seals[: int(incident.size)]] = True
        steps[_REQUESTED] = np.where(is_waiting, (city.until - incident.day).days + before, steps[_REQUESTED])
    return steps, is_waiting


def _step_times(city: City, rng: Rng, steps: Mapping[int, Ints]) -> dict[int, Times]:
    """Return the time of each step, on working days in office hours."""
    holidays = _holidays(city)
    day = np.busday_offset(np.datetime64(city.until) - steps[_REQUESTED], 0, roll="backward", holidays=holidays)
    times: dict[int, Times] = {}
    for step, days in steps.items():
        if step != _REQUESTED:
            day = np.busday_offset(day, days, roll="forward", holidays=holidays)
        at_s = rng.integers(8 * 3600 + 1800, 17 * 3600 + 1800, len(days))
        since_midnight = np.maximum(at_s, _LAST_S) if step == _IN_USE else at_s
        times[step] = day.astype("datetime64[s]") + since_midnight.astype("timedelta64[s]")
    return times


def _holidays(city: City) -> list[dt.date]:
    """Return the days off from Monday to Friday of the last year."""
    days = days_between(city.until - dt.timedelta(days=365), city.until)
    known = [day for day in days if day.weekday() < 5 and city.calendar.knows(day)]
    return [day for day in known if not city.calendar.is_working_day(day)]


def _past(times: Times, now: np.datetime64) -> Times:
    return np.where(times < now, times, np.datetime64("NaT", "s"))
