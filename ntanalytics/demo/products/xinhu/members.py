"""Members of the OA with their habits, and the rows of an installation that no day changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.arrays import Floats, Ints, texts
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.people import EDITIONS
from ntanalytics.demo.population.units import ALIASES, UNITS
from ntanalytics.demo.products.xinhu.schema import (
    FLOWS,
    INSTALLATIONS,
    OWN_NAMES,
    OWN_SPELLING,
    STEPS,
    TABLES,
    TEAM,
    TEAM_OF,
    TEAM_SIZE,
    step_id,
)
from ntanalytics.demo.store import Columns, Database

_STREAM = 20

#: Browsers as the product keeps them: of desks, the first two of them domestic, and of telephones.
DESKS = texts(["UOS", "Kylin", "Chrome", "MSIE 11", "Firefox"])
PHONES = texts(["xinhu", "wxbro", "huawei"])
#: Types of a login by telephone.
LOGINS = texts(["nppandroid登录", "weixin登录", "appandroid登录", "mweb登录", "nppiosnew登录"])
_CHROME, _MSIE, _FIREFOX = 2, 3, 4
_WEIXIN = 1


@dataclass(frozen=True, kw_only=True)
class Members:
    """Accounts of one edition, an array item each, with the habits of each person."""

    person: Ints  # index into City.people
    modules: Floats  # cumulated shares of the modules in a person's actions, a row a person
    diligence: Floats  # number of actions, relative to the other persons
    desk: Ints  # index into DESKS
    phone: Ints  # index into PHONES
    login: Ints  # type of the login by telephone, index into LOGINS


def members_of(city: City, edition: int) -> Members:
    """Return the members of one edition, an index into ``EDITIONS``."""
    rng, people = city.rng(_STREAM + edition), city.people
    person = np.flatnonzero(people.edition == edition)
    count = len(person)
    # some persons use few modules, some nearly all
    uses = rng.random((count, len(FLOWS))) < rng.uniform(0.15, 0.95, count)[:, None]
    uses[:, 0] |= ~uses.any(axis=1)
    weights = np.array([flow.weights[edition] for flow in FLOWS])
    shares = np.cumsum(weights * rng.lognormal(0, 0.7, uses.shape) * uses, axis=1)
    usual = rng.choice([_CHROME, _MSIE, _FIREFOX], count, p=[0.72, 0.16, 0.12])
    is_wecom = EDITIONS[edition] == "wecom"
    return Members(
        person=person,
        modules=shares / shares[:, -1:],
        diligence=rng.lognormal(-0.18, 0.6, count),
        desk=np.where(people.is_xinchuang[person], rng.integers(0, 2, count), usual),
        phone=np.where(is_wecom, _WEIXIN, rng.choice(len(PHONES), count, p=[0.6, 0.25, 0.15])),
        login=np.where(is_wecom, _WEIXIN, rng.integers(0, len(LOGINS), count)),
    )


def write_lookups(database: Database, city: City, edition: int, person: Ints, on: dt.date) -> int:
    """Create the tables and fill company, departments, accounts and flows as of a day; return the number of rows."""
    database.create(*TABLES)
    people = city.people
    is_there, is_enabled = city.accounts_on(on)
    aliases = {ALIASES[name]: name for name in OWN_NAMES} | dict(OWN_SPELLING)
    units = sorted(set(people.unit[person].tolist()))
    names = [aliases.get(UNITS[unit], UNITS[unit]) for unit in units]
    team = len(UNITS) + 1
    lent = person[people.unit[person] == UNITS.index(TEAM_OF)][1 : 1 + TEAM_SIZE]  # all but the unit's clerk
    if len(lent):
        units, names = [*units, team - 1], [*names, TEAM]
    department = np.where(np.isin(person, lent), team, people.unit[person] + 1)
    labels = dict(zip((unit + 1 for unit in units), names, strict=True))
    department, person = department[is_there[person]], person[is_there[person]]
    tables: dict[str, Columns] = {
        "xinhu_company": {"id": [1], "pid": 0, "name": list(INSTALLATIONS.values())[edition]},
        "xinhu_dept": {"id": list(labels), "pid": 0, "companyid": 1, "name": names},
        "xinhu_admin": {
            "id": people.id[person],
            "user": people.id[person].astype(str),
            "name": "示例用户",
            "deptid": department,
            "deptname": [labels[number] for number in department.tolist()],
            "companyid": 1,
            "status": is_enabled[person].astype(np.int64),
            "adddt": people.opened_on[person].astype("datetime64[s]"),
        },
        **_flows(),
    }
    return sum(database.insert(table, columns) for table, columns in tables.items())


def _flows() -> dict[str, Columns]:
    """Return the flows and their steps, the same in each installation: table → columns."""
    return {
        "xinhu_flow_set": {
            "id": np.arange(1, len(FLOWS) + 1),
            "name": [flow.name for flow in FLOWS],
            "num": [flow.num for flow in FLOWS],
            "table": [flow.table for flow in FLOWS],
            "type": "示例",
            "status": 1,
        },
        "xinhu_flow_course": {
            "id": [step_id(flow, step) for flow in range(len(FLOWS)) for step in range(len(STEPS))],
            "setid": [flow + 1 for flow in range(len(FLOWS)) for _ in STEPS],
            "name": [name for _ in FLOWS for name in STEPS],
        },
    }
