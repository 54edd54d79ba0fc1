"""Tickets of the service desk: ordinary ones, and those of outages, onboarding, mailings and overdue work."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import numpy as np

from ntanalytics.demo.incidents.kinds import INCIDENT_KINDS
from ntanalytics.demo.local_time import wall_clock
from ntanalytics.demo.population.applications import APPLICATIONS
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.people import ONBOARDED
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.desk_workbook.cells import Row, cell_time, with_ids

_STREAM = 9
_TICKETS_PER_DAY = 7.5

#: Category → share of tickets, hours until due.
_CATEGORIES = {
    "account": (0.31, 8),
    "consulting": (0.29, 8),
    "fault": (0.16, 4),
    "onboarding": (0.06, 120),
    "change": (0.07, 240),
    "training": (0.03, 240),
    "inspection": (0.02, 24),
    "other": (0.06, 48),
}
#: Subsystem and its share of tickets.
_SUBSYSTEMS = (
    ("identity", 0.17),
    ("sso", 0.07),
    ("docexchange", 0.2),
    ("oa", 0.28),
    ("im", 0.06),
    ("sms", 0.07),
    ("ca", 0.08),
    ("seal", 0.05),
    ("infra", 0.02),
)
#: Share of tickets that are closed late, and part of the time until due that the others take at most.
_CLOSED_LATE, _MOST_OF_TIME = 0.02, 0.94
#: Tickets open past their time on the last working day: working days since the opening, category, subsystem. There are
#: as many as the incident's size. The first one was due on the last working day but one, the others on their own day.
OVERDUE = (
    (8, "onboarding", "docexchange"),
    (5, "fault", "oa"),
    (3, "account", "identity"),
    (4, "consulting", "seal"),
    (4, "fault", "im"),
    (3, "fault", "docexchange"),
    (2, "account", "ca"),
    (2, "consulting", "oa"),
)
_NOTICED = tuple(kind.id for kind in INCIDENT_KINDS.values() if kind.has_ticket)
#: Steps by which a unit joins the document exchange (docs/domain.md, O6): category, subsystem, days later, hours.
_ONBOARDING = (
    ("account", "identity", 0, 3),
    ("account", "docexchange", 1, 3),
    ("onboarding", "seal", 2, 30),
    ("training", "docexchange", 4, 6),
)


#: opened, category, subsystem, unit, responded, due, closed
_Ticket: TypeAlias = tuple[dt.datetime, str, str, str | None, dt.datetime | None, dt.datetime, dt.datetime | None]


def tickets(city: City) -> list[Row]:
    """Return the rows of ``desk.tickets``, without what happens after the estate's end."""
    now = cell_time(city.until + dt.timedelta(days=1), 0)
    drawn = [ticket for day in city.days for ticket in _ordinary(city, day, now)]
    drawn += _outages(city) + _onboarding(city) + _overdue(city) + _mailings(city)
    rows = [
        (opened, category, subsystem, unit, _past(responded, now), due, _past(closed, now))
        for opened, category, subsystem, unit, responded, due, closed in drawn
        if opened < now
    ]
    return with_ids("GD", sorted(rows, key=lambda row: row[0]))


def _past(time: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    return time if time is not None and time < now else None


def _outages(city: City) -> list[_Ticket]:
    drawn: list[_Ticket] = []
    for incident in city.incidents_of(*_NOTICED):
        if not incident.is_faint:
            opened = wall_clock(incident.start) + dt.timedelta(minutes=8)
            responded, due = opened + dt.timedelta(minutes=4), opened + dt.timedelta(hours=4)
            closed = wall_clock(incident.end) + dt.timedelta(minutes=15)
            drawn.append((opened, "fault", incident.subsystem, None, responded, due, closed))
    return drawn


def _onboarding(city: City) -> list[_Ticket]:
    drawn: list[_Ticket] = []
    for unit, back in ONBOARDED.items():
        for number, (category, subsystem, later, hours) in enumerate(_ONBOARDING):
            day = city.working_day(back - later)
            if city.working_day(back) is None or day is None:
                continue
            opened = cell_time(day, 9 * 60 + 20 + 7 * number)
            responded, due = opened + dt.timedelta(minutes=6), opened + dt.timedelta(hours=hours + 4)
            closed = opened + dt.timedelta(hours=hours * 0.8)
            drawn.append((opened, category, subsystem, unit, responded, due, closed))
    return drawn


def _overdue(city: City) -> list[_Ticket]:
    drawn: list[_Ticket] = []
    second_last = city.working_day(2)
    for incident in city.incidents_of("tickets_overdue"):
        for number, (back, category, subsystem) in enumerate(OVERDUE[: int(incident.size)]):
            day = city.working_day(back)
            if day is None or second_last is None:
                continue
            opened = cell_time(day, 605 + 41 * number)
            is_long = category == "onboarding"
            due = cell_time(second_last, 17 * 60) if is_long else opened + dt.timedelta(hours=8)
            unit, responded = UNITS[20 + 31 * number], opened + dt.timedelta(minutes=12)
            drawn.append((opened, category, subsystem, unit, responded, due, None))
    return drawn


def _mailings(city: City) -> list[_Ticket]:
    """Return the announcements of mailings, some days before each."""
    drawn: list[_Ticket] = []
    for mailing in city.incidents_of("announced_mailing"):
        end = wall_clock(mailing.end)
        opened = wall_clock(mailing.start).replace(hour=9, minute=40) - dt.timedelta(days=3)
        unit = next(item.units[0] for item in APPLICATIONS if item.number == mailing.subject)
        responded, due = opened + dt.timedelta(minutes=15), end + dt.timedelta(days=2)
        drawn.append((opened, "change", "sms", unit, responded, due, end))
    return drawn


def _ordinary(city: City, day: dt.date, now: dt.datetime) -> list[_Ticket]:
    """Return the ordinary tickets of a day; none of them is open past its time at the estate's end."""
    rng = city.rng(_STREAM, day)
    count = int(rng.poisson(_TICKETS_PER_DAY * city.seasonality.factor(day, Audience.OFFICE)))
    categories = list(_CATEGORIES)
    shares = np.array([share for share, _ in _CATEGORIES.values()])
    systems = np.array([share for _, share in _SUBSYSTEMS])
    drawn: list[_Ticket] = []
    for at_ms in city.seasonality.moments(rng, day, Audience.OFFICE, count).tolist():
        opened = cell_time(day, at_ms // 60_000)
        category = categories[int(rng.choice(len(categories), p=shares / shares.sum()))]
        due = opened + dt.timedelta(hours=_CATEGORIES[category][1])
        responded = opened + dt.timedelta(minutes=int(rng.lognormal(2.2, 0.7)) + 1)
        part = min(float(rng.lognormal(-1.1, 0.6)), _MOST_OF_TIME)
        if rng.random() < _CLOSED_LATE:
            part = float(rng.uniform(1.05, 1.6))
        closed = opened + dt.timedelta(minutes=int((due - opened).total_seconds() / 60 * part) + 2)
        if closed > now and due <= now:
            closed = due - dt.timedelta(minutes=5)
        place = int(rng.choice(len(_SUBSYSTEMS), p=systems / systems.sum()))
        subsystem, unit = _SUBSYSTEMS[place][0], UNITS[int(rng.integers(len(UNITS)))]
        drawn.append((opened, category, subsystem, unit, responded, due, max(closed, responded)))
    return drawn
