"""Problems that Zabbix's triggers raise: those of incidents, and now and then a mere information."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.local_time import midnight
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.zabbix.machines import AGENT, CPU, CPU_COUNT, DATA_USED, ITEMS, SERVERS
from ntanalytics.demo.store import Columns, Database

_STREAM = 42
_INFORMATION, _WARNING, _AVERAGE, _HIGH = 1, 2, 3, 4

#: Used share of a file system on the last midnight after ``disk_filling``, and after a faint one, in percent.
_FULL, _FAINTLY_FULL = 94.0, 84.0
#: Triggers of a file system: limit in percent, word, severity.
_DISK_TRIGGERS = ((80, "low", _WARNING), (90, "critically low", _AVERAGE))
#: Percentage of a processor above which its trigger fires.
_HIGH_CPU = 90.0

#: Share of days with an information, and its texts.
_INFORMED = 0.3
_INFORMATIONS = (
    "Linux: Number of installed packages has been changed",
    "Linux: /etc/passwd has been changed",
    'Linux: Operating system description has changed to "<Kylin V10 SP3>"',
)


@dataclass(frozen=True)
class _Trigger:
    host: str
    key: str
    name: str
    severity: int


@dataclass(frozen=True, eq=False)
class _Problem:
    """One problem: seconds since 1970; ``ended`` is None while it lasts."""

    began: int
    ended: int | None
    trigger: _Trigger


def filled_to(incident: Incident) -> float:
    """Return the used share of a file system after ``disk_filling``, in percent."""
    return _FAINTLY_FULL if incident.is_faint else _FULL


def write_problems(database: Database, city: City) -> int:
    """Write triggers, their functions and events, and return the number of events."""
    now = _end(city)
    problems = [problem for problem in _incident_problems(city) + _informations(city) if problem.began < now]
    if not problems:
        return 0
    ids = {trigger: number for number, trigger in enumerate(dict.fromkeys(item.trigger for item in problems), 24_001)}
    _write_triggers(database, ids, {problem.trigger for problem in problems if problem.ended is None})
    events = [(problem.began, 1, problem) for problem in problems]
    events += [(item.ended, 0, item) for item in problems if item.ended is not None and item.ended < now]
    events.sort(key=lambda event: (event[0], event[1], event[2].trigger.host, event[2].trigger.name))
    columns: Columns = {
        "eventid": np.arange(50_001, 50_001 + len(events)),
        "source": 0,
        "object": 0,
        "objectid": [ids[problem.trigger] for _, _, problem in events],
        "clock": [clock for clock, _, _ in events],
        "value": [value for _, value, _ in events],
        "acknowledged": 0,
        "ns": 0,
        "name": [problem.trigger.name for _, _, problem in events],
        "severity": [problem.trigger.severity if value else 0 for _, value, problem in events],
    }
    database.insert("events", columns)
    event_ids = {(problem, value): number for number, (_, value, problem) in enumerate(events, 50_001)}
    ended = [problem for _, value, problem in events if not value]
    if ended:
        pairs = {name: [event_ids[item, value] for item in ended] for name, value in (("eventid", 1), ("r_eventid", 0))}
        database.insert("event_recovery", pairs)
    return len(events)


def _end(city: City) -> int:
    return int(midnight(city.until + dt.timedelta(days=1)).timestamp())


def _write_triggers(database: Database, ids: dict[_Trigger, int], open_now: set[_Trigger]) -> None:
    triggers: Columns = {
        "triggerid": list(ids.values()),
        "description": [trigger.name for trigger in ids],
        "status": 0,
        "value": [int(trigger in open_now) for trigger in ids],
        "priority": [trigger.severity for trigger in ids],
    }
    database.insert("triggers", triggers)
    functions: Columns = {
        "functionid": np.arange(33_001, 33_001 + len(ids)),
        "itemid": [ITEMS[trigger.host, trigger.key] for trigger in ids],
        "triggerid": list(ids.values()),
    }
    database.insert("functions", functions)


def _incident_problems(city: City) -> list[_Problem]:
    problems: list[_Problem] = []
    for incident in city.incidents_of("host_down", "cpu_saturated", "disk_filling"):
        begin, end, host = int(incident.start.timestamp()), int(incident.end.timestamp()), incident.subject
        if incident.kind == "host_down":
            trigger = _Trigger(host, AGENT, "Linux: Zabbix agent is not available (for 3m)", _HIGH)
            problems.append(_Problem(begin + 180, end + 60, trigger))
        elif incident.kind == "disk_filling":
            for limit, word, severity in _DISK_TRIGGERS:
                trigger = _Trigger(host, DATA_USED, f"Linux: FS [/data]: Space is {word} (used > {limit}%)", severity)
                lead = int((filled_to(incident) - limit) / incident.size * 86_400)
                if lead > 0:
                    problems.append(_Problem(max(_end(city) - lead, begin), None, trigger))
        elif incident.size > _HIGH_CPU:
            trigger = _Trigger(host, CPU, "Linux: High CPU utilization (over 90% for 5m)", _WARNING)
            problems.append(_Problem(begin + 300, end + 300, trigger))
    return problems


def _informations(city: City) -> list[_Problem]:
    problems = []
    for day in city.days:
        rng = city.rng(_STREAM, day)
        if rng.random() < _INFORMED:
            began = int(midnight(day).timestamp()) + int(rng.integers(9 * 3600, 21 * 3600))
            name = _INFORMATIONS[int(rng.integers(len(_INFORMATIONS)))]
            host = SERVERS[int(rng.integers(len(SERVERS)))].name
            problems.append(_Problem(began, began + 3600, _Trigger(host, CPU_COUNT, name, _INFORMATION)))
    return problems
