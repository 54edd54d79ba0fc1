"""Machines of the demo city, and their items in Zabbix."""

from __future__ import annotations

from dataclasses import dataclass

#: Heads of the names of the subsystems' machines.
_HEADS = "identity sso exchange oa im sms ca seal"

CPU, MEMORY, SWAP_FREE = "system.cpu.util", "vm.memory.utilization", "system.swap.size[,pfree]"
LOAD, ROOT_USED = "system.cpu.load[all,avg1]", "vfs.fs.dependent.size[/,pused]"
DATA_USED = "vfs.fs.dependent.size[/data,pused]"
CPU_COUNT, SWAP_TOTAL, AGENT = "system.cpu.num", "system.swap.size[,total]", "zabbix[host,agent,available]"
PING = "icmpping"

_SERVER_ITEMS = (
    (CPU, "CPU utilization"),
    (MEMORY, "Memory utilization"),
    (SWAP_FREE, "Free swap space in %"),
    (LOAD, "Load average (1m avg)"),
    (ROOT_USED, "FS [/]: Space: Used, in %"),
)
_DATA_ITEM = (DATA_USED, "FS [/data]: Space: Used, in %")
_COUNTED_ITEMS = ((CPU_COUNT, "Number of CPUs"), (SWAP_TOTAL, "Total swap space"), (AGENT, "Zabbix agent availability"))
_DEVICE_ITEMS = ((PING, "ICMP ping"),)


@dataclass(frozen=True)
class Machine:
    """One host."""

    name: str
    cores: int = 0  # 0 for a network device, which is only pinged
    swap_bytes: int = 0  # one database server has none
    is_database: bool = False  # whether it has a file system for data

    @property
    def items(self) -> tuple[tuple[str, str], ...]:
        """Key and name of each item."""
        if not self.cores:
            return _DEVICE_ITEMS
        return (*_SERVER_ITEMS, *((_DATA_ITEM,) if self.is_database else ()), *_COUNTED_ITEMS)


def _machines() -> tuple[Machine, ...]:
    machines = []
    for head in _HEADS.split():
        machines += [Machine(f"{head}-app-{number}", 8, 4 << 30) for number in (1, 2)]
        machines.append(Machine(f"{head}-db-1", 16, 0 if head == "sms" else 8 << 30, is_database=True))
    return (*machines, Machine("core-switch-1"), Machine("firewall-1"))


#: Two application servers and a database server of each subsystem, and two network devices.
MACHINES = _machines()
SERVERS = tuple(machine for machine in MACHINES if machine.cores)

#: (machine, key of the item) → itemid.
ITEMS = {
    pair: number
    for number, pair in enumerate(((machine.name, key) for machine in MACHINES for key, _ in machine.items), 40_001)
}
