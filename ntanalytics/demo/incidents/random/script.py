"""The script of a city whose seed is not the default one: what goes wrong, where, when and how badly, from the seed.

One or two of each kind, none in the first week, and no two that would hide one another. About one in six is barely
visible. The severity follows from the size: 异常 from ``IncidentKind.bad`` on, 关注 below it and where there is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from ntanalytics.demo.incidents.default_script import MEASURES
from ntanalytics.demo.incidents.incident import SHAPES, SPAN_DAYS, Incident, duration, moment
from ntanalytics.demo.incidents.random.dated import dated_incidents
from ntanalytics.demo.incidents.random.kinds import CHOICES, HARMLESS_CHOICES, SUBSYSTEM_OF_SERVICE, IncidentKind
from ntanalytics.demo.incidents.random.reservations import FreeDays
from ntanalytics.demo.incidents.random.sentence import sentence
from ntanalytics.demo.population.unit_sizes import large_units
from ntanalytics.demo.population.units import UNITS
from ntanalytics.periods import Calendar, days_between

_STREAM = 201
#: Days of the span on which nothing goes wrong.
_FIRST_WEEK = 7
#: How many kinds there are two of, at least and at most, and the share of all that is barely visible.
_DOUBLED, _FAINT = (8, 16), 1 / 6
#: Shares of the shapes in the order of ``SHAPES``.
_SHARES = (0.5, 0.25, 0.25)
#: Share of the days of one that lasts for days which are worked.
_WORKED = 0.5


def random_script(
    calendar: Calendar, first: dt.date, until: dt.date, seed: int
) -> tuple[tuple[Incident, ...], tuple[Incident, ...]]:
    """What goes wrong in the last ``SPAN_DAYS`` until ``until``, and what only looks like it.

    Args:
        calendar: the working days.
        first: the estate's first day, from which on the months' ends have their peaks.
        until: its last day.
        seed: from which all of it is drawn.
    """
    rng = np.random.default_rng([seed, _STREAM])
    script = _Script(calendar, until, seed)
    able = [number for number, choice in enumerate(CHOICES) if not choice.is_single]
    doubled = rng.choice(able, int(rng.integers(_DOUBLED[0], _DOUBLED[1] + 1)), replace=False).tolist()
    entries = [(choice, turn) for number, choice in enumerate(CHOICES) for turn in range(1 + (number in doubled))]
    may_be_faint = [number for number, (choice, _) in enumerate(entries) if choice.faint]
    bound = dated_incidents(np.random.default_rng([seed, _STREAM + 1]), calendar, first, until)
    faint = set(rng.choice(may_be_faint, round((len(entries) + len(bound)) * _FAINT), replace=False).tolist())
    incidents = list(bound)
    for incident in bound:
        script.places.take(incident)
    for number, (choice, turn) in enumerate(entries):
        made = script.draw(choice, f"{choice.kind.replace('_', '-')}-{turn + 1}", is_faint=number in faint)
        incidents += [made] if made else []
    harmless = list[Incident]()
    for min_count, most, choice in HARMLESS_CHOICES:
        for _ in range(int(rng.integers(min_count, most + 1))):
            turn = sum(each.kind == choice.kind for each in harmless) + 1
            made = script.draw(choice, f"{choice.kind.replace('_', '-')}-{turn}", severity="无")
            harmless += [made] if made else []
    harmless += _month_ends(calendar, first, until, seed)
    return _in_order(incidents), _in_order(harmless)


def _in_order(incidents: Sequence[Incident]) -> tuple[Incident, ...]:
    return tuple(sorted(incidents, key=lambda incident: (incident.start, incident.id)))


class _Script:
    """Draws one after the other, each where nothing is that would hide it."""

    def __init__(self, calendar: Calendar, until: dt.date, seed: int) -> None:
        self._calendar, self._until, self._seed = calendar, until, seed
        self._days = days_between(until - dt.timedelta(days=SPAN_DAYS - 1 - _FIRST_WEEK), until)
        self._large = large_units(seed)
        self.places = FreeDays()

    def draw(self, choice: IncidentKind, name: str, *, is_faint: bool = False, severity: str = "") -> Incident | None:
        """One of a kind on the first day that suits it, in an order of its own; None where no day does."""
        rng = np.random.default_rng([self._seed, _STREAM, *name.encode()])
        size = _drawn(rng, choice.faint if is_faint and choice.faint else choice.sizes, choice.digits)
        # one that is barely visible would not be with pauses
        shape = str(rng.choice(SHAPES, p=_SHARES)) if choice.is_shaped and not is_faint else "sharp"
        grade = severity or ("异常" if choice.critical is not None and size >= choice.critical else "关注")
        subjects = self._large if choice.subjects is UNITS else choice.subjects
        order = rng.permutation(len(self._days)).tolist()
        for day in (self._days[number] for number in order):
            subject = subjects[int(rng.integers(len(subjects)))]
            start, end = _times(rng, choice, day, size, is_faint=is_faint)
            if not self._suits(choice, start, end):
                continue
            measured = duration(start, end, MEASURES[choice.kind])
            made = Incident(
                name,
                choice.subsystem or SUBSYSTEM_OF_SERVICE.get(subject, subject),
                choice.kind,
                subject,
                start,
                end,
                grade,
                sentence(choice.words, choice.kind, subject, start, end, measured or size, shape),
                measured or size,
                shape,
            )
            if self.places.are_free_for(made):
                self.places.take(made)
                return made
        return None

    def _suits(self, choice: IncidentKind, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether it lies within the estate, on days that suit the kind."""
        last = (end - dt.timedelta(seconds=1)).date()
        if last > self._until:
            return False
        if choice.on != "any" and self._calendar.is_working_day(start.date()) != (choice.on == "work"):
            return False
        days = days_between(start.date(), last)
        if choice.kind == "backup_missing":  # a week's differences need its full backup of Sunday
            return all(day.weekday() < 6 for day in days)
        is_mostly_worked = len(self._calendar.working_days(days[0], last)) >= len(days) * _WORKED
        return choice.on != "work" or is_mostly_worked


