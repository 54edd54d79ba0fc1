"""Sheet of rights: granted, modified, used, reviewed and removed."""

from __future__ import annotations

import datetime as dt

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.desk_workbook.cells import Row, cell_time
from ntanalytics.demo.products.desk_workbook.details import CONFIRMED_BY

_STREAM = 9021

#: Holder, subsystem and name of the rights, in turn.
_RIGHTS = (
    ("unit_administrator", "docexchange", "单位收发管理"),
    ("operations", "identity", "账号维护"),
    ("interface", "sms", "短信下发接口"),
    ("unit_administrator", "oa", "单位流程管理"),
    ("third_party", "seal", "印章制作"),
    ("operations", "infra", "主机登录"),
)
#: Number of rights from before the estate, days between them, and day of the first.
_EARLIER, _APART, _FIRST = 30, 13, dt.date(2022, 3, 1)
#: Working days between two new rights, and days after which one is removed, of every third.
_EVERY, _HELD_DAYS = 8, 60
#: Most days since the last use.
_UNUSED_DAYS = 40


def access_grants(city: City) -> list[Row]:
    """Return the rows of ``desk.access_grants``: all approved, in use, and reviewed by the quarter."""
    days = [_FIRST + dt.timedelta(days=_APART * number) for number in range(_EARLIER)]
    days = [day for day in days if day < city.days[0]]
    days += [day for day in city.working_days() if day.toordinal() % _EVERY == 0]
    return [_grant(city, number, day) for number, day in enumerate(days)]


def _grant(city: City, number: int, day: dt.date) -> Row:
    rng = city.rng(_STREAM, day)
    holder, subsystem, permission = _RIGHTS[day.toordinal() % len(_RIGHTS)]
    granted = cell_time(day, int(rng.integers(540, 1020)))
    approved = granted - dt.timedelta(days=1)
    end = day + dt.timedelta(days=_HELD_DAYS)
    is_removed = day.toordinal() % 3 == 0 and end <= city.until
    modified = cell_time(day + dt.timedelta(days=20), 600)
    used = min(end, city.until) if is_removed else city.until - dt.timedelta(days=int(rng.integers(0, _UNUSED_DAYS)))
    reviewed = _last_quarter(min(end, city.until) if is_removed else city.until)
    return (
        f"QX{day:%Y%m%d}-{number:03d}",
        granted,
        subsystem,
        f"{100_000 + day.toordinal() % 90_000}",
        holder,
        permission,
        UNITS[int(rng.integers(len(UNITS)))] if holder == "unit_administrator" else None,
        approved,
        CONFIRMED_BY,
        None,
        modified if rng.random() < 0.2 and modified.date() <= min(end, city.until) else None,
        max(used, day),
        reviewed if reviewed > day else None,
        cell_time(end, 17 * 60) if is_removed else None,
    )


def _last_quarter(day: dt.date) -> dt.date:
    """Return the last day of the quarter before a day's."""
    return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1) - dt.timedelta(days=1)
