"""Draw of the script of a seed: its incidents, their subjects, times and sizes.

A script has one or two incidents of each kind, none in the first week, and no two that hide one another. About one in
six is hardly visible.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np

from ntanalytics.demo.arrays import Rng
from ntanalytics.demo.incidents.incident import SHAPES, SPAN_DAYS, Incident
from ntanalytics.demo.incidents.incident_kind import IncidentKind
from ntanalytics.demo.incidents.kinds import BENIGN_DRAWS, BENIGN_KINDS, INCIDENT_KINDS
from ntanalytics.demo.incidents.random.build import Span, build, draw_size
from ntanalytics.demo.incidents.random.dated import dated_incidents
from ntanalytics.demo.incidents.random.reservations import Reservations
from ntanalytics.demo.local_time import midnight, moment
from ntanalytics.demo.population.people import large_units
from ntanalytics.demo.population.units import UNITS
from ntanalytics.periods import Calendar, days_between

_STREAM = 201
#: Days of the span without any incident.
_FIRST_WEEK = 7
#: Fewest and most kinds with two incidents, and the share of hardly visible incidents.
_DOUBLED, _FAINT = (8, 16), 1 / 6
#: Shares of the shapes in the order of ``SHAPES``.
_SHARES = (0.5, 0.25, 0.25)
#: Smallest share of working days in an incident that lasts for days.
_WORKED = 0.5


def random_script(
    calendar: Calendar, first: dt.date, until: dt.date, seed: int
) -> tuple[tuple[Incident, ...], tuple[Incident, ...]]:
    """Return the incidents and the benign events of the last ``SPAN_DAYS`` until ``until``, in order of start.

    Args:
        calendar: working days.
        first: first day of the estate; the peaks of months' ends begin with it.
        until: last day of the estate.
        seed: seed of the draw.
    """
    rng = np.random.default_rng([seed, _STREAM])
    draw = _Draw(calendar, until, seed)
    kinds = [kind for kind in INCIDENT_KINDS.values() if not kind.is_dated]
    repeatable = [number for number, kind in enumerate(kinds) if kind.per_estate[1] > 1]
    doubled = rng.choice(repeatable, int(rng.integers(_DOUBLED[0], _DOUBLED[1] + 1)), replace=False).tolist()
    entries = [(kind, copy) for number, kind in enumerate(kinds) for copy in range(1 + (number in doubled))]
    maybe_faint = [number for number, (kind, _) in enumerate(entries) if kind.faint_sizes]
    incidents = dated_incidents(np.random.default_rng([seed, _STREAM + 1]), calendar, first, until)
    faint = rng.choice(maybe_faint, round((len(entries) + len(incidents)) * _FAINT), replace=False).tolist()
    for incident in incidents:
        draw.reservations.add(incident)
    for number, (kind, copy) in enumerate(entries):
        incidents += draw.incident(kind, copy + 1, is_faint=number in faint)
    events = list[Incident]()
    for kind in BENIGN_DRAWS:
        for _ in range(int(rng.integers(kind.per_estate[0], kind.per_estate[1] + 1))):
            copy = sum(event.kind == kind.id for event in events) + 1
            events += draw.incident(kind, copy, severity="无")
    return _in_order(incidents), _in_order([*events, *_month_ends(calendar, first, until, seed)])


def _in_order(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    return tuple(sorted(incidents, key=lambda incident: (incident.start, incident.id)))


class _Draw:
    """Draw of one incident after the other, each on a day where no other incident hides it."""

    def __init__(self, calendar: Calendar, until: dt.date, seed: int) -> None:
        self._calendar, self._until, self._seed = calendar, until, seed
        self._days = days_between(until - dt.timedelta(days=SPAN_DAYS - 1 - _FIRST_WEEK), until)
        self._large_units = large_units(seed)
        self.reservations = Reservations()

    def incident(
        self, kind: IncidentKind, number: int, *, is_faint: bool = False, severity: str = ""
    ) -> list[Incident]:
        """Return one incident of a kind, on the first suitable day of a random order; none where no day is suitable."""
        name = f"{kind.id.replace('_', '-')}-{number}"
        rng = np.random.default_rng([self._seed, _STREAM, *name.encode()])
        size = draw_size(rng, (is_faint and kind.faint_sizes) or kind.sizes, kind.digits)
        # pauses would hide what is hardly visible
        shape = str(rng.choice(SHAPES, p=_SHARES)) if kind.is_shaped and not is_faint else "sharp"
        subjects = self._large_units if kind.subjects is UNITS else kind.subjects
        for place in rng.permutation(len(self._days)).tolist():
            subject = subjects[int(rng.integers(len(subjects)))]
            span = _draw_span(rng, kind, self._days[place], size, is_faint=is_faint)
            if self._suits(kind, span):
                incident = build(kind, name, subject, span, size, shape, severity=severity)
                if self.reservations.has_room_for(incident):
                    self.reservations.add(incident)
                    return [incident]
        return []

    def _suits(self, kind: IncidentKind, span: Span) -> bool:
        """Return whether a span lies within the estate, on days of the kind's type."""
        first, last = span[0].date(), (span[1] - dt.timedelta(seconds=1)).date()
        if last > self._until:
            return False
        if kind.day_type != "any" and self._calendar.is_working_day(first) != (kind.day_type == "work"):
            return False
        days = days_between(first, last)
        if kind.id == "backup_missing":  # the week's differential backups need the full one of Sunday
            return all(day.weekday() < 6 for day in days)
        is_mostly_worked = len(self._calendar.working_days(first, last)) >= len(days) * _WORKED
        return kind.day_type != "work" or is_mostly_worked


def _draw_span(rng: Rng, kind: IncidentKind, day: dt.date, size: float, *, is_faint: bool) -> Span:
    """Return the start and the end of an incident that begins on a day."""
    days = int(size) if kind.measure == "days" else 0
    if kind.days:
        days = int(rng.integers(kind.days[0], kind.days[1] + 1))
    if days:
        return midnight(day), midnight(day + dt.timedelta(days=days))
    step = kind.step_minutes
    clocks = (is_faint and kind.faint_starts) or kind.starts
    earliest, latest = ((moment(day, clock) - midnight(day)).seconds // 60 for clock in clocks)
    begin = int(rng.integers(earliest // step, latest // step + 1)) * step
    bounds = (is_faint and kind.faint_hours) or kind.hours
    hours = size if bounds is None else float(rng.uniform(*bounds))
    start = midnight(day) + dt.timedelta(minutes=begin)
    return start, start + dt.timedelta(minutes=max(round(hours * 60 / step), 1) * step)


def _month_ends(calendar: Calendar, first: dt.date, until: dt.date, seed: int) -> list[Incident]:
    """Return the peaks of the months' ends within an estate; the month alone decides the size."""
    kind, peaks = BENIGN_KINDS["month_end_peak"], []
    for month in sorted({day.replace(day=1) for day in days_between(first, until)}):
        following = (month + dt.timedelta(days=31)).replace(day=1)
        begin, end = calendar.working_days(month, following - dt.timedelta(days=1))[-2:]
        size = draw_size(np.random.default_rng([seed, _STREAM + 2, month.toordinal()]), kind.sizes, kind.digits)
        if first <= end and begin <= until:
            span = (midnight(begin), moment(end, "24:00"))
            peaks += [
                build(kind, f"month-end-{month:%Y-%m}-{subject}", subject, span, size, severity="无")
                for subject in kind.subjects
            ]
    return peaks
