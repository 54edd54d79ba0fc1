"""Requests of the web services from the access logs of nginx: the combined format, and JSON."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.truth.figures import Figures, nearest_rank, put, rate
from tests.truth.sources import Sources
from tests.truth.span import Span

_COMBINED = re.compile(r'\[(\d+/\w{3}/\d{4}:\d{2}):\d{2}:\d{2} [+-]\d{4}\] "(?:[^"\\]|\\.)*" (\d{3}) (\d+|-)(?: |$)')

#: Fewest requests of a day whose error rate is judged (docs/rules.md, infra.error_rate).
MIN_REQUESTS = 100

#: Error rate from which a day is watched (docs/rules.md, infra.error_rate).
LIMIT = 0.005

SHARES = (0.5, 0.95)


@dataclass
class Hour:
    """Requests of a service within an hour."""

    requests: int = 0
    errors: int = 0
    client_errors: int = 0
    size: int = 0
    durations: list[float] = field(default_factory=list)


class Web:
    """Requests of a city by service and hour."""

    def __init__(self, sources: Sources) -> None:
        self.hours: dict[tuple[str, dt.date, int], Hour] = defaultdict(Hour)
        self.read: Counter[dt.date] = Counter()
        self.broken: Counter[dt.date] = Counter()
        for path, line in sources.lines("nginx/*.log*"):
            told = _json(line) if line.startswith("{") else _combined(line, path.name.split("-access")[0])
            if told is None:
                self.broken[_day_of(path.name, sources.until)] += 1
                continue
            service, hour, status, size, duration = told
            found = self.hours[service, hour.date(), hour.hour]
            found.requests += 1
            found.errors += 500 <= status <= 599
            found.client_errors += 400 <= status <= 499
            found.size += size
            self.read[hour.date()] += 1
            if duration is not None:
                found.durations.append(duration)

    @property
    def services(self) -> list[str]:
        """Return the services."""
        return sorted({service for service, _, _ in self.hours})

    def volume(self, span: Span, service: str, hour: int | None = None) -> dict[str, float | None]:
        """Return requests, errors and response times of a service (docs/domain.md, Infra)."""
        chosen = [
            self.hours[service, day, number]
            for day in span.days
            for number in (range(24) if hour is None else [hour])
            if (service, day, number) in self.hours
        ]
        durations = [duration for item in chosen for duration in item.durations]
        requests, errors = sum(item.requests for item in chosen), sum(item.errors for item in chosen)
        p50, p95 = (nearest_rank(durations, share) for share in SHARES)
        return {
            "requests": requests,
            "errors": errors,
            "client_errors": sum(item.client_errors for item in chosen),
            "error_rate": rate(errors, requests),
            "size_bytes": sum(item.size for item in chosen),
            "timed_requests": len(durations),
            "duration_p50_ms": p50,
            "duration_p95_ms": p95,
        }

    def table(self, block: str, span: Span) -> Figures:
        """Return the requests by service."""
        figures: Figures = {}
        for service in self.services:
            put(figures, block, service, self.volume(span, service))
        return figures

    def findings(self, span: Span, block: str = "board") -> Figures:
        """Return the worst day of each service."""
        figures: Figures = {}
        for service in self.services:
            days = [self.volume(Span(day, day), service) for day in span.days]
            judged = [row for row in days if (row["requests"] or 0) >= MIN_REQUESTS]
            if judged:
                worst = max(judged, key=lambda row: row["error_rate"] or 0)
                row = f"infra.error_rate:service/{service}"
                beyond = sum((day["error_rate"] or 0) > LIMIT for day in judged)
                values = {"value": worst["error_rate"], "count": worst["requests"], "days_beyond": beyond}
                put(figures, block, row, values)
        if span.first == span.last:
            requests = sum(self.volume(span, service)["requests"] or 0 for service in self.services)
            figures[block, "infra.surveillance:subject/infra.requests", "value"] = requests
        return figures

    def daily(self, span: Span) -> Figures:
        """Return the figures of the daily inspection."""
        figures = self.table("requests-by-service", span) | self.findings(span)
        for hour in range(24):
            for service in self.services:
                row = self.volume(span, service, hour)
                figures["error-rate-by-hour", str(hour), service] = row["error_rate"]
        day = span.first
        read = self.read[day] + self.broken[day]
        values = {"value": rate(self.broken[day], read), "rejected": self.broken[day]}
        put(figures, "board", "data.rejected_share:dataset/web/infra.requests", values)
        return figures


Told = tuple[str, dt.datetime, int, int, float | None]


def _json(line: str) -> Told | None:
    try:
        entry = json.loads(line)
        hour = dt.datetime.fromisoformat(entry["time_iso8601"]).replace(tzinfo=None)
        duration = entry.get("request_time")
        took = None if duration is None else 1000 * float(duration)
        return str(entry["host"]).lower(), hour, int(entry["status"]), int(entry["body_bytes_sent"]), took
    except (ValueError, KeyError):
        return None


def _combined(line: str, service: str) -> Told | None:
    found = _COMBINED.search(line)
    if found is None:
        return None
    hour = dt.datetime.strptime(found[1], "%d/%b/%Y:%H")
    return service, hour, int(found[2]), 0 if found[3] == "-" else int(found[3]), None


def _day_of(name: str, until: dt.date) -> dt.date:
    """Return the day of a file that is rotated each night."""
    number = re.search(r"\.log\.(\d+)", name)
    return until - dt.timedelta(days=int(number[1]) if number else 0)
