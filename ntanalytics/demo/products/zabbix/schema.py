"""Tables of Zabbix 7's database, as far as its own readers and ours meet them. Times are seconds since 1970, UTC."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ntanalytics.demo.store import Database

_ID, _INT = sa.BigInteger(), sa.Integer()
_FLOAT: Any = sa.Double()

#: Table → its columns, its key, and its indexes.
_TABLES: dict[str, tuple[dict[str, Any], tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "hosts": (
        {"hostid": _ID, "host": sa.String(128), "name": sa.String(128), "status": _INT, "flags": _INT},
        ("hostid",),
        (),
    ),
    "interface": (
        {
            "interfaceid": _ID,
            "hostid": _ID,
            "main": _INT,
            "type": _INT,
            "useip": _INT,
            "ip": sa.String(64),
            "port": sa.String(64),
            "available": _INT,
        },
        ("interfaceid",),
        (),
    ),
    "host_rtdata": ({"hostid": _ID, "active_available": _INT}, ("hostid",), ()),
    "items": (
        {
            "itemid": _ID,
            "hostid": _ID,
            "type": _INT,
            "name": sa.String(255),
            "key_": sa.String(2048),
            "value_type": _INT,
            "status": _INT,
            "flags": _INT,
        },
        ("itemid",),
        (("hostid",),),
    ),
    "triggers": (
        {"triggerid": _ID, "description": sa.String(255), "status": _INT, "value": _INT, "priority": _INT},
        ("triggerid",),
        (),
    ),
    "functions": ({"functionid": _ID, "itemid": _ID, "triggerid": _ID}, ("functionid",), ()),
    "trends": (
        {"itemid": _ID, "clock": _INT, "num": _INT, "value_min": _FLOAT, "value_avg": _FLOAT, "value_max": _FLOAT},
        ("itemid", "clock"),
        (),
    ),
    "trends_uint": (
        {"itemid": _ID, "clock": _INT, "num": _INT, "value_min": _ID, "value_avg": _ID, "value_max": _ID},
        ("itemid", "clock"),
        (),
    ),
    "history_uint": (
        {"itemid": _ID, "clock": _INT, "value": _ID, "ns": _INT},
        ("itemid", "clock", "ns"),
        (),
    ),
    "events": (
        {
            "eventid": _ID,
            "source": _INT,
            "object": _INT,
            "objectid": _ID,
            "clock": _INT,
            "value": _INT,
            "acknowledged": _INT,
            "ns": _INT,
            "name": sa.String(2048),
            "severity": _INT,
        },
        ("eventid",),
        (("source", "object", "clock"),),
    ),
    "event_recovery": ({"eventid": _ID, "r_eventid": _ID}, ("eventid",), (("r_eventid",),)),
}


def create_tables(db: Database) -> None:
    """Create them all, empty."""
    for name, (columns, key, indexes) in _TABLES.items():
        db.create(name, columns, key=key, indexes=indexes)
