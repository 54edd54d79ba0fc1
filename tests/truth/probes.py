"""Availability of services and hosts from the journal of the probe and the history of monitoring."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from tests.truth.desk import SUBSYSTEMS
from tests.truth.figures import Figures, difference, mean, put, rate
from tests.truth.sources import Sources
from tests.truth.span import DAY, Span, epoch

NAMES = {code: name for name, code in SUBSYSTEMS.items()}

#: Seconds for which a check speaks at most.
GAP_S = 600

_HOSTS = """
SELECT h.host, CASE WHEN i.key_ LIKE 'icmpping%' THEN 'ping' ELSE 'agent' END, t.clock, MIN(t.value = 1)
FROM history_uint t JOIN items i ON i.itemid = t.itemid JOIN hosts h ON h.hostid = i.hostid
WHERE (i.key_ = 'agent.ping' OR i.key_ LIKE 'icmpping%' OR i.key_ LIKE 'zabbix[host,%available]')
    AND NOT (i.key_ = 'zabbix[host,agent,available]' AND t.value = 2)
    AND NOT (i.key_ = 'zabbix[host,active_agent,available]' AND t.value = 0) AND h.status IN (0, 1)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Target:
    """Target of checks."""

    source: str
    subsystem: str
    name: str
    kind: str


@dataclass(frozen=True)
class Parts:
    """Time of a target in a period, in seconds."""

    available: float
    planned: float
    unplanned: float
    unmeasured: float


