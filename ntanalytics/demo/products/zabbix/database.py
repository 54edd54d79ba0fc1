"""Zabbix's database: hosts, hourly trends with the rhythm of the day, checks of agents every five minutes, problems."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.products.zabbix.machines import MACHINES, Machine, midnight, silent_minutes
from ntanalytics.demo.products.zabbix.problems import fullest, write_problems
from ntanalytics.demo.products.zabbix.schema import create_tables
from ntanalytics.demo.store import Database, Store, Values

_STREAM = 41
#: Seconds between two checks of an agent.
_EVERY_S = 300
_FLOAT, _UNSIGNED = 0, 3
_MONITORED, _DISABLED, _TEMPLATE = 0, 1, 3
_ANSWERS, _SILENT = 1, 2
#: By how much busy processors waver, in percent, and from where on they have nothing left.
_WAVERS, _SATURATED = 2.7, 95.0

#: (machine, item's key) → itemid.
ITEMS: dict[tuple[str, str], int] = {
    pair: number
    for number, pair in enumerate(
        ((machine.name, key) for machine in MACHINES for key, _ in machine.items), start=40_001
    )
}


def write_hosts(city: City, store: Store) -> int:
    """Write Zabbix's database, and return the number of trends, checks and events in it."""
    with store.database("zabbix", "postgresql") as db:
        create_tables(db)
        _write_configuration(db)
        rows = sum(_write_trends(db, city, day) + _write_checks(db, city, day) for day in city.days)
        return rows + write_problems(db, city, ITEMS)


def _write_configuration(db: Database) -> None:
    count = len(MACHINES)
    # a host that is no longer watched, and a template, which is none
    names = [*(machine.name for machine in MACHINES), "oa-app-old", "Linux by Zabbix agent"]
    status = [*[_MONITORED] * count, _DISABLED, _TEMPLATE]
    ids = np.arange(10_501, 10_501 + len(names))
    db.insert("hosts", {"hostid": ids, "host": names, "name": names, "status": status, "flags": 0})
    db.insert(
        "interface",
        {
            "interfaceid": np.arange(1, count + 2),
            "hostid": ids[: count + 1],
            "main": 1,
            "type": [*(1 if machine.cores else 2 for machine in MACHINES), 1],  # 2: a device is asked by SNMP
            "useip": 1,
            "ip": [f"10.60.{2 + number // 3}.{11 + number}" for number in range(count + 1)],
            "port": [*("10050" if machine.cores else "161" for machine in MACHINES), "10050"],
            "available": [*[_ANSWERS] * count, 0],
        },
    )
    db.insert("host_rtdata", {"hostid": ids[: count + 1], "active_available": 0})
    items = [(number, key, name) for number, machine in enumerate(MACHINES) for key, name in machine.items]
    is_float = [key.endswith((".util", "utilization", "pfree]", "avg1]", "pused]")) for _, key, _ in items]
    db.insert(
        "items",
        {
            "itemid": list(ITEMS.values()),
            "hostid": [int(ids[number]) for number, _, _ in items],
            "type": 0,
            "name": [name for _, _, name in items],
            "key_": [key for _, key, _ in items],
            "value_type": [_FLOAT if each else _UNSIGNED for each in is_float],
            "status": 0,
            "flags": 0,
        },
    )


