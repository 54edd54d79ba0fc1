"""Further columns of tickets, incidents and changes, from random streams of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, cast

from ntanalytics.demo.arrays import Rng
from ntanalytics.demo.local_time import wall_clock
from ntanalytics.demo.population.applications import APPLICATIONS
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.desk_workbook.cells import Row, cell_time, with_ids

_TICKETS, _INCIDENTS, _CHANGES, _CANCELLED = 9001, 9002, 9003, 9004

#: A choice among words with their shares.
_Choice: TypeAlias = dict[str, float]

_CLASSES = {"fault": "urgent", "account": "ordinary", "consulting": "ordinary"}
_CAUSES: dict[str, _Choice] = {
    "fault": {"defect": 0.3, "terminal": 0.3, "network": 0.15, "data": 0.15, "hardware": 0.05, "third_party": 0.05},
    "account": {"account": 0.9, "usage": 0.1},
    "consulting": {"usage": 0.8, "terminal": 0.2},
    "onboarding": {"request": 1.0},
    "change": {"request": 1.0},
    "training": {"request": 1.0},
}
_OTHER_CAUSE: _Choice = {"other": 1.0}
_RESULTS: _Choice = {"solved": 0.93, "workaround": 0.04, "unsolved": 0.01, "cancelled": 0.01, "duplicate": 0.01}
_MARKS: _Choice = {"5": 0.7, "4": 0.22, "3": 0.06, "2": 0.015, "1": 0.005}
#: Shares of closed tickets that were opened again, and that have a mark.
_REOPENED, _MARKED = 0.03, 0.45
#: Time from the begin of an outage to its ticket (``tickets``).
_NOTICED_AFTER = dt.timedelta(minutes=8)

_DISCOVERIES: _Choice = {"monitoring": 0.6, "user": 0.3, "inspection": 0.1}
#: Downtime from which the crash of a subsystem is of the second level, and whom it is reported to.
_LARGER, _AUTHORITY = dt.timedelta(hours=4), "市大数据管理中心"

#: Department of the buyer that confirms.
CONFIRMED_BY = "应用推进科"
_CHANGE_RESULTS: _Choice = {"success": 0.93, "failed": 0.04, "rolled_back": 0.03}
_NAMES = {application.number: application.name for application in APPLICATIONS}
_SERVERS = {"oa": "oa-app-1", "docexchange": "exchange-app-1", "identity": "identity-app-1", "sms": "sms-app-1"}
_APPLICATIONS = {"workflow": "公文管理", "feature": "协同办公门户"}
#: Kinds of changes that are no work on a host alone: maintenance stops the whole subsystem.
_WITHOUT_HOST = ("workflow", "maintenance", "mailing")
#: Share of working days on which a planned change was cancelled.
_CANCELLED_SHARE = 0.02
#: Changes that are still to come: days after the last one, subsystem, kind, and days before it of the confirmation.
_TO_COME = ((2, "oa", "fix", 3), (4, "docexchange", "maintenance", 2), (9, "identity", "upgrade", None))


def _draw(rng: Rng, shares: _Choice) -> str:
    words = list(shares)
    return words[int(rng.choice(len(words), p=list(shares.values())))]


def ticket_details(city: City, tickets: Iterable[Row], incidents: Iterable[Row]) -> list[Row]:
    """Return the tickets with class of deadline, cause, result, reopenings, mark and incident.

    Args:
        city: the city.
        tickets: rows of ``tickets.tickets``, in order of their opening.
        incidents: rows of ``systems.outages``.
    """
    noticed = {
        (began, subsystem): number for number, began, subsystem, *_ in incidents if isinstance(began, dt.datetime)
    }
    detailed: list[Row] = []
    rng, drawn_on = city.rng(_TICKETS), dt.date.min
    for row in tickets:
        _, time, category, subsystem, *_, closed = row
        opened = cast("dt.datetime", time)
        if opened.date() != drawn_on:
            drawn_on = opened.date()
            rng = city.rng(_TICKETS, drawn_on)
        cause = _draw(rng, _CAUSES.get(str(category), _OTHER_CAUSE))
        result, mark = _draw(rng, _RESULTS), int(_draw(rng, _MARKS))
        is_reopened, is_marked = rng.random(2) < (_REOPENED, _MARKED)
        incident = noticed.get((opened - _NOTICED_AFTER, subsystem)) if category == "fault" else None
        ended = (result, int(is_reopened), mark if is_marked else None) if closed is not None else (None, 0, None)
        detailed.append((*row, _CLASSES.get(str(category), "agreed"), cause, *ended, incident))
    return detailed


def incident_details(city: City, incidents: Iterable[Row]) -> list[Row]:
    """Return the incidents with level, discovery, report and effect; each that must be reported was, within an hour."""
    detailed: list[Row] = []
    for row in incidents:
        is_crash, began, restored = row[4], cast("dt.datetime", row[1]), cast("dt.datetime", row[6])
        rng = city.rng(_INCIDENTS, began.date())
        is_larger = bool(is_crash) and restored - began >= _LARGER
        discovered = began + dt.timedelta(minutes=int(rng.integers(2, 5)))
        reported = discovered + dt.timedelta(minutes=int(rng.integers(25, 50)))
        report = (reported, _AUTHORITY) if is_larger else (None, None)
        level = "larger" if is_larger else "ordinary"
        detailed.append((*row, level, discovered, _draw(rng, _DISCOVERIES), *report, is_larger))
    return detailed


def change_details(city: City, changes: Sequence[Row]) -> list[Row]:
    """Return the changes with registration, scope, confirming department, start and result.

    Some that were cancelled and some that are still to come follow, with numbers of their own.
    """
    mailings = {wall_clock(item.start): _NAMES[item.subject] for item in city.incidents_of("announced_mailing")}
    detailed = [_detailed(city, row, mailings) for row in changes]
    return [*detailed, *with_ids("BJ", [*_cancelled(city), *_to_come(city)])]


def _detailed(city: City, row: Row, mailings: Mapping[dt.datetime, str]) -> Row:
    number, time, subsystem, kind, unit, confirmed, finished = row
    planned = cast("dt.datetime", time)
    until = max(planned + dt.timedelta(hours=2), cast("dt.datetime", finished or planned))
    application = mailings.get(planned) if kind == "mailing" else _APPLICATIONS.get(str(kind))
    host = None if kind in _WITHOUT_HOST else _SERVERS.get(str(subsystem))
    rng = city.rng(_CHANGES, planned.date())
    known = confirmed if isinstance(confirmed, dt.datetime) else planned
    noted = cell_time(known.date() - dt.timedelta(days=int(rng.integers(1, 4))), int(rng.integers(540, 1020)))
    result = _draw(rng, _CHANGE_RESULTS) if kind in ("fix", "feature") else "success"
    return (
        number,
        noted,
        planned,
        until,
        subsystem,
        application,
        host,
        kind,
        unit,
        confirmed,
        CONFIRMED_BY if confirmed is not None else None,
        planned + dt.timedelta(minutes=int(rng.integers(0, 10))),
        finished,
        result,
    )


#: A change without its number, from its planned time on.
_Change: TypeAlias = tuple[dt.datetime, *tuple[dt.date | str | float | bool | None, ...]]


def _cancelled(city: City) -> list[_Change]:
    rows: list[_Change] = []
    for day in city.working_days():
        rng = city.rng(_CANCELLED, day)
        if rng.random() < _CANCELLED_SHARE:
            planned = cell_time(day, 19 * 60)
            noted, cancelled = planned - dt.timedelta(days=4), cell_time(day, int(rng.integers(540, 1020)))
            confirmed = cell_time(day - dt.timedelta(days=2), 15 * 60)
            until = planned + dt.timedelta(hours=2)
            scope = ("docexchange", None, _SERVERS["docexchange"], "upgrade", None)
            rows.append((noted, planned, until, *scope, confirmed, CONFIRMED_BY, None, cancelled, "cancelled"))
    return rows


def _to_come(city: City) -> list[_Change]:
    rows: list[_Change] = []
    for later, subsystem, kind, before in _TO_COME:
        planned = cell_time(city.until + dt.timedelta(days=later), 18 * 60 + 30)
        noted = cell_time(city.until - dt.timedelta(days=4), 10 * 60)
        confirmed = None if before is None else cell_time(city.until - dt.timedelta(days=before), 15 * 60)
        confirmer = None if confirmed is None else CONFIRMED_BY
        scope = (subsystem, None, _SERVERS[subsystem], kind, None)
        rows.append((noted, planned, planned + dt.timedelta(hours=2), *scope, confirmed, confirmer, None, None, None))
    return rows
