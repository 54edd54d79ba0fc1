"""Subjects of drawn incidents: the parts of the demo city that can fail, and their subsystems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ntanalytics.demo.population.units import EDITION_OF, UNITS
from ntanalytics.demo.products.backup_plans import DATABASE_PLANS, FILE_PLANS
from ntanalytics.demo.products.xinhu.schema import FLOWS, Flow
from ntanalytics.demo.products.zabbix.machines import MACHINES

#: Services named by their host → the subsystem; any other subject without a subsystem is one itself.
_SUBSYSTEM_OF_SERVICE: Mapping[str, str] = MappingProxyType(
    {"portal": "infra", "oa.nantong.example": "oa", "exchange.nantong.example": "docexchange"}
)
SERVICES = tuple(_SUBSYSTEM_OF_SERVICE)

HOSTS = tuple(machine.name for machine in MACHINES if machine.cores and "-app-" in machine.name)
#: The messenger runs on one server; every other subsystem goes on with the second one.
REDUNDANT_HOSTS = ("im-app-1", *(name for name in HOSTS if name.endswith("-2") and not name.startswith("im")))
DATABASE_HOSTS = tuple(machine.name for machine in MACHINES if machine.is_database)
BACKUP_PLANS = tuple(plan.name for plan in (*DATABASE_PLANS, *FILE_PLANS))
APPLICATIONS = ("E1003", "E1004", "E2001", "E2002", "E2003")
ATTACKERS = tuple(f"{head}.{tail}" for head in ("203.0.113", "198.51.100", "192.0.2") for tail in range(40, 80))

SENDERS = tuple(unit for unit in UNITS if unit.startswith("市") and unit.endswith("局"))
RECEIVERS = (*SENDERS, *(unit for unit in UNITS if unit.endswith("应急管理局") and not unit.startswith("市")))
#: Small units without OA that exchange no documents: closing one of them changes nothing else.
CLOSABLE = tuple(unit for unit in UNITS if unit.endswith(("永安镇", "和平镇", "通扬镇")) and unit not in EDITION_OF)

#: Share of an edition's actions, in percent, from which on a standstill of a module is visible.
_MUCH_USED = 5.0


def _modules(flows: Iterable[Flow]) -> tuple[str, ...]:
    """Return the modules that an edition uses much, as ``edition/module``."""
    editions = ("party", "government", "general", "wecom")
    return tuple(
        f"{edition}/{flow.module}"
        for flow in flows
        for edition, weight in zip(editions, flow.weights, strict=True)
        if weight >= _MUCH_USED
    )


MODULES = _modules(FLOWS)
MODULES_WITH_BILLS = _modules(flow for flow in FLOWS if flow.minutes > 0)


def subsystem_of(subject: str) -> str:
    """Return the subsystem of a service, or the subject itself, which then is a subsystem."""
    return _SUBSYSTEM_OF_SERVICE.get(subject, subject)
