"""Tables of Zabbix 7 that its own readers and ours use. Times are seconds since 1970, UTC."""

from __future__ import annotations

from ntanalytics.demo.store import DemoTable

TABLES = (
    DemoTable("hosts", "hostid bigint, host 128, name 128, status int, flags int", "hostid"),
    DemoTable(
        "interface",
        "interfaceid bigint, hostid bigint, main int, type int, useip int, ip 64, port 64, available int",
        "interfaceid",
    ),
    DemoTable("host_rtdata", "hostid bigint, active_available int", "hostid"),
    DemoTable(
        "items",
        "itemid bigint, hostid bigint, type int, name 255, key_ 2048, value_type int, status int, flags int",
        "itemid",
        ("hostid",),
    ),
    DemoTable("triggers", "triggerid bigint, description 255, status int, value int, priority int", "triggerid"),
    DemoTable("functions", "functionid bigint, itemid bigint, triggerid bigint", "functionid"),
    DemoTable(
        "trends",
        "itemid bigint, clock int, num int, value_min double, value_avg double, value_max double",
        "itemid clock",
    ),
    DemoTable(
        "trends_uint",
        "itemid bigint, clock int, num int, value_min bigint, value_avg bigint, value_max bigint",
        "itemid clock",
    ),
    DemoTable("history_uint", "itemid bigint, clock int, value bigint, ns int", "itemid clock ns"),
    DemoTable(
        "events",
        "eventid bigint, source int, object int, objectid bigint, clock int, value int, acknowledged int, ns int, "
        "name 2048, severity int",
        "eventid",
        ("source object clock",),
    ),
    DemoTable("event_recovery", "eventid bigint, r_eventid bigint", "eventid", ("r_eventid",)),
)
