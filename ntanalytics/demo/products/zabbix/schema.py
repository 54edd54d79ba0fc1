"""Tables of Zabbix 7 that its own readers and ours use. Times are seconds since 1970, UTC."""

from __future__ import annotations

from ntanalytics.demo.store import parse_tables

TABLES = parse_tables("""
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
