"""Zabbix's database: hosts and items, hourly trends, checks every five minutes, problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.zabbix.history import write_checks, write_trends
from ntanalytics.demo.products.zabbix.machines import ITEMS, MACHINES
from ntanalytics.demo.products.zabbix.problems import write_problems
from ntanalytics.demo.store import Columns, Database, Store, parse_tables

_TABLES = parse_tables("""
hosts: hostid* bigint, host 128, name 128, status int, flags int
interface: interfaceid* bigint, hostid bigint, main int, type int, useip int, ip 64, port 64, available int
host_rtdata: hostid* bigint, active_available int
items: itemid* bigint, hostid bigint, type int, name 255, key_ 2048, value_type int, status int, flags int;
  index hostid
triggers: triggerid* bigint, description 255, status int, value int, priority int
functions: functionid* bigint, itemid bigint, triggerid bigint
trends: itemid* bigint, clock* int, num int, value_min double, value_avg double, value_max double
trends_uint: itemid* bigint, clock* int, num int, value_min bigint, value_avg bigint, value_max bigint
history_uint: itemid* bigint, clock* int, value bigint, ns* int
events: eventid* bigint, source int, object int, objectid bigint, clock int, value int, acknowledged int, ns int,
  name 2048, severity int; index source object clock
event_recovery: eventid* bigint, r_eventid bigint; index r_eventid
""")

_FLOAT, _UNSIGNED = 0, 3
_MONITORED, _DISABLED, _TEMPLATE = 0, 1, 3
_AGENT, _SNMP, _ANSWERS = 1, 2, 1
#: Ends of the keys of items with fractions.
_FRACTIONS = (".util", "utilization", "pfree]", "avg1]", "pused]")


def write_zabbix(city: City, store: Store) -> int:
    """Write the database ``zabbix`` (PostgreSQL), and return the number of trends, checks and events."""
    with store.database("zabbix", "postgresql") as database:
        database.create(*_TABLES)
        _write_configuration(database)
        rows = sum(write_trends(database, city, day) + write_checks(database, city, day) for day in city.days)
        return rows + write_problems(database, city)


def write_zabbix_states(_city: City, stores: Mapping[dt.date, Store]) -> None:
    """Write the hosts, the same ones on each day: day → place."""
    for store in stores.values():
        with store.database("zabbix", "postgresql") as database:
            database.create(*_TABLES)
            _write_configuration(database)


def _write_configuration(database: Database) -> None:
    count = len(MACHINES)
    # beside the machines, a host that is monitored no longer, and a template
    names = [*(machine.name for machine in MACHINES), "oa-app-old", "Linux by Zabbix agent"]
    status = [*[_MONITORED] * count, _DISABLED, _TEMPLATE]
    ids = np.arange(10_501, 10_501 + len(names))
    database.insert("hosts", {"hostid": ids, "host": names, "name": names, "status": status, "flags": 0})
    interfaces: Columns = {
        "interfaceid": np.arange(1, count + 2),
        "hostid": ids[: count + 1],
        "main": 1,
        "type": [*(_AGENT if machine.cores else _SNMP for machine in MACHINES), _AGENT],
        "useip": 1,
        "ip": [f"10.60.{2 + number // 3}.{11 + number}" for number in range(count + 1)],
        "port": [*("10050" if machine.cores else "161" for machine in MACHINES), "10050"],
        "available": [*[_ANSWERS] * count, 0],
    }
    database.insert("interface", interfaces)
    database.insert("host_rtdata", {"hostid": ids[: count + 1], "active_available": 0})
    items = [(number, key, name) for number, machine in enumerate(MACHINES) for key, name in machine.items]
    columns: Columns = {
        "itemid": list(ITEMS.values()),
        "hostid": [int(ids[number]) for number, _, _ in items],
        "type": 0,
        "name": [name for _, _, name in items],
        "key_": [key for _, key, _ in items],
        "value_type": [_FLOAT if key.endswith(_FRACTIONS) else _UNSIGNED for _, key, _ in items],
        "status": 0,
        "flags": 0,
    }
    database.insert("items", columns)
