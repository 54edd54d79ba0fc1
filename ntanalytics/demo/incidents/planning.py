"""Incidents and benign events of an estate: the script for the default seed, a drawn one for any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ntanalytics.demo.incidents.default_script import DEFAULT_SEED, default_script
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.incidents.random.script import random_script
from ntanalytics.demo.local_time import midnight
from ntanalytics.periods import Calendar


def plan_incidents(
    calendar: Calendar, first: dt.date, until: dt.date, *, seed: int = DEFAULT_SEED
) -> tuple[Incident, ...]:
    """Return the incidents of an estate from ``first`` to ``until``, both included, in order of their start.

    All of them lie within the last ``SPAN_DAYS``, and those that ended before ``first`` are left out. One that began
    earlier and goes on keeps its start, so that a shorter estate has the same days.

    Raises:
        CalendarMissing: there is no working-day calendar for one of the days.
    """
    if seed == DEFAULT_SEED:
        return _not_over(default_script(calendar, first, until), first)
    return _not_over(random_script(calendar, first, until, seed)[0], first)


def benign_events(
    calendar: Calendar, first: dt.date, until: dt.date, *, seed: int = DEFAULT_SEED
) -> tuple[Incident, ...]:
    """Return the events that look like incidents and are none, in order of start; the default seed has no such event.

    Raises:
        CalendarMissing: there is no working-day calendar for one of the days.
    """
    return () if seed == DEFAULT_SEED else _not_over(random_script(calendar, first, until, seed)[1], first)


def _not_over(incidents: Sequence[Incident], first: dt.date) -> tuple[Incident, ...]:
    lasting = [incident for incident in incidents if incident.end > midnight(first)]
    return tuple(sorted(lasting, key=lambda incident: (incident.start, incident.id)))