def _write_trends(db: Database, city: City, day: dt.date) -> int:
    """The hourly figures of a day: percentages and loads, and once a day what hardly changes."""
    rng = city.rng(_STREAM, day)
    drawn = city.rhythm.moments(rng, day, Audience.OFFICE, 6000)
    busy = np.bincount(drawn // 3_600_000, minlength=24) / 6000 * 7.5 * city.rhythm.factor(day, Audience.OFFICE)
    clock = midnight(day) + 3600 * np.arange(24)
    parts: list[tuple[NDArray[np.int64] | NDArray[np.float64], ...]] = []
    counted: list[tuple[int, int]] = []
    for number, machine in enumerate(MACHINES):
        if not machine.cores:
            continue
        samples = 60 - silent_minutes(city, day, machine)
        heard = samples > 0
        for key, (low, mean, high) in _figures(city, rng, day, number, busy).items():
            item = np.full(24, ITEMS[machine.name, key])
            parts.append(tuple(column[heard] for column in (item, clock, samples, low, mean, high)))
        counted += [(ITEMS[machine.name, "system.cpu.num"], machine.cores)]
        counted += [(ITEMS[machine.name, "system.swap.size[,total]"], machine.swap_bytes)]
    names = ("itemid", "clock", "num", "value_min", "value_avg", "value_max")
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    rows = db.insert("trends", dict(zip(names, columns, strict=True)))
    values = [value for _, value in counted]
    daily: dict[str, Values] = {"itemid": [item for item, _ in counted], "clock": int(clock[0]), "num": 1}
    return rows + db.insert("trends_uint", {**daily, "value_min": values, "value_avg": values, "value_max": values})


def _figures(
    city: City, rng: np.random.Generator, day: dt.date, number: int, busy: NDArray[np.float64]
) -> dict[str, tuple[NDArray[np.float64], ...]]:
    """Smallest, mean and largest value of each hour, by key, of one machine."""
    machine = MACHINES[number]
    own = np.random.default_rng([city.seed, _STREAM, number])  # what stays as it is from day to day
    at_rest, when_busy, memory, swap, root = own.uniform((4, 18, 46, 1.5, 34), (9, 42, 70, 7, 58))
    cpu = at_rest + when_busy * busy + rng.normal(0, 1.0, 24).clip(-2, 2)
    highest = cpu + rng.uniform(5, 18, 24)
    for incident in city.planted("cpu_saturated", "batch_load"):
        begin, end = incident.span_ms(day)
        hours = np.arange(24) * 3_600_000
        hit = (hours >= begin) & (hours < end) & (incident.subject == machine.name)
        cpu = np.where(hit, rng.uniform(incident.size, incident.size + _WAVERS, 24), cpu)
        highest = np.where(hit, 100.0 if incident.size > _SATURATED else incident.size + 2 * _WAVERS, highest)
    load = machine.cores * cpu / 100 * np.where(cpu > _SATURATED, 1.7, 1.05)
    ages = (city.until - day).days + 1 - np.arange(24) / 24  # days before the estate's end
    memory_used = memory + 5 * busy + rng.normal(0, 0.5, 24)
    swap_free = 100 - swap - rng.uniform(0, 0.4, 24) if machine.swap_bytes else np.zeros(24)
    found = {
        "system.cpu.util": (cpu * 0.6, cpu, highest.clip(max=100)),
        "vm.memory.utilization": (memory_used - 0.6, memory_used, memory_used + 0.9),
        "system.swap.size[,pfree]": (swap_free * 0.997, swap_free, swap_free),
        "system.cpu.load[all,avg1]": (load * 0.5, load, load * 1.45),
        "vfs.fs.dependent.size[/,pused]": _filled(root - 0.02 * ages),
    }
    if machine.is_database:
        found["vfs.fs.dependent.size[/data,pused]"] = _filled(_data(city, machine, own.uniform(45, 66), ages))
    return {key: tuple(np.round(column, 4) for column in columns) for key, columns in found.items()}


def _data(city: City, machine: Machine, plain: float, ages: NDArray[np.float64]) -> NDArray[np.float64]:
    """How full the file system of a database is: it grows slowly, or by some percent a day."""
    used: NDArray[np.float64] = plain - 0.04 * ages
    for incident in city.planted("disk_filling"):
        if incident.subject == machine.name:
            filled_for = (incident.end - incident.start).total_seconds() / 86_400
            filled = incident.size * np.minimum(ages, filled_for)
            used = fullest(incident) - filled - 0.04 * np.maximum(ages - filled_for, 0)
    return used


def _filled(used: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    return used - 0.02, used, used + 0.02


def _write_checks(db: Database, city: City, day: dt.date) -> int:
    """Whether agents and devices answered, every five minutes; Zabbix keeps 1 and 2 of an agent, 1 and 0 of a ping."""
    items, clocks, values = [], [], []
    for number, machine in enumerate(MACHINES):
        key = "zabbix[host,agent,available]" if machine.cores else "icmpping"
        at = np.arange(0, 86_400, _EVERY_S) + 11 * number % _EVERY_S
        state = np.full(len(at), _ANSWERS)
        known = np.ones(len(at), dtype=bool)
        for incident in city.planted("checks_gap", "host_down"):
            begin, end = incident.span_ms(day)
            hit = (at * 1000 >= begin) & (at * 1000 < end)
            if incident.kind == "checks_gap":
                known &= ~hit
            elif incident.subject == machine.name:
                state[hit] = _SILENT if machine.cores else 0
        items.append(np.full(len(at), ITEMS[machine.name, key])[known])
        clocks.append((midnight(day) + at)[known])
        values.append(state[known])
    columns = {
        name: np.concatenate(each)
        for name, each in zip(("itemid", "clock", "value"), (items, clocks, values), strict=True)
    }
    return db.insert("history_uint", {**columns, "ns": 0})
