"""The service desk's tickets: ordinary ones, those of outages and of units that come to the platform, late ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from ntanalytics.demo.population.city import ONBOARDED, City
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.population.units import APPLICATIONS, UNITS

_STREAM = 9
_TICKETS_PER_DAY = 7.5

# Category: share of tickets, hours until due.
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
_SUBSYSTEMS = {
    "identity": 0.17,
    "sso": 0.07,
    "docexchange": 0.2,
    "oa": 0.28,
    "im": 0.06,
    "sms": 0.07,
    "ca": 0.08,
    "seal": 0.05,
    "infra": 0.02,
}
#: Share of tickets that are closed, but after they were due.
_CLOSED_LATE = 0.02
#: Tickets still open past their time on the last working day: working days ago opened, category, subsystem. As many of
#: them as the incident is large; the first is due on the last working day but one, the others on the day they are of.
OVERDUE = (
    (8, "onboarding", "docexchange"), (5, "fault", "oa"), (3, "account", "identity"), (4, "consulting", "seal"),
    (4, "fault", "im"), (3, "fault", "docexchange"), (2, "account", "ca"), (2, "consulting", "oa"),
)  # fmt: skip
#: What has a ticket of its own: the planted incidents that users, or the desk itself, notice at once.
_NOTICED = (
    "carrier_outage", "report_backlog", "error_burst", "slow_responses", "service_down", "login_outage", "edition_down",
    "messages_stopped", "method_failing", "certificates_refused", "signing_failures", "calls_failing",
)  # fmt: skip
#: The steps by which a unit comes to the exchange of documents: account, permission, seal, training
#: (docs/domain.md, O6).
_STEPS = (
    ("account", "identity", 0, 3),
    ("account", "docexchange", 1, 3),
    ("onboarding", "seal", 2, 30),
    ("training", "docexchange", 4, 6),
)

#: opened, category, subsystem, unit, responded, due, closed
Draft = tuple[dt.datetime, str, str, str | None, dt.datetime | None, dt.datetime, dt.datetime | None]


def tickets(city: City) -> list[tuple[Any, ...]]:
    """The rows of ``desk.tickets``; what happens after the estate's end is not there yet."""
    now = local(city.until + dt.timedelta(days=1), 0)
    drafts = [draft for day in city.days for draft in _drawn(city, day, now)]
    drafts += _noticed(city) + _onboarding(city) + _overdue(city) + _mailings(city)
    drafts = [
        (opened, category, subsystem, unit, _past(responded, now), due, _past(closed, now))
        for opened, category, subsystem, unit, responded, due, closed in drafts
        if opened < now
    ]
    drafts.sort(key=lambda draft: draft[0])
    return numbered("GD", drafts)


def numbered(head: str, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows with a number before their first cell, which is a time: the head, its day and a count within the day."""
    found, counts = [], dict[dt.date, int]()
    for row in rows:
        day = row[0].date()
        counts[day] = counts.get(day, 0) + 1
        found.append((f"{head}{day:%Y%m%d}-{counts[day]:03d}", *row))
    return found


def local(day: dt.date, minutes: int) -> dt.datetime:
    """The naive local time of a cell: Excel knows no zones."""
    return dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)


def _past(moment: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    return moment if moment is not None and moment < now else None


def _noticed(city: City) -> list[Draft]:
    found: list[Draft] = []
    for incident in city.planted(*_NOTICED):
        if incident.is_faint:
            continue
        begin, end = (moment.replace(tzinfo=None) for moment in (incident.start, incident.end))
        opened = begin + dt.timedelta(minutes=8)
        due, closed = opened + dt.timedelta(hours=4), end + dt.timedelta(minutes=15)
        found.append((opened, "fault", incident.subsystem, None, opened + dt.timedelta(minutes=4), due, closed))
    return found


def _onboarding(city: City) -> list[Draft]:
    found: list[Draft] = []
    for unit, back in ONBOARDED.items():
        for number, (category, subsystem, later, hours) in enumerate(_STEPS):
            day = city.working_day(back - later)
            if city.working_day(back) is None or day is None:
                continue
            opened = local(day, 9 * 60 + 20 + 7 * number)
            closed = opened + dt.timedelta(hours=hours * 0.8)
            responded = opened + dt.timedelta(minutes=6)
            found.append((opened, category, subsystem, unit, responded, opened + dt.timedelta(hours=hours + 4), closed))
    return found


def _overdue(city: City) -> list[Draft]:
    found: list[Draft] = []
    for incident in city.planted("tickets_overdue"):
        for number, (back, category, subsystem) in enumerate(OVERDUE[: int(incident.size)]):
            day, second_last = city.working_day(back), city.working_day(2)
            if day is not None and second_last is not None:
                opened = local(day, 605 + 41 * number)
                is_long = category == "onboarding"
                due = local(second_last, 17 * 60) if is_long else opened + dt.timedelta(hours=8)
                unit = UNITS[20 + 31 * number]
                found.append((opened, category, subsystem, unit, opened + dt.timedelta(minutes=12), due, None))
    return found


def _mailings(city: City) -> list[Draft]:
    """Who will send much announces it some days before."""
    found: list[Draft] = []
    for mailing in city.planted("announced_mailing"):
        begin, end = (moment.replace(tzinfo=None) for moment in (mailing.start, mailing.end))
        opened = begin.replace(hour=9, minute=40) - dt.timedelta(days=3)
        unit = next(each.units[0] for each in APPLICATIONS if each.number == mailing.subject)
        found.append(
            (opened, "change", "sms", unit, opened + dt.timedelta(minutes=15), end + dt.timedelta(days=2), end)
        )
    return found


def _drawn(city: City, day: dt.date, now: dt.datetime) -> list[Draft]:
    """The ordinary tickets of one day."""
    rng = city.rng(_STREAM, day)
    count = int(rng.poisson(_TICKETS_PER_DAY * city.rhythm.factor(day, Audience.OFFICE)))
    categories, subsystems = list(_CATEGORIES), list(_SUBSYSTEMS)
    shares = np.array([share for share, _ in _CATEGORIES.values()])
    systems = np.array(list(_SUBSYSTEMS.values()))
    found: list[Draft] = []
    for moment in city.rhythm.moments(rng, day, Audience.OFFICE, count).tolist():
        opened = local(day, moment // 60_000)
        category = categories[int(rng.choice(len(categories), p=shares / shares.sum()))]
        due = opened + dt.timedelta(hours=_CATEGORIES[category][1])
        responded = opened + dt.timedelta(minutes=int(rng.lognormal(2.2, 0.7)) + 1)
        part = min(float(rng.lognormal(-1.1, 0.6)), 0.94)
        if rng.random() < _CLOSED_LATE:
            part = float(rng.uniform(1.05, 1.6))
        closed = opened + dt.timedelta(minutes=int((due - opened).total_seconds() / 60 * part) + 2)
        if closed > now and due <= now:
            closed = due - dt.timedelta(minutes=5)  # none but the planted ones are overdue and open
        closed = max(closed, responded)
        subsystem = subsystems[int(rng.choice(len(subsystems), p=systems / systems.sum()))]
        unit = UNITS[int(rng.integers(len(UNITS)))]
        found.append((opened, category, subsystem, unit, responded, due, closed))
    return found
