"""Reservations of days: two incidents on one day must not hide one another."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.incidents.kinds import KINDS
from ntanalytics.demo.population.units import UNITS
from ntanalytics.periods import days_between


class Reservations:
    """Names that the incidents so far affect, by day."""

    def __init__(self) -> None:
        self._names: defaultdict[dt.date, set[str]] = defaultdict(set)

    def has_room_for(self, incident: Incident) -> bool:
        """Return whether no other incident affects the same on one of its days."""
        names = _affected(incident)
        return not any(names & self._names[day] for day in _days(incident))

    def add(self, incident: Incident) -> None:
        """Reserve the days of an incident."""
        for day in _days(incident):
            self._names[day] |= _affected(incident)


def _days(incident: Incident) -> list[dt.date]:
    # a backup that comes late must not follow one that is missing
    margin = dt.timedelta(days=incident.kind.startswith("backup_"))
    return days_between(incident.day - margin, (incident.end - dt.timedelta(seconds=1)).date() + margin)


def _affected(incident: Incident) -> set[str]:
    kind, subject = KINDS[incident.kind], incident.subject
    names = {name.format(subsystem=incident.subsystem, subject=subject) for name in kind.affects.split()}
    if kind.is_state:
        return {*names, f"{kind.id} {subject}"}
    # a unit is the same in every subsystem
    return {*names, subject if subject in UNITS else f"{incident.subsystem} {subject}"}
