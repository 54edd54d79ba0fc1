"""History of Zabbix: hourly trends of every server, and checks of agents and devices every five minutes."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.arrays import Floats, Ints, Rng
from ntanalytics.demo.local_time import midnight
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.products.zabbix import machines
from ntanalytics.demo.products.zabbix.machines import ITEMS, MACHINES, Machine
from ntanalytics.demo.products.zabbix.problems import filled_to
from ntanalytics.demo.store import Columns, Database

_STREAM = 41
#: Fluctuation of busy processors, in percent, and the percentage from which on they are saturated.
_FLUCTUATION, _SATURATED = 2.7, 95.0
#: Seconds between two checks.
_EVERY_S = 300
#: Values of a ping, and of the availability of an agent that is asked (2 of the latter: not known).
_ANSWERS, _SILENT = 1, 0


def write_trends(database: Database, city: City, day: dt.date) -> int:
    """Write the hourly trends of a day, and once a day the sizes that hardly change; return the number of rows."""
    rng = city.rng(_STREAM, day)
    drawn = city.seasonality.moments(rng, day, Audience.OFFICE, 6000)
    busy = np.bincount(drawn // 3_600_000, minlength=24) / 6000 * 7.5 * city.seasonality.factor(day, Audience.OFFICE)
    first = int(midnight(day).timestamp())
    clock = first + 3600 * np.arange(24)
    parts: list[tuple[Ints | Floats, ...]] = []
    sizes: list[tuple[int, int]] = []
    for number, machine in enumerate(MACHINES):
        if not machine.cores:
            continue
        samples = 60 - _silent_minutes(city, day, machine)
        heard = samples > 0
        for name, (low, mean, high) in _percentages(city, rng, day, number, busy).items():
            item = np.full(24, ITEMS[machine.name, name])
            parts.append(tuple(column[heard] for column in (item, clock, samples, low, mean, high)))
        for name, value in ((machines.CPU_COUNT, machine.cores), (machines.SWAP_TOTAL, machine.swap_bytes)):
            sizes.append((ITEMS[machine.name, name], value))
    names = ("itemid", "clock", "num", "value_min", "value_avg", "value_max")
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    rows = database.insert("trends", dict(zip(names, columns, strict=True)))
    values = [value for _, value in sizes]
    daily: Columns = {"itemid": [item for item, _ in sizes], "clock": first, "num": 1}
    return rows + database.insert("trends_uint", {**daily, **dict.fromkeys(names[3:], values)})


def _silent_minutes(city: City, day: dt.date, machine: Machine) -> Ints:
    """Return the minutes of each hour of a day in which monitoring heard nothing of a machine."""
    minutes = np.zeros(1440, dtype=np.int64)
    for incident in city.incidents_of("checks_gap", "host_down"):
        if incident.kind == "checks_gap" or incident.subject == machine.name:
            first, last = incident.span_ms(day)
            minutes[first // 60_000 : last // 60_000] = 1
    silent: Ints = minutes.reshape(24, 60).sum(axis=1)
    return silent


def _percentages(city: City, rng: Rng, day: dt.date, number: int, busy: Floats) -> dict[str, tuple[Floats, ...]]:
    """Return the smallest, mean and largest value of each hour of one machine, by key of the item."""
    machine = MACHINES[number]
    own = np.random.default_rng([city.seed, _STREAM, number])  # the same on every day
    at_rest, when_busy, memory, swap, root = own.uniform((4, 18, 46, 1.5, 34), (9, 42, 70, 7, 58))
    cpu = at_rest + when_busy * busy + rng.normal(0, 1.0, 24).clip(-2, 2)
    highest = cpu + rng.uniform(5, 18, 24)
    for incident in city.incidents_of("cpu_saturated", "batch_load"):
        hit = incident.covers(day, np.arange(24) * 3_600_000) & (incident.subject == machine.name)
        cpu = np.where(hit, rng.uniform(incident.size, incident.size + _FLUCTUATION, 24), cpu)
        highest = np.where(hit, 100.0 if incident.size > _SATURATED else incident.size + 2 * _FLUCTUATION, highest)
    load = machine.cores * cpu / 100 * np.where(cpu > _SATURATED, 1.7, 1.05)
    ages = (city.until - day).days + 1 - np.arange(24) / 24  # days before the estate's end
    memory_used = memory + 5 * busy + rng.normal(0, 0.5, 24)
    swap_free = 100 - swap - rng.uniform(0, 0.4, 24) if machine.swap_bytes else np.zeros(24)
    values = {
        machines.CPU: (cpu * 0.6, cpu, highest.clip(max=100)),
        machines.MEMORY: (memory_used - 0.6, memory_used, memory_used + 0.9),
        machines.SWAP_FREE: (swap_free * 0.997, swap_free, swap_free),
        machines.LOAD: (load * 0.5, load, load * 1.45),
        machines.ROOT_USED: _around(root - 0.02 * ages),
    }
    if machine.is_database:
        values[machines.DATA_USED] = _around(_data_used(city, machine, own.uniform(45, 66), ages))
    return {name: tuple(np.round(column, 4) for column in columns) for name, columns in values.items()}


def _data_used(city: City, machine: Machine, usual: float, ages: Floats) -> Floats:
    """Return the used share of a database's file system, in percent: it grows slowly, or fills during an incident."""
    used: Floats = usual - 0.04 * ages
    for incident in city.incidents_of("disk_filling"):
        if incident.subject == machine.name:
            days = (incident.end - incident.start).total_seconds() / 86_400
            used = filled_to(incident) - incident.size * np.minimum(ages, days) - 0.04 * np.maximum(ages - days, 0)
    return used


def _around(used: Floats) -> tuple[Floats, ...]:
    return used - 0.02, used, used + 0.02


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
                state[hit] = _SILENT
        item = machines.AGENT if machine.cores else machines.PING
        items.append(np.full(len(at_s), ITEMS[machine.name, item])[is_known])
        clocks.append((int(midnight(day).timestamp()) + at_s)[is_known])
        values.append(state[is_known])
    columns = {"itemid": np.concatenate(items), "clock": np.concatenate(clocks), "value": np.concatenate(values)}
    return database.insert("history_uint", {**columns, "ns": 0})
