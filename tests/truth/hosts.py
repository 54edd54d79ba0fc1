"""Load, disks and alarms of the hosts from the trends and events of monitoring."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict

from ntanalytics.detectors.forecast import forecast
from ntanalytics.subsystems.infra.disk_forecasts import DiskForecast
from tests.truth.figures import Figures, put, quantile
from tests.truth.sources import Sources
from tests.truth.span import DAY, Span, epoch, local

METRICS = {
    "system.cpu.util": "cpu",
    "vm.memory.utilization": "memory",
    "system.swap.size[,pfree]": "swap",
    "system.cpu.load[all,avg1]": "load",
}

_TRENDS = """
SELECT h.host, i.key_, t.clock, t.value_avg, t.value_max,
       (SELECT MAX(n.value_max) FROM trends_uint n JOIN items c ON c.itemid = n.itemid
        WHERE c.hostid = h.hostid AND c.key_ = CASE i.key_ WHEN 'system.cpu.load[all,avg1]' THEN 'system.cpu.num'
            WHEN 'system.swap.size[,pfree]' THEN 'system.swap.size[,total]' END)
FROM trends t JOIN items i ON i.itemid = t.itemid JOIN hosts h ON h.hostid = i.hostid
WHERE h.status IN (0, 1) AND t.clock >= ? AND t.clock < ?
"""

_EVENTS = """
SELECT e.clock, r.clock, e.severity, e.name, (
    SELECT MIN(h.host) FROM functions f JOIN items i ON i.itemid = f.itemid JOIN hosts h ON h.hostid = i.hostid
    WHERE f.triggerid = e.objectid
)
FROM events e LEFT JOIN event_recovery er ON er.eventid = e.eventid LEFT JOIN events r ON r.eventid = er.r_eventid
WHERE e.source = 0 AND e.object = 0 AND e.value = 1
"""

#: Severities from which an event is an alarm, and a grave one.
WARNING, HIGH = 2, 4

#: Days of a trend, and the hours in which people work.
TREND_DAYS, WORKED = 70, range(7, 20)

#: Days without a patch after which a host is told (docs/rules.md, infra.unpatched).
UNPATCHED_DAYS = 90

#: Days ahead within which the inspection names a disk.
FORESEEN = 365

Disk = tuple[str, str]


class Hosts:
    """Hourly values of the hosts of a city."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.hours: dict[tuple[str, str], dict[dt.datetime, float]] = defaultdict(dict)
        self.peaks: dict[Disk, dict[dt.date, float]] = defaultdict(dict)
        since, until = epoch(Span(sources.first, sources.until).since), epoch(sources.read_at)
        for host, key, clock, average, most, size in sources.rows("zabbix", _TRENDS, (since, until)):
            at = local(clock)
            if found := re.fullmatch(r"vfs\.fs\.dependent\.size\[(.*),pused\]", key):
                days = self.peaks[host, found[1]]
                days[at.date()] = max(most / 100, days.get(at.date(), 0.0))
            elif (metric := METRICS.get(key)) == "swap":
                # a host without swap reports that nothing is free
                self.hours[host, metric] |= {at: 1 - average / 100} if size else {}
            elif metric is not None:
                self.hours[host, metric][at] = average / (size if metric == "load" else 100)

    def values(self, host: str, metric: str, span: Span) -> list[tuple[dt.datetime, float]]:
        """Return the hourly means of a host in a span."""
        return [item for item in self.hours[host, metric].items() if span.since <= item[0] < span.until]

    def p95(self, host: str, metric: str, span: Span) -> float | None:
        """Return the 95th percentile of the hourly means."""
        return quantile((value for _, value in self.values(host, metric, span)), 0.95)

    @property
    def measured(self) -> list[str]:
        """Return the hosts with values."""
        return sorted({host for host, _ in self.hours})

    def growth(self, disk: Disk, span: Span) -> dict[str, float | None]:
        """Return level, growth and days until full of a disk at the end of a span, forecast from its peaks."""
        since = span.last - TREND_DAYS * DAY
        points = [(day, peak) for day, peak in sorted(self.peaks[disk].items()) if since <= day <= span.last]
        used, made = self.peaks[disk][span.last], forecast(points, 1.0)
        left = DiskForecast(tuple(points), made).days_left(span.last)
        return {"disk_used": used, "disk_per_day": made.per_day, "days_until_full": left, "disk_days": len(points)}

    def disks(self, span: Span) -> Figures:
        """Return the disks with their growth, and the days of those that are full within a year."""
        figures: Figures = {}
        for host, part in self.peaks:
            growth = self.growth((host, part), span)
            if (growth["days_until_full"] or 0) > FORESEEN:
                growth["days_until_full"] = None
            put(figures, "disks", f"{host}|{part}", growth)
        return figures

    def findings(self, span: Span, block: str = "board") -> Figures:
        """Return the values of the checks."""
        figures: Figures = {}
        for host, part in self.peaks:
            row, growth = f"disk/{host}/{part.strip('/')}", self.growth((host, part), span)
            figures[block, f"infra.disk_used:{row}", "value"] = growth["disk_used"]
            if growth["days_until_full"] is not None:
                figures[block, f"infra.days_until_full:{row}", "value"] = growth["days_until_full"]
        is_day = span.first == span.last
        for host in self.measured:
            for metric in ("load", "memory", "swap") if is_day else ("cpu",):
                values: dict[str, float | None] = {"value": self.p95(host, metric, span)}
                values["count"] = len(self.values(host, metric, span))
                put(figures, block, f"infra.{metric}:host/{host}", values)
        return figures

    def daily(self, span: Span) -> Figures:
        """Return the figures of the daily inspection."""
        figures = self.findings(span)
        for host in self.measured:
            by_hour = [(at.hour in WORKED, value) for at, value in self.values(host, "cpu", span)]
            for name, is_worked in (("day", True), ("night", False)):
                held = sorted(value for worked, value in by_hour if worked == is_worked)[-2]
                figures["board", f"infra.cpu_by_{name}:host/{host}", "value"] = held
            own = [self.growth(disk, span) for disk in self.peaks if disk[0] == host]
            full = [row["days_until_full"] for row in own if row["days_until_full"] is not None]
            values: dict[str, float | None] = {
                metric: self.p95(host, metric, span) for metric in ("cpu", "memory", "swap")
            }
            values["disk"] = max(row["disk_used"] or 0 for row in own)
            values["days"] = min((days for days in full if days <= FORESEEN), default=None)
            put(figures, "hosts", host, values)
        return figures | self.problems(span) | self.unpatched(span)

    def unpatched(self, span: Span) -> Figures:
        """Return the longest time since a measured host was patched, and the hosts that were not for a quarter."""
        patches = [row for row in self.sources.sheet("安全补丁") if row["日期"] < span.until]
        known = (span.last - min(row["日期"].date() for row in patches)).days + 1
        last: dict[str, dt.date] = {}
        for row in patches:
            if row["结果"] == "成功":
                last[row["主机"]] = max(row["日期"].date(), last.get(row["主机"], dt.date.min))
        hosts = [host for host in self.measured if any(self.values(host, metric, span) for metric in METRICS.values())]
        ages = [(span.last - last[host]).days if host in last else known for host in hosts]
        late = sum(age > UNPATCHED_DAYS for age in ages)
        values: dict[str, float | None] = {"value": max(ages) if late else None, "hosts": late}
        figures: Figures = {}
        put(figures, "board", "infra.unpatched:hosts/all", values)
        return figures

    def problems(self, span: Span) -> Figures:
        """Return the alarms that touch a day, however old they are, and those that last at its end."""
        figures: Figures = {}
        since, until = epoch(span.since) or 0, epoch(span.until) or 0
        raised: dict[str, list[tuple[float, float | None]]] = defaultdict(list)
        for at, ended, severity, _name, host in self.sources.rows("zabbix", _EVENTS):
            if severity < WARNING or at >= until or (ended is not None and ended <= since):
                continue
            is_over = ended is not None and ended < until
            row = f"{dt.datetime.fromtimestamp(at, dt.UTC).isoformat()}|{host}"
            figures["incidents", row, "lasted"] = (ended if is_over else until) - at
            if not is_over or severity >= HIGH:
                raised[host].append((at, ended if is_over else None))
        for host, found in raised.items():
            first, ended = min(found)
            values = {"value": len(found), "raised_s": first - since, "cleared_s": ended and ended - since}
            put(figures, "board", f"infra.problems:host/{host}", values)
        return figures
