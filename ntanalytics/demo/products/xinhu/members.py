"""Who uses the OA of the demo city, each with habits of his own; and what no day changes in an installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import EDITIONS, City
from ntanalytics.demo.population.units import ALIASES, UNITS
from ntanalytics.demo.products.xinhu.schema import (
    FLOWS,
    INSTALLATIONS,
    OWN_NAMES,
    OWN_SPELLING,
    TABLES,
    TEAM,
    TEAM_OF,
    TEAM_SIZE,
)
from ntanalytics.demo.store import Database

_STREAM = 20

#: What the product keeps of a browser: those of desks, the first two of them domestic; and those of telephones.
DESKS = np.array(["UOS", "Kylin", "Chrome", "MSIE 11", "Firefox"], dtype=object)
PHONES = np.array(["xinhu", "wxbro", "huawei"], dtype=object)
#: What it calls a login by telephone.
LOGINS = np.array(["nppandroid登录", "weixin登录", "appandroid登录", "mweb登录", "nppiosnew登录"], dtype=object)


@dataclass(frozen=True)
class Members:
    """The accounts of one edition, an array item each, with the habits of each person.

    Attributes:
        person: index into ``City.people``.
        modules: cumulated shares of the modules in what a person does, a row a person.
        diligence: how much he does, relative to the others.
        desk: index into ``DESKS``.
        phone: index into ``PHONES``.
        login: how he logs in by telephone: index into ``LOGINS``.
    """

    person: NDArray[np.int64]
    modules: NDArray[np.float64]
    diligence: NDArray[np.float64]
    desk: NDArray[np.int64]
    phone: NDArray[np.int64]
    login: NDArray[np.int64]


def members(city: City, edition: int) -> Members:
    """The members of one edition (index into ``EDITIONS``)."""
    rng, people = city.rng(_STREAM + edition), city.people
    person = np.flatnonzero(people.edition == edition)
    count = len(person)
    # each has modules of his own, some few and some nearly all
    keeps = rng.random((count, len(FLOWS))) < rng.uniform(0.15, 0.95, count)[:, None]
    keeps[:, 0] |= ~keeps.any(axis=1)
    base = np.array([flow.weights[edition] for flow in FLOWS])
    shares = np.cumsum(base * rng.lognormal(0, 0.7, keeps.shape) * keeps, axis=1)
    plain = rng.choice([2, 3, 4], count, p=[0.72, 0.16, 0.12])
    is_wecom = EDITIONS[edition] == "wecom"
    return Members(
        person=person,
        modules=shares / shares[:, -1:],
        diligence=rng.lognormal(-0.18, 0.6, count),
        desk=np.where(people.is_xinchuang[person], rng.integers(0, 2, count), plain),
        phone=np.where(is_wecom, 1, rng.choice(3, count, p=[0.6, 0.25, 0.15])),
        login=np.where(is_wecom, 1, rng.integers(0, len(LOGINS), count)),
    )


def write_lookups(city: City, edition: int, database: Database, person: NDArray[np.int64]) -> int:
    """Create the tables and fill those that no day changes: the company, its departments, accounts and flows."""
    for table, types in TABLES.items():
        database.create(table, types, key=("id",))
    people = city.people
    named = {ALIASES[name]: name for name in OWN_NAMES} | dict(OWN_SPELLING)
    units = sorted(set(people.unit[person].tolist()))
    names = [named.get(UNITS[unit], UNITS[unit]) for unit in units]
    team = len(UNITS) + 1
    lent = person[people.unit[person] == UNITS.index(TEAM_OF)][1 : 1 + TEAM_SIZE]  # but the unit's clerk
    if len(lent):
        units, names = [*units, team - 1], [*names, TEAM]
    department = np.where(np.isin(person, lent), team, people.unit[person] + 1)
    label = dict(zip((unit + 1 for unit in units), names, strict=True))
    tables: dict[str, Mapping[str, Any]] = {
        "xinhu_company": {"id": [1], "pid": 0, "name": list(INSTALLATIONS.values())[edition]},
        "xinhu_dept": {"id": list(label), "pid": 0, "companyid": 1, "name": names},
        "xinhu_admin": {
            "id": people.id[person],
            "user": people.id[person].astype(str),
            "name": "示例用户",
            "deptid": department,
            "deptname": [label[number] for number in department.tolist()],
            "companyid": 1,
            "status": people.is_enabled[person].astype(np.int64),
            "adddt": people.opened_on[person].astype("datetime64[s]"),
        },
        "xinhu_flow_set": {
            "id": np.arange(1, len(FLOWS) + 1),
            "name": [flow.name for flow in FLOWS],
            "num": [flow.num for flow in FLOWS],
            "table": [flow.table for flow in FLOWS],
            "type": "示例",
            "status": 1,
        },
    }
    return sum(database.insert(table, columns) for table, columns in tables.items())
