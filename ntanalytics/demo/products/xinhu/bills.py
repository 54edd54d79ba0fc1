"""The bills of the OA (``xinhu_flow_bill``): from the step that opens one to the moment at which it is done.

Handling takes working hours: what comes in the evening is begun on the next working day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import EDITIONS, City
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.xinhu.schema import FLOWS

_STREAM = 24
#: Ids of one day's bills begin with the day's number times this, so that they depend on no other day.
_STRIDE, _EPOCH = 200_000, dt.date(2020, 1, 1)
#: Working minutes of a morning (from 08:30) and of a day; the afternoon begins at 14:00.
_MORNING, _DAY = 210, 450
#: Shares of bills: drafts, void ones, deleted ones, and, of those still open, the ones that were sent back.
_DRAFTS, _VOID, _DELETED, _SENT_BACK = 0.04, 0.02, 0.005, 0.06

_MINUTES = np.array([flow.minutes for flow in FLOWS])
_NAMES = np.array([flow.name for flow in FLOWS], dtype=object)
_TABLES = np.array([flow.table for flow in FLOWS], dtype=object)


def first_id(day: dt.date) -> int:
    """The id of a day's first bill."""
    return (day - _EPOCH).days * _STRIDE


def bills(
    city: City, edition: int, day: dt.date, person: NDArray[np.int64], flow: NDArray[np.int64], at_ms: NDArray[np.int64]
) -> dict[str, Any]:
    """The rows of the bills that are opened on ``day``, as they stand on the midnight after the estate's last day.

    Args:
        city: whose people handle them.
        edition: index into ``EDITIONS``.
        day: when they are opened.
        person: who opens each.
        flow: index into ``FLOWS`` of each.
        at_ms: when, in milliseconds since midnight.
    """
    rng = city.rng(_STREAM + edition, day)
    # Units differ: some take twice as long as others, whatever the module.
    pace = city.rng(_STREAM).lognormal(0, 0.35, len(UNITS))[city.people.unit[person]]
    minutes = _MINUTES[flow] * pace * rng.lognormal(0, 0.95, len(flow))
    opened = np.datetime64(day, "s") + (at_ms // 1000).astype("timedelta64[s]")
    done = _held_up(city, edition, rng, flow, _worked(city, day, at_ms, minutes))
    kind = rng.random(len(flow))
    is_draft, is_void = kind < _DRAFTS, (kind >= _DRAFTS) & (kind < _DRAFTS + _VOID)
    is_deleted = kind > 1 - _DELETED
    done = np.where(is_draft, np.datetime64("NaT"), done)
    is_open = np.isnat(done)
    # an open bill was last touched by an earlier step, if there was one
    touched = np.where(is_draft, np.datetime64("NaT"), _worked(city, day, at_ms, minutes * 0.4))
    touched = np.where(np.isnat(touched), opened, touched)
    state = np.where(is_open, np.where((rng.random(len(flow)) < _SENT_BACK) & ~is_draft, 2, 0), 1)
    state = np.where(is_void & ~is_open, 5, state)
    ids = first_id(day) + np.arange(len(flow))
    stamp = f"{day:%Y%m%d}"
    return {
        "id": ids,
        "mid": ids,
        "modeid": flow + 1,
        "uid": city.people.id[person],
        "udeptid": 0,  # the person's main department
        "optid": city.people.id[person],
        "isdel": (is_deleted & ~is_open).astype(np.int64),
        "nstatus": state,
        "status": state,
        "isturn": (~is_draft).astype(np.int64),
        "sericnum": [f"{stamp}-{number:05d}" for number in range(1, len(flow) + 1)],
        "table": _TABLES[flow],
        "modename": _NAMES[flow],
        "applydt": np.full(len(flow), np.datetime64(day, "D")),
        "optdt": opened,
        "updt": np.where(is_open, touched, done),
        "createdt": opened,
    }


def _worked(city: City, day: dt.date, at_ms: NDArray[np.int64], minutes: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """The moment at which so many working minutes have passed; NaT where that is after the estate's last day."""
    days = np.array([*city.calendar.working_days(day, city.until), None], dtype="datetime64[s]")
    clock = at_ms / 60_000
    passed = (clock - 510).clip(0, _MORNING) + (clock - 840).clip(0, _DAY - _MORNING)
    total = (passed if city.calendar.is_working_day(day) else 0) + minutes
    rest = total % _DAY
    at = np.where(rest < _MORNING, 510 + rest, 840 + rest - _MORNING)
    moments: NDArray[np.datetime64] = days[(total // _DAY).astype(np.int64).clip(max=len(days) - 1)] + (at * 60).astype(
        "timedelta64[s]"
    )
    return moments


def _held_up(
    city: City, edition: int, rng: np.random.Generator, flow: NDArray[np.int64], done: NDArray[np.datetime64]
) -> NDArray[np.datetime64]:
    """While no task of a module is finished (``tasks_stuck``, ``module_stopped``) it waits for the next morning.

    What would have been finished while the OA is down is finished soon after.
    """
    later = rng.uniform(510, 690, len(flow))
    for incident in city.planted("tasks_stuck", "module_stopped"):
        where, _, module = incident.subject.partition("/")
        if where != EDITIONS[edition]:
            continue
        begin, end = (np.datetime64(moment.replace(tzinfo=None), "s") for moment in (incident.start, incident.end))
        last = (incident.end - dt.timedelta(seconds=1)).date()
        mornings = [*city.calendar.working_days(last + dt.timedelta(days=1), city.until), None]
        morning = np.array(mornings[:1], dtype="datetime64[s]") + (later * 60).astype("timedelta64[s]")
        is_hit = (flow == [each.module for each in FLOWS].index(module)) & (done >= begin) & (done < end)
        done = np.where(is_hit, morning, done)
    for incident in city.outages("oa"):
        begin, end = (np.datetime64(moment.replace(tzinfo=None), "s") for moment in (incident.start, incident.end))
        is_hit = (done >= begin) & (done < end)
        done = np.where(is_hit, end + np.timedelta64(120, "s") + (done - begin) // 4, done)
    return done
