"""Bills of the OA (``xinhu_flow_bill``), from the step that opens one to its completion.

Handling takes working hours: a bill of the evening is begun on the next working day.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.arrays import Floats, Ints, Rng, Times, texts
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.local_time import wall_clock, wall_times
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.people import EDITIONS
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.xinhu.schema import FLOWS, MODULES, STEPS, STUCK_STEP
from ntanalytics.demo.store import Columns

_STREAM = 24
#: Ids of a day's bills begin with the day's number times the stride, so that they depend on no other day.
_STRIDE, _EPOCH = 800_000, dt.date(2024, 1, 1)
#: Working minutes of a morning, of a day, and minutes since midnight at which morning and afternoon begin.
_MORNING, _DAY = 210, 450
_BEGIN, _AFTERNOON = 510, 840
#: Shares of drafts, of void and of deleted bills, and of open bills that were sent back.
_DRAFTS, _VOID, _DELETED, _SENT_BACK = 0.04, 0.02, 0.005, 0.06
#: Part of the handling after which an open bill was last touched.
_TOUCHED = 0.4

_MINUTES = np.array([flow.minutes for flow in FLOWS])
_NAMES = texts(flow.name for flow in FLOWS)
_TABLES = texts(flow.table for flow in FLOWS)


def first_id(day: dt.date) -> int:
    """Return the id of a day's first bill."""
    return (day - _EPOCH).days * _STRIDE


def bills_of(city: City, edition: int, day: dt.date, person: Ints, flow: Ints, at_ms: Ints) -> Columns:
    """Return the rows of the bills that are opened on ``day``, in their state at the estate's end.

    Args:
        city: the city.
        edition: index into ``EDITIONS``.
        day: day of opening.
        person: person who opens each.
        flow: index into ``FLOWS`` of each.
        at_ms: time of opening, in milliseconds since midnight.
    """
    rng = city.rng(_STREAM + edition, day)
    # a unit is slow or fast in every module
    pace = city.rng(_STREAM).lognormal(0, 0.35, len(UNITS))[city.people.unit[person]]
    minutes = _MINUTES[flow] * pace * rng.lognormal(0, 0.95, len(flow))
    opened = wall_times(day, at_ms // 1000)
    done = _after_standstill(city, edition, rng, flow, _completion(city, day, at_ms, minutes))
    draw = rng.random(len(flow))
    is_draft, is_void = draw < _DRAFTS, (draw >= _DRAFTS) & (draw < _DRAFTS + _VOID)
    is_deleted = draw > 1 - _DELETED
    done = np.where(is_draft, np.datetime64("NaT", "s"), done)
    is_open = np.isnat(done)
    touched = np.where(is_draft, np.datetime64("NaT", "s"), _completion(city, day, at_ms, minutes * _TOUCHED))
    touched = np.where(np.isnat(touched), opened, touched)
    state = np.where(is_open, np.where((rng.random(len(flow)) < _SENT_BACK) & ~is_draft, 2, 0), 1)
    state = np.where(is_void & ~is_open, 5, state)
    ids = first_id(day) + np.arange(len(flow))
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
        "sericnum": [f"{day:%Y%m%d}-{number:05d}" for number in range(1, len(flow) + 1)],
        "table": _TABLES[flow],
        "modename": _NAMES[flow],
        "applydt": np.full(len(flow), np.datetime64(day, "D")),
        "optdt": opened,
        "updt": np.where(is_open, touched, done),
        "createdt": opened,
        # drawn bills wait at the first steps in turn
        "nowcourseid": np.where(is_open & ~is_draft, flow * len(STEPS) + ids % STUCK_STEP + 1, 0),
    }


def _completion(city: City, day: dt.date, at_ms: Ints, minutes: Floats) -> Times:
    """Return the time at which so many working minutes have passed; NaT after the estate's last day."""
    days = np.array([*city.calendar.working_days(day, city.until), None], dtype="datetime64[s]")
    clock = at_ms / 60_000
    worked = (clock - _BEGIN).clip(0, _MORNING) + (clock - _AFTERNOON).clip(0, _DAY - _MORNING)
    total = (worked if city.calendar.is_working_day(day) else 0) + minutes
    rest = total % _DAY
    minute = np.where(rest < _MORNING, _BEGIN + rest, _AFTERNOON + rest - _MORNING)
    index = (total // _DAY).astype(np.int64).clip(max=len(days) - 1)
    times: Times = days[index] + (minute * 60).astype("timedelta64[s]")
    return times


def _after_standstill(city: City, edition: int, rng: Rng, flow: Ints, done: Times) -> Times:
    """Return the times of completion without those during a standstill.

    Bills of a module that stands still (``tasks_stuck``, ``module_stopped``) are done on the next working morning, and
    bills during an outage of the OA shortly after it.
    """
    minute = rng.uniform(_BEGIN, _BEGIN + 180, len(flow))
    for incident in city.incidents_of("tasks_stuck", "module_stopped"):
        owner, _, module = incident.subject.partition("/")
        if owner != EDITIONS[edition]:
            continue
        begin, end = _span(incident)
        last = (incident.end - dt.timedelta(seconds=1)).date()
        mornings = [*city.calendar.working_days(last + dt.timedelta(days=1), city.until), None]
        morning = np.array(mornings[:1], dtype="datetime64[s]") + (minute * 60).astype("timedelta64[s]")
        done = np.where((flow == MODULES.index(module)) & (done >= begin) & (done < end), morning, done)
    for incident in city.outages("oa"):
        begin, end = _span(incident)
        later = end + np.timedelta64(120, "s") + (done - begin) // 4
        done = np.where((done >= begin) & (done < end), later, done)
    return done


def _span(incident: Incident) -> tuple[np.datetime64, np.datetime64]:
    return np.datetime64(wall_clock(incident.start), "s"), np.datetime64(wall_clock(incident.end), "s")
