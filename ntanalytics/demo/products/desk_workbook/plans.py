"""Sheets about the plan and what became of it: plans, trainings, drills, units that joined, reports that were due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.people import ONBOARDED
from ntanalytics.demo.products.desk_workbook.cells import Row, cell_time
from ntanalytics.demo.products.desk_workbook.details import CONFIRMED_BY
from ntanalytics.demo.products.desk_workbook.staff import TOPICS
from ntanalytics.periods import Period, days_between

_STREAM = 9011

#: Months and day of the month from which on a drill is held, kind, and objects in turn with their subsystems.
_DRILLS = (
    (
        (2, 5, 8, 11),
        15,
        "restore_drill",
        (
            ("公文交换数据库", "docexchange"),
            ("协同办公数据库", "oa"),
            ("统一身份认证数据库", "identity"),
            ("短信平台数据库", "sms"),
        ),
    ),
    ((4, 10), 20, "emergency_drill", (("统一门户整体不可用", "sso"), ("公文交换中断", "docexchange"))),
)
#: Days after the estate's last on which further trainings are planned, and weeks of which reports are.
_TO_COME, _WEEKS_TO_COME = (10, 24), 4

_REPORTS = ("sms_volume", "oa_adoption", "optimization_recommendations", "service_quality")
_WEEKLY = "weekly_service_report"
#: Days of the month after it on which a monthly report is delivered, and due.
_DELIVERED, _DUE = 3, 5

#: Months in which a further unit joins, and working days from its ticket to each step and to the end.
_JOINING_MONTHS, _STEPS = (2, 5, 8, 11), (1, 2, 5, 7, 8)


def _noted(city: City, day: dt.date) -> dt.datetime:
    """Return the time at which the plan of a day's year was written down, in the December before it."""
    return cell_time(min(dt.date(day.year - 1, 12, 20), city.until - dt.timedelta(days=7)), 600)


def _plan(city: City, number: str, kind: str, topic: str, day: dt.date) -> Row:
    noted = _noted(city, day)
    return (number, noted, kind, topic, day, noted.date() + dt.timedelta(days=5), CONFIRMED_BY, None)


def training_details(city: City, trainings: Iterable[Row]) -> list[Row]:
    """Return the trainings with kind, plan and confirmation: regular ones fulfil the plan of their day."""
    detailed: list[Row] = []
    regular = {f"{topic}培训" for topic in TOPICS}
    for row in trainings:
        day, topic = cast("dt.date", row[0]), str(row[1])
        signed = day + dt.timedelta(days=int(city.rng(_STREAM, day).integers(0, 3)))
        kind = "onboarding" if topic.endswith("接入培训") else "usage"
        plan = f"PX{day:%Y%m%d}" if topic in regular else None
        detailed.append((*row, kind, plan, signed if signed <= city.until else None))
    return detailed


def drills(city: City) -> list[Row]:
    """Return the rows of ``desk.drills``: restore drills by the quarter, emergency drills by the half-year."""
    rows: list[Row] = []
    for day, kind, topic, subsystem in _drill_days(city):
        rng = city.rng(_STREAM + 1, day)
        length, persons = int(rng.integers(40, 150)), int(rng.integers(3, 9))
        number = f"YL{day:%Y%m%d}"
        signed = day + dt.timedelta(days=2)
        signed_on = signed if signed <= city.until else None
        rows.append((day, kind, topic, subsystem, "success", length, persons, number, signed_on, None))
    return sorted(rows, key=lambda row: str(row[0]))


def _drill_days(city: City) -> Iterator[tuple[dt.date, str, str, str]]:
    worked = city.working_days()
    for months, from_day, kind, objects in _DRILLS:
        for month in sorted({day.replace(day=1) for day in city.days if day.month in months}):
            later = [day for day in worked if day.replace(day=1) == month and day.day >= from_day]
            if later and (month.replace(day=from_day) >= city.days[0]):
                topic, subsystem = objects[(month.year * 12 + month.month) // 3 % len(objects)]
                yield later[0], kind, topic, subsystem


def plans(city: City, trainings: Sequence[Row], held: Sequence[Row]) -> list[Row]:
    """Return the rows of ``desk.plans``: what was held of it, and trainings to come.

    Args:
        city: the city.
        trainings: rows of :func:`training_details`.
        held: rows of :func:`drills`.
    """
    rows: list[Row] = []
    for held_on, topic, *_, number, _signed in trainings:
        if number is not None:
            rows.append(_plan(city, str(number), "training", str(topic), cast("dt.date", held_on)))
    for held_on, kind, topic, *_, number, _signed, _remark in held:
        rows.append(_plan(city, str(number), str(kind), str(topic), cast("dt.date", held_on)))
    for index, later in enumerate(_TO_COME):
        day = city.until + dt.timedelta(days=later)
        rows.append(_plan(city, f"PX{day:%Y%m%d}", "training", f"{TOPICS[index]}培训", day))
    return sorted(rows, key=lambda row: (str(row[4]), str(row[0])))


def report_plan(city: City) -> list[Row]:
    """Return the rows of ``desk.report_plan``: by the week and by the month, delivered in time, and those to come."""
    rows: list[Row] = []
    week = Period.week(city.days[0])
    last = city.until + dt.timedelta(weeks=_WEEKS_TO_COME)
    while week.last <= last:
        if week.first >= city.days[0]:
            due = week.last + dt.timedelta(days=1)
            rows.append(_report(city, _WEEKLY, week, due, due))
        week = Period.week(week.last + dt.timedelta(days=1))
    month = Period.month(city.days[0])
    while month.first <= city.until:
        if month.first >= city.days[0]:
            first = month.last + dt.timedelta(days=1)
            days = first.replace(day=_DUE), first.replace(day=_DELIVERED)
            rows += [_report(city, report, month, *days) for report in _REPORTS]
        month = Period.month(month.last + dt.timedelta(days=1))
    return rows


def _report(city: City, report: str, period: Period, due: dt.date, delivered: dt.date) -> Row:
    return (
        report,
        period.text,
        _noted(city, period.first),
        due,
        CONFIRMED_BY,
        delivered if delivered <= city.until else None,
    )


def onboardings(city: City, tickets: Sequence[Row]) -> list[Row]:
    """Return the rows of ``desk.onboardings``: the units that joined, and one of a ticket in every third month.

    Args:
        city: the city.
        tickets: rows of ``tickets.tickets``.
    """
    joining: dict[str, tuple[str, dt.datetime]] = {}
    months: set[dt.date] = set()
    for number, time, category, subsystem, unit, *_ in tickets:
        opened = cast("dt.datetime", time)
        month = opened.date().replace(day=1)
        if unit in ONBOARDED:
            is_first = (category, subsystem) == ("account", "identity")
        else:
            is_first = (category, subsystem) == ("onboarding", "docexchange") and month not in months
            is_first = is_first and month.month in _JOINING_MONTHS
        if is_first and unit not in joining:
            months |= {month} if unit not in ONBOARDED else set()
            joining[str(unit)] = (str(number), opened)
    return [_joined(city, unit, number, opened) for unit, (number, opened) in joining.items()]


def _joined(city: City, unit: str, number: str, opened: dt.datetime) -> Row:
    span = days_between(opened.date(), min(opened.date() + dt.timedelta(days=40), city.until))
    worked = [day for day in span if city.calendar.is_working_day(day)]
    steps = [worked[later] if later < len(worked) else None for later in _STEPS]
    return (unit, "docexchange", cell_time(opened.date(), opened.hour * 60 + opened.minute), number, *steps)
