"""What goes wrong in the demo city, and when: planted on known working days before its last day."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from ntanalytics.demo.script import BEGUN, LASTING, PLAN
from ntanalytics.periods import Calendar, Period

ZONE = ZoneInfo("Asia/Shanghai")

#: The days over which the script and the people's habits run, however short the estate is: a shorter one has the
#: same days.
SPAN_DAYS = 70


@dataclass(frozen=True)
class Incident:
    """One planted incident.

    Attributes:
        id: its name, unique in the estate.
        subsystem: the subsystem's id.
        kind: one of ``script.KINDS``, which says what it does to the data.
        subject: the carrier, service, unit, host, module or checked item concerned.
        start: when it began, in the city's zone.
        end: when it ended (half-open).
        severity: 关注 or 异常, as an inspection should find it.
        description: one Chinese sentence.
    """

    id: str
    subsystem: str
    kind: str
    subject: str
    start: dt.datetime
    end: dt.datetime
    severity: str
    description: str

    @property
    def day(self) -> dt.date:
        """The local day on which it began."""
        return self.start.date()

    def span_ms(self, day: dt.date) -> tuple[int, int]:
        """Its part of a local day in milliseconds since midnight, half-open; (0, 0) when it has none."""
        midnight = dt.datetime.combine(day, dt.time(), ZONE)
        first, last = (int((moment - midnight).total_seconds() * 1000) for moment in (self.start, self.end))
        first, last = max(first, 0), min(last, 86_400_000)
        return (first, last) if first < last else (0, 0)

    def record(self) -> dict[str, str]:
        """As ``incidents.json`` writes it: times as ISO 8601 with the offset."""
        return {
            name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in asdict(self).items()
        }


def plan(calendar: Calendar, first: dt.date, until: dt.date) -> tuple[Incident, ...]:
    """The incidents of an estate from ``first`` to ``until``, both included, in order of their start.

    Those that were over before ``first`` are left out; one that had begun before and goes on is there with its own
    start, so that it does the same to the days of a shorter estate. The bill that differs is that of the last full
    month that lies within the estate.
    """
    days = calendar.working_days(min(first, until - dt.timedelta(days=SPAN_DAYS - 1)), until)[::-1]
    planned = [
        Incident(
            name,
            subsystem,
            kind,
            subject,
            _moment(days[back] - dt.timedelta(days=BEGUN.get(kind, 0)), begin),
            _end(kind, days[back], end, until),
            severity,
            text,
        )
        for name, subsystem, kind, subject, back, begin, end, severity, text in PLAN
        if back < len(days)
    ]
    planned = [incident for incident in planned if incident.end > _moment(first, "00:00")]
    month = billed_months(first, until)[-1:]
    planned += [
        Incident(
            "bill-unicom",
            "sms",
            "bill_difference",
            "unicom",
            _moment(period.first, "00:00"),
            _moment(period.last, "24:00"),
            "异常",
            "中国联通账单条数比平台统计多约1.8%，超过0.5%的核对界限。",
        )
        for period in month
    ]
    return tuple(sorted(planned, key=lambda incident: (incident.start, incident.id)))


def _end(kind: str, day: dt.date, clock: str, until: dt.date) -> dt.datetime:
    """When an incident of ``day`` ends: on that day, some days later, or with the estate."""
    days = LASTING.get(kind, 0)
    last = until if days is None else min(day + dt.timedelta(days=days), until)
    return _moment(last, "24:00" if days is None else clock)


def billed_months(first: dt.date, until: dt.date) -> list[Period]:
    """The whole months within the estate, oldest first: those for which the carriers sent bills."""
    month, found = Period.month(until + dt.timedelta(days=1)).previous(), []
    while month.first >= first:
        found.append(month)
        month = month.previous()
    return found[::-1]


def _moment(day: dt.date, clock: str) -> dt.datetime:
    hours, minutes = (int(part) for part in clock.split(":"))
    return dt.datetime.combine(day, dt.time(), ZONE) + dt.timedelta(hours=hours, minutes=minutes)
