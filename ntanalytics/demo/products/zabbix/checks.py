"""Checks of Zabbix: whether agents and devices answer, every five minutes."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.local_time import midnight
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.zabbix.machines import AGENT, ITEMS, MACHINES, PING
from ntanalytics.demo.store import Database

_EVERY_S = 300
#: Values of an agent's availability; a ping has 1 and 0.
_ANSWERS, _SILENT = 1, 2


def write_checks(database: Database, city: City, day: dt.date) -> int:
    """Write the checks of a day, and return the number of rows."""
    items, clocks, values = [], [], []
    for number, machine in enumerate(MACHINES):
        at_s = np.arange(0, 86_400, _EVERY_S) + 11 * number % _EVERY_S
        state = np.full(len(at_s), _ANSWERS)
        is_known = np.ones(len(at_s), dtype=bool)
        for incident in city.incidents_of("checks_gap", "host_down"):
            hit = incident.covers_s(day, at_s)
            if incident.kind == "checks_gap":
                is_known &= ~hit
            elif incident.subject == machine.name:
                state[hit] = _SILENT if machine.cores else 0
        items.append(np.full(len(at_s), ITEMS[machine.name, AGENT if machine.cores else PING])[is_known])
        clocks.append((int(midnight(day).timestamp()) + at_s)[is_known])
        values.append(state[is_known])
    columns = {"itemid": np.concatenate(items), "clock": np.concatenate(clocks), "value": np.concatenate(values)}
    return database.insert("history_uint", {**columns, "ns": 0})