class Probes:
    """Checks of a city, and what they tell of its availability."""

    def __init__(self, sources: Sources) -> None:
        self.checks: dict[Target, list[tuple[float, bool]]] = defaultdict(list)
        self.expiries: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for _, line in sources.lines("probes/probes.jsonl*"):
            entry = json.loads(line)
            at = dt.datetime.fromisoformat(entry["checked_at"]).timestamp()
            target = Target("probe", entry["subsystem"], entry["target"], entry["kind"])
            self.checks[target].append((at, bool(entry["is_up"])))
            if entry["expires_at"]:
                expires = dt.datetime.fromisoformat(entry["expires_at"]).timestamp()
                self.expiries[entry["target"]].append((at, expires))
        for host, kind, clock, is_up in sources.rows("zabbix", _HOSTS):
            self.checks[Target("zabbix", "infra", host, kind)].append((float(clock), bool(is_up)))
        for found in self.checks.values():
            found.sort()
        self.windows = self._windows(sources)

    @staticmethod
    def _windows(sources: Sources) -> dict[str, list[Interval]]:
        """Return the confirmed maintenance windows by subsystem."""
        windows: dict[str, list[Interval]] = defaultdict(list)
        for row in sources.sheet("变更"):
            begin, end, confirmed = (row[name] for name in ("计划时间", "完成时间", "书面确认时间"))
            if row["类型"] == "计划维护" and end and confirmed and confirmed < begin:
                code = SUBSYSTEMS[row["系统"]]
                for name in SUBSYSTEMS.values() if code == "infra" else [code]:
                    windows[name].append((epoch(begin) or 0, epoch(end) or 0))
        return windows

    def parts(self, target: Target, span: Span) -> Parts:
        """Return the four parts of the time of a target: the last check before a period speaks into it."""
        since, until = epoch(span.since) or 0, epoch(span.until) or 0
        available = planned = unplanned = 0.0
        checks = self.checks[target]
        for (at, is_up), (following, _) in zip(checks, [*checks[1:], (until, True)], strict=True):
            begin, end = max(at, since), min(following, at + GAP_S, until)
            if end <= begin:
                continue
            if is_up:
                available += end - begin
                continue
            within = self._within(target.subsystem, begin, end)
            planned, unplanned = planned + within, unplanned + end - begin - within
        return Parts(available, planned, unplanned, until - since - available - planned - unplanned)

    def _within(self, subsystem: str, begin: float, end: float) -> float:
        """Return the seconds of a span that lie in one of the maintenance windows of a subsystem."""
        covered, until = 0.0, begin
        for first, last in sorted(self.windows[subsystem]):
            opens, closes = max(first, until), min(last, end)
            if closes > opens:
                covered, until = covered + closes - opens, closes
        return covered

    def worst(self, span: Span, *, hosts: bool = True) -> dict[str, tuple[Target, Parts]]:
        """Return the target of each subsystem that was down longest, then of those the one measured longest."""
        worst: dict[str, tuple[Target, Parts]] = {}
        for target in self.checks:
            if hosts or target.source == "probe":
                parts = self.parts(target, span)
                _, known = worst.get(target.subsystem, (target, None))
                if known is None or (parts.unplanned, parts.available) > (known.unplanned, known.available):
                    worst[target.subsystem] = (target, parts)
        return worst

    def availability(self, span: Span, *, hosts: bool = True) -> dict[str, float | None]:
        """Return available / (available + unplanned) by subsystem."""
        worst = self.worst(span, hosts=hosts)
        return {name: rate(parts.available, parts.available + parts.unplanned) for name, (_, parts) in worst.items()}

    def platform(self, span: Span) -> float | None:
        """Return the mean of the subsystems' availability; None where over 5 % of one's time was not measured."""
        length = (epoch(span.until) or 0) - (epoch(span.since) or 0)
        if any(parts.unmeasured > 0.05 * length for _, parts in self.worst(span).values()):
            return None
        return mean([value for value in self.availability(span).values() if value is not None])

    def time(self, span: Span) -> Figures:
        """Return the table of the four parts, with the failures of the worst target."""
        figures: Figures = {}
        for name, (target, parts) in self.worst(span).items():
            length = parts.available + parts.planned + parts.unplanned + parts.unmeasured
            down = []
            for owner, begin, end, _ in self.outages(span):
                if owner == target and end - begin > self._within(name, begin, end):
                    down.append(end - begin)
            values = {
                "availability": rate(parts.available, parts.available + parts.unplanned),
                "availability_low": None,
                "available_s": parts.available,
                "planned_s": parts.planned,
                "unplanned_s": parts.unplanned,
                "unmeasured_s": parts.unmeasured,
                "failures": len(down),
                "longest_s": max(down, default=0.0),
                "mtbf_s": rate(parts.available, len(down)),
                "mttr_s": rate(parts.unplanned, len(down)),
            }
            if parts.unmeasured > 0.05 * length:
                values["availability_low"] = rate(parts.available, length - parts.planned)
            put(figures, "availability", NAMES[name], values)
        return figures

    def outages(self, span: Span) -> list[tuple[Target, float, float, int]]:
        """Return the runs of failed checks of a span: target, begin, end, number of checks."""
        found = []
        since, until = epoch(span.since) or 0, epoch(span.until) or 0
        for target, checks in self.checks.items():
            run: list[float] = []
            for at, is_up in [*((at, is_up) for at, is_up in checks if since <= at < until), (until, True)]:
                if is_up and run:
                    found.append((target, run[0], min(at, run[-1] + GAP_S), len(run)))
                    run = []
                elif not is_up:
                    run.append(at)
        return found

    def tls(self, span: Span) -> dict[str, tuple[float, float]]:
        """Return the end of the certificate that each target showed last, and the days until then, rounded up."""
        until = epoch(span.until) or 0
        rows = {}
        for target, seen in self.expiries.items():
            since = epoch(span.since) or 0
            _, expires = max(item for item in seen if since <= item[0] < until)
            rows[target] = (expires, -((until - expires) // DAY.total_seconds()))
        return rows

    def findings(self, span: Span, block: str = "board") -> Figures:
        """Return the values of the checks."""
        figures: Figures = {}
        is_day = span.first == span.last
        for name, value in self.availability(span, hosts=not is_day).items():
            figures[block, f"infra.availability:subsystem/{name}", "value"] = value
        for name in NAMES if is_day else ():
            own = [item for item in self.outages(span) if item[0].source == "probe" and item[0].subsystem == name]
            if own:
                since = epoch(span.since) or 0
                _, begin, end, _ = max(own, key=lambda item: item[2] - item[1])
                hours = {"outages": len(own), "longest_from_s": begin - since, "longest_until_s": end - since}
                put(figures, block, f"infra.availability:subsystem/{name}", hours)
        for target, (_, days) in self.tls(span).items():
            figures[block, f"infra.tls_days:target/{target}", "value"] = days
        return figures

    def weekly(self, span: Span) -> Figures:
        """Return the figures of the weekly report."""
        figures = self.findings(span) | self.time(span)
        for name, value in self.availability(span).items():
            figures["systems", NAMES[name], "availability"] = value
        for target, begin, end, failed in self.outages(span):
            row = f"{target.name}|{dt.datetime.fromtimestamp(begin, dt.UTC).isoformat()}"
            values = {"down_until_at": end, "down_s": end - begin, "failed_checks": failed}
            put(figures, "outages", row, values)
        now, before = self.platform(span), self.platform(span.before())
        card = {"value": now, "before": before, "change": difference(now, before)}
        put(figures, "headlines", "platform_availability", card)
        figures["systems", "软硬件环境", "change-words"] = card["change"]
        for place, day in enumerate(reversed(span.back(35).days)):
            value = self.platform(Span(day, day))
            figures["headlines", "platform_availability", f"spark-{place}"] = value
            figures["systems", "软硬件环境", f"drawn-{place}"] = value
        return figures

    def daily(self, span: Span) -> Figures:
        """Return the figures of the daily inspection."""
        figures = self.findings(span)
        for url, (expires, days) in self.tls(span).items():
            put(figures, "tls", url, {"tls_expires_at": expires, "tls_days": days})
        longest: dict[str, float] = defaultdict(float)
        hosts = {target.name for target in self.checks if target.source == "zabbix"}
        for target, begin, end, _ in self.outages(span):
            first = dt.datetime.fromtimestamp(begin, dt.UTC).isoformat()
            figures["incidents", f"{first}|{NAMES[target.subsystem]}", "lasted"] = end - begin
            if target.source == "zabbix":
                longest[target.name] = max(longest[target.name], end - begin)
        for host in hosts:
            figures["board", f"infra.reachable:host/{host}", "value"] = longest[host]
        since, until = epoch(span.since) or 0, epoch(span.until) or 0
        for source in ("probe", "zabbix"):
            told = {at for target, checks in self.checks.items() if target.source == source for at, _ in checks}
            moments = [since, *sorted(at for at in told if since <= at < until), until]
            gap = max(later - earlier for earlier, later in pairwise(moments))
            figures["board", f"infra.checks_gap:dataset/{source}/infra.checks", "value"] = gap
        return figures
