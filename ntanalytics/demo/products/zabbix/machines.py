"""The demo city's machines, as its monitoring knows them: hosts, their items, and when which of them was silent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.incidents.incident import ZONE
from ntanalytics.demo.population.city import City

#: The head of the names of a subsystem's machines → the subsystem.
SUBSYSTEM_OF = {
    "identity": "identity",
    "sso": "sso",
    "exchange": "docexchange",
    "oa": "oa",
    "im": "im",
    "sms": "sms",
    "ca": "ca",
    "seal": "seal",
}

#: Percentages of a plain machine by item; the file systems are ``disk_rate`` items, too.
_SERVER_ITEMS = (
    ("system.cpu.util", "CPU utilization"),
    ("vm.memory.utilization", "Memory utilization"),
    ("system.swap.size[,pfree]", "Free swap space in %"),
    ("system.cpu.load[all,avg1]", "Load average (1m avg)"),
    ("vfs.fs.dependent.size[/,pused]", "FS [/]: Space: Used, in %"),
)
_DATA_ITEM = ("vfs.fs.dependent.size[/data,pused]", "FS [/data]: Space: Used, in %")
_COUNTED_ITEMS = (
    ("system.cpu.num", "Number of CPUs"),
    ("system.swap.size[,total]", "Total swap space"),
    ("zabbix[host,agent,available]", "Zabbix agent availability"),
)
_DEVICE_ITEMS = (("icmpping", "ICMP ping"),)


@dataclass(frozen=True)
class Machine:
    """One host.

    Attributes:
        name: its name.
        cores: its processors; 0 for a network device, which is only pinged.
        swap_bytes: its swap; one database server has none.
        is_database: whether it has a file system for data.
    """

    name: str
    cores: int
    swap_bytes: int
    is_database: bool

    @property
    def subsystem(self) -> str:
        """The subsystem that runs on it, or infra."""
        return SUBSYSTEM_OF.get(self.name.partition("-")[0], "infra")

    @property
    def items(self) -> tuple[tuple[str, str], ...]:
        """Key and name of its items."""
        if not self.cores:
            return _DEVICE_ITEMS
        return (*_SERVER_ITEMS, *((_DATA_ITEM,) if self.is_database else ()), *_COUNTED_ITEMS)


def _machines() -> tuple[Machine, ...]:
    found = []
    for head in SUBSYSTEM_OF:
        found += [Machine(f"{head}-app-{number}", 8, 4 << 30, is_database=False) for number in (1, 2)]
        found.append(Machine(f"{head}-db-1", 16, 0 if head == "sms" else 8 << 30, is_database=True))
    return (*found, *(Machine(name, 0, 0, is_database=False) for name in ("core-switch-1", "firewall-1")))


#: Two application servers and a database server a subsystem, and two network devices.
MACHINES: tuple[Machine, ...] = _machines()


def seconds(moment: dt.datetime) -> int:
    """As Zabbix keeps a time."""
    return int(moment.timestamp())


def midnight(day: dt.date) -> int:
    """The beginning of a local day, as Zabbix keeps it."""
    return seconds(dt.datetime.combine(day, dt.time(), ZONE))


def silent_minutes(city: City, day: dt.date, machine: Machine) -> NDArray[np.int64]:
    """Of each hour of a day the minutes in which monitoring heard nothing of a machine."""
    minutes = np.zeros(1440, dtype=np.int64)
    for incident in city.planted("checks_gap", "host_down"):
        if incident.kind == "checks_gap" or incident.subject == machine.name:
            begin, end = incident.span_ms(day)
            minutes[begin // 60_000 : end // 60_000] = 1
    total: NDArray[np.int64] = minutes.reshape(24, 60).sum(axis=1)
    return total
