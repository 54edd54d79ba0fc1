"""Which incidents an estate has: those of the script for the default seed, drawn ones for any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ntanalytics.demo.incidents.default_script import BEGUN, DEFAULT_SEED, LASTING, MEASURES, PLAN, SIZES
from ntanalytics.demo.incidents.incident import SPAN_DAYS, Incident, billed_months, duration, moment
from ntanalytics.demo.incidents.random.script import random_script
from ntanalytics.periods import Calendar


def plan_incidents(
    calendar: Calendar, first: dt.date, until: dt.date, *, seed: int = DEFAULT_SEED
) -> tuple[Incident, ...]:
    """The incidents of an estate from ``first`` to ``until``, both included, in order of their start.

    Those that were over before ``first`` are left out; one that had begun before and goes on is there with its own
    start, so that it does the same to the days of a shorter estate. The bill that differs is that of the last full
    month that lies within the estate. However long the estate is, they lie within its last ``SPAN_DAYS``.
    """
    planned = (
        _scripted(calendar, first, until) if seed == DEFAULT_SEED else random_script(calendar, first, until, seed)[0]
    )
    return _still_there(planned, first)


def benign_events(
    calendar: Calendar, first: dt.date, until: dt.date, *, seed: int = DEFAULT_SEED
) -> tuple[Incident, ...]:
    """What looks like an incident and is none, in order of start; the default seed's city has nothing of the kind."""
    return () if seed == DEFAULT_SEED else _still_there(random_script(calendar, first, until, seed)[1], first)


def _still_there(incidents: Sequence[Incident], first: dt.date) -> tuple[Incident, ...]:
    kept = [incident for incident in incidents if incident.end > moment(first, "00:00")]
    return tuple(sorted(kept, key=lambda incident: (incident.start, incident.id)))


def _scripted(calendar: Calendar, first: dt.date, until: dt.date) -> list[Incident]:
    days = calendar.working_days(until - dt.timedelta(days=SPAN_DAYS - 1), until)[::-1]
    planned = [
        _incident(
            name,
            subsystem,
            kind,
            subject,
            moment(days[back] - dt.timedelta(days=BEGUN.get(kind, 0)), begin),
            _end(kind, days[back], end, until),
            severity,
            text,
        )
        for name, subsystem, kind, subject, back, begin, end, severity, text in PLAN
        if back < len(days)
    ]
    planned += [
        _incident(
            "bill-unicom",
            "sms",
            "bill_difference",
            "unicom",
            moment(month.first, "00:00"),
            moment(month.last, "24:00"),
            "异常",
            "中国联通账单条数比平台统计多约1.8%，超过0.5%的核对界限。",
        )
        for month in billed_months(first, until)[-1:]
    ]
    return planned


def _incident(
    name: str,
    subsystem: str,
    kind: str,
    subject: str,
    start: dt.datetime,
    end: dt.datetime,
    severity: str,
    text: str,
) -> Incident:
    lasted = duration(start, end, MEASURES[kind])
    size = SIZES.get(kind, 1.0) if lasted is None else lasted
    return Incident(name, subsystem, kind, subject, start, end, severity, text, size)


def _end(kind: str, day: dt.date, clock: str, until: dt.date) -> dt.datetime:
    """When an incident of ``day`` ends: on that day, some days later, or with the estate."""
    days = LASTING.get(kind, 0)
    last = until if days is None else min(day + dt.timedelta(days=days), until)
    return moment(last, "24:00" if days is None else clock)
