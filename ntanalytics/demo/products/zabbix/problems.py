"""The problems that Zabbix's triggers raise: those of the planted incidents, and now and then some information."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.zabbix.machines import MACHINES, midnight, seconds
from ntanalytics.demo.store import Database

_STREAM = 42
_INFORMATION, _WARNING, _AVERAGE, _HIGH = 1, 2, 3, 4

#: How full a file system is on the city's last midnight after ``disk_filling``, and after a faint one.
_FULLEST, _FAINTLY = 94.0, 84.0
#: Percent of a processor above which its trigger fires.
_HIGH_CPU = 90.0

#: Share of days on which something is told that needs no care, and what.
_TOLD = 0.3
_INFORMED = (
    "Linux: Number of installed packages has been changed",
    "Linux: /etc/passwd has been changed",
    'Linux: Operating system description has changed to "<Kylin V10 SP3>"',
)


@dataclass(frozen=True)
class _Problem:
    """One problem: seconds since 1970; ``ended`` is None while it lasts."""

    began: int
    ended: int | None
    host: str
    key: str
    name: str
    severity: int


def fullest(incident: Incident) -> float:
    """How full a file system is, in percent, on the city's last midnight."""
    return _FAINTLY if incident.is_faint else _FULLEST


def write_problems(db: Database, city: City, items: Mapping[tuple[str, str], int]) -> int:
    """Write triggers, their functions and events, and return the number of events.

    Args:
        db: Zabbix's database.
        city: the city.
        items: (host, item's key) → itemid.
    """
    now = midnight(city.until + dt.timedelta(days=1))
    problems = [each for each in _planted(city) + _informed(city) if each.began < now]
    if not problems:
        return 0
    kinds = list(dict.fromkeys((each.host, each.key, each.name, each.severity) for each in problems))
    trigger = {kind: number for number, kind in enumerate(kinds, start=24_001)}
    open_now = {(each.host, each.key, each.name, each.severity) for each in problems if each.ended is None}
    db.insert(
        "triggers",
        {
            "triggerid": list(trigger.values()),
            "description": [name for _, _, name, _ in kinds],
            "status": 0,
            "value": [int(kind in open_now) for kind in kinds],
            "priority": [severity for *_, severity in kinds],
        },
    )
    db.insert(
        "functions",
        {
            "functionid": np.arange(33_001, 33_001 + len(kinds)),
            "itemid": [items[host, key] for host, key, _, _ in kinds],
            "triggerid": list(trigger.values()),
        },
    )
    events = [(each.began, 1, each) for each in problems]
    events += [(each.ended, 0, each) for each in problems if each.ended is not None and each.ended < now]
    events.sort(key=lambda event: (event[0], event[1], event[2].host, event[2].name))
    ids = {(id(each), value): number for number, (_, value, each) in enumerate(events, start=50_001)}
    db.insert(
        "events",
        {
            "eventid": np.arange(50_001, 50_001 + len(events)),
            "source": 0,
            "object": 0,
            "objectid": [trigger[each.host, each.key, each.name, each.severity] for _, _, each in events],
            "clock": [clock for clock, _, _ in events],
            "value": [value for _, value, _ in events],
            "acknowledged": 0,
            "ns": 0,
            "name": [each.name for _, _, each in events],
            "severity": [each.severity if value else 0 for _, value, each in events],
        },
    )
    ended = [each for _, value, each in events if not value]
    if ended:
        pairs = {"eventid": [ids[id(each), 1] for each in ended], "r_eventid": [ids[id(each), 0] for each in ended]}
        db.insert("event_recovery", pairs)
    return len(events)


def _planted(city: City) -> list[_Problem]:
    found: list[_Problem] = []
    for incident in city.planted("host_down", "cpu_saturated", "disk_filling"):
        begin, end, host = seconds(incident.start), seconds(incident.end), incident.subject
        if incident.kind == "host_down":
            key, name = "zabbix[host,agent,available]", "Linux: Zabbix agent is not available (for 3m)"
            found.append(_Problem(begin + 180, end + 60, host, key, name, _HIGH))
        elif incident.kind == "disk_filling":
            key = "vfs.fs.dependent.size[/data,pused]"
            full = midnight(city.until + dt.timedelta(days=1))
            for limit, words, severity in ((80, "low", _WARNING), (90, "critically low", _AVERAGE)):
                name = f"Linux: FS [/data]: Space is {words} (used > {limit}%)"
                before = int((fullest(incident) - limit) / incident.size * 86_400)
                if before > 0:
                    found.append(_Problem(max(full - before, begin), None, host, key, name, severity))
        elif incident.size > _HIGH_CPU:
            name = "Linux: High CPU utilization (over 90% for 5m)"
            found.append(_Problem(begin + 300, end + 300, host, "system.cpu.util", name, _WARNING))
    return found


def _informed(city: City) -> list[_Problem]:
    servers = [machine.name for machine in MACHINES if machine.cores]
    found = []
    for day in city.days:
        rng = city.rng(_STREAM, day)
        if rng.random() < _TOLD:
            began = midnight(day) + int(rng.integers(9 * 3600, 21 * 3600))
            name = _INFORMED[int(rng.integers(len(_INFORMED)))]
            host = servers[int(rng.integers(len(servers)))]
            found.append(_Problem(began, began + 3600, host, "system.cpu.num", name, _INFORMATION))
    return found