def _times(
    rng: np.random.Generator, choice: IncidentKind, day: dt.date, size: float, *, is_faint: bool
) -> tuple[dt.datetime, dt.datetime]:
    """When it begins on a day, and when it ends."""
    measure = MEASURES[choice.kind]
    days = (
        int(size) if measure == "days" else int(rng.integers(choice.days[0], choice.days[1] + 1)) if choice.days else 0
    )
    if days:
        return moment(day, "00:00"), moment(day + dt.timedelta(days=days), "00:00")
    begins = (is_faint and choice.faint_begins) or choice.begins
    earliest, latest = ((moment(day, clock) - moment(day, "00:00")).seconds // 60 for clock in begins)
    begin = int(rng.integers(earliest // choice.step, latest // choice.step + 1)) * choice.step
    hours = (is_faint and choice.faint_hours) or choice.hours
    wanted = size if hours is None else float(rng.uniform(*hours))
    minutes = max(round(wanted * 60 / choice.step), 1) * choice.step
    start = moment(day, "00:00") + dt.timedelta(minutes=begin)
    return start, start + dt.timedelta(minutes=minutes)


def _drawn(rng: np.random.Generator, sizes: tuple[float, float], digits: int) -> float:
    low, high = sizes
    return float(rng.integers(int(low), int(high) + 1)) if digits == 0 else round(float(rng.uniform(low, high)), digits)


def _month_ends(calendar: Calendar, first: dt.date, until: dt.date, seed: int) -> list[Incident]:
    """The peaks of the months' ends that the estate touches, each of a size that its month alone decides."""
    found = []
    for month in sorted({day.replace(day=1) for day in days_between(first, until)}):
        following = (month + dt.timedelta(days=31)).replace(day=1)
        begin, end = calendar.working_days(month, following - dt.timedelta(days=1))[-2:]
        size = round(float(np.random.default_rng([seed, _STREAM + 2, month.toordinal()]).uniform(0.2, 0.4)), 2)
        start, over = moment(begin, "00:00"), moment(end, "24:00")
        if first <= end and begin <= until:
            words = "月末最后两个工作日{name}业务量比平时多约{percent}%。"
            found += [
                Incident(
                    f"month-end-{month:%Y-%m}-{subsystem}",
                    subsystem,
                    "month_end_peak",
                    subsystem,
                    start,
                    over,
                    "无",
                    sentence(words, "month_end_peak", subsystem, start, over, size, "sharp"),
                    size,
                )
                for subsystem in ("docexchange", "oa")
            ]
    return found
