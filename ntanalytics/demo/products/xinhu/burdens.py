"""Bills of the planted burdens: matters asked twice, documents stuck at a step, a module that hardly anybody uses.

The rows stand beside the drawn ones, with ids of their own; no random number of another row changes by them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.arrays import Ints
from ntanalytics.demo.incidents import burdens
from ntanalytics.demo.incidents.burdens import burdens_of
from ntanalytics.demo.local_time import wall_times
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.people import EDITIONS
from ntanalytics.demo.products.xinhu.bills import first_id
from ntanalytics.demo.products.xinhu.schema import FLOWS, MODULES, STUCK_STEP, step_id
from ntanalytics.demo.store import Columns

#: First id of planted bills behind that of their day, beyond what a city of ten times the size opens, and of the one
#: that waits.
_TWICE, _STUCK = 700_000, 750_000
#: Columns with the account of a row, by table; one of so many accounts keeps the module that nobody needs.
_ACCOUNT: Mapping[str, str] = {"xinhu_flow_log": "checkid", "xinhu_flow_bill": "uid", "xinhu_reads": "optid"}
_KEPT = 12


def planted_rows(city: City, edition: int, day: dt.date, person: Ints) -> dict[str, Columns]:
    """Return the rows that the burdens of a day add to an edition's tables: table → columns.

    Args:
        city: the city.
        edition: index into ``EDITIONS``.
        day: the day on which the bills are opened.
        person: members of the edition, indices into the city's people.
    """
    if not city.calendar.is_working_day(day):
        return {}
    able = person[city.people.is_enabled[person]]
    if EDITIONS[edition] == burdens.TWICE[0] and burdens_of(city, "asked_twice") and len(able):
        return _asked_twice(city, day, able)
    if EDITIONS[edition] == burdens.STUCK[0] and burdens_of(city, "stuck") and len(able):
        worked = city.calendar.working_days(day, city.until)
        if 0 <= len(worked) - 1 - burdens.STUCK_SINCE < burdens.STUCK_DOCUMENTS:
            flow = MODULES.index(burdens.STUCK[1])
            bill = _bill(city, able[:1], flow, first_id(day) + _STUCK, day, hour=9.0)
            opened = wall_times(day, np.array([10 * 3600]))
            return {"xinhu_flow_bill": bill | {"updt": opened, "nowcourseid": np.array([step_id(flow, STUCK_STEP)])}}
    return {}


def without_unneeded(city: City, edition: int, table: str, columns: Columns) -> Columns:
    """Return the rows of a table without most of those of the module that hardly anybody uses."""
    owner, module = burdens.ZOMBIE
    if EDITIONS[edition] != owner or table not in _ACCOUNT or not burdens_of(city, "unneeded"):
        return columns
    flow = MODULES.index(module)
    is_module = (
        np.asarray(columns["modeid"]) == flow + 1
        if "modeid" in columns
        else np.asarray(columns["table"]) == FLOWS[flow].table
    )
    kept = np.flatnonzero(~is_module | (np.asarray(columns[_ACCOUNT[table]]) % _KEPT == 0))
    return {name: _take(values, kept, len(is_module)) for name, values in columns.items()}


def _take(values: Any, kept: Ints, count: int) -> Any:
    if isinstance(values, str) or not hasattr(values, "__len__"):
        return values  # the same in every row
    if isinstance(values, list):
        return [values[row] for row in kept.tolist()]
    array = np.asarray(values)
    return array[kept] if len(array) == count else values


def _asked_twice(city: City, day: dt.date, person: Ints) -> dict[str, Columns]:
    """Return two bills for each matter, in two modules, and the document's number of each."""
    count = burdens.TWICE_A_DAY
    asked = person[(day.toordinal() * count + np.arange(count)) % len(person)]
    first, again = (MODULES.index(module) for module in burdens.TWICE[1:])
    ids = first_id(day) + _TWICE
    bills = [
        _bill(city, asked, first, ids, day, hour=9.0, done=10.0),
        _bill(city, asked, again, ids + count, day, hour=10.5, done=11.5),
    ]
    numbers = [f"通办〔{day.year}〕{day:%m%d}{place}号" for place in range(count)]
    both = {name: np.concatenate([np.asarray(bill[name]) for bill in bills]) for name in bills[0]}
    return {"xinhu_flow_bill": both, "xinhu_official": {"id": both["id"], "zinum": [*numbers, *numbers]}}


def _bill(
    city: City, person: Ints, flow: int, first: int, day: dt.date, *, hour: float, done: float | None = None
) -> dict[str, NDArray[Any]]:
    """Return bills that one module opens at an hour of a day; open without an hour at which they are done."""
    count = len(person)
    ids, account = first + np.arange(count), city.people.id[person]
    opened = wall_times(day, np.full(count, int(hour * 3600)))
    state = np.full(count, 0 if done is None else 1)
    return {
        "id": ids,
        "mid": ids,
        "modeid": np.full(count, flow + 1),
        "uid": account,
        "udeptid": np.zeros(count, dtype=np.int64),
        "optid": account,
        "isdel": np.zeros(count, dtype=np.int64),
        "nstatus": state,
        "status": state,
        "isturn": np.ones(count, dtype=np.int64),
        "sericnum": np.array([f"{day:%Y%m%d}-{number}" for number in ids.tolist()], dtype=object),
        "table": np.full(count, FLOWS[flow].table, dtype=object),
        "modename": np.full(count, FLOWS[flow].name, dtype=object),
        "applydt": np.full(count, np.datetime64(day, "D")),
        "optdt": opened,
        "updt": opened if done is None else wall_times(day, np.full(count, int(done * 3600))),
        "createdt": opened,
        "nowcourseid": np.zeros(count, dtype=np.int64),
    }
