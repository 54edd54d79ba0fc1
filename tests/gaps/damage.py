"""Damages of the gap matrix: what a dataset can lack, on the days of a report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from ntanalytics import contract
from ntanalytics.contract import Kind
from ntanalytics.periods import Period
from tests.gaps.site import GapSite

#: The error of a source that was down.
DOWN = "数据源无法连接"

_NOON = dt.timedelta(hours=12)
_UTC_OFFSET = dt.timedelta(hours=8)


def no_source(site: GapSite, dataset: str, period: Period) -> bool:
    """Take the dataset away from every source."""
    site.change_settings(dataset)
    return True


def unreachable(site: GapSite, dataset: str, period: Period) -> bool:
    """Lose the days of the period, whose extraction failed."""
    site.forget(dataset, period.first, period.last, error=DOWN)
    return True


def first_day(site: GapSite, dataset: str, period: Period) -> bool:
    """Lose the first day of the period."""
    if period.first == period.last:
        return False
    site.forget(dataset, period.first, period.first)
    return True


def middle_day(site: GapSite, dataset: str, period: Period) -> bool:
    """Lose a day in the middle of the period."""
    if len(period.days) < 3:
        return False
    day = period.days[len(period.days) // 2]
    site.forget(dataset, day, day)
    return True


def last_day(site: GapSite, dataset: str, period: Period) -> bool:
    """Lose the last day of the period."""
    site.forget(dataset, period.last, period.last)
    return True


def half_day(site: GapSite, dataset: str, period: Period) -> bool:
    """Lose the second half of a working day of which the source gave the first; nobody knows."""
    given = contract.dataset(dataset)
    if given.kind is not Kind.EVENT or not given.time.endswith("_at"):
        return False
    day = next((each for each in period.days[len(period.days) // 2 :] if each.weekday() < 5), period.last)
    noon = dt.datetime.combine(day, dt.time(), dt.UTC) - _UTC_OFFSET + _NOON
    site.delete_rows(dataset, f"day = '{day}' AND {given.time} >= '{noon.isoformat()}'")
    return True


def before_its_first_day(site: GapSite, dataset: str, period: Period) -> bool:
    """Lose everything before the middle of the period: the first extraction was on that day.

    It takes each case that is open then, however old it is (docs/domain.md, No horizon).
    """
    before = period.days[len(period.days) // 2] - dt.timedelta(days=1)
    site.forget(dataset, dt.date(2020, 1, 1), before, ended=contract.dataset(dataset).ended)
    return True


def empty_before(site: GapSite, dataset: str, period: Period) -> bool:
    """Have the source answer without a row about everything before the middle of the period.

    Where no row is left, the table is one of which its source has nothing, which nobody can tell from it.
    """
    before = period.days[len(period.days) // 2] - dt.timedelta(days=1)
    site.empty(dataset, dt.date(2020, 1, 1), before)
    return bool(site.table(dataset).to_pyarrow_table(columns=["day"]).num_rows)


def cut_snapshot(site: GapSite, dataset: str, period: Period) -> bool:
    """Lose half of the rows of each snapshot, after a whole one that is too old to stand for the period's end."""
    if contract.dataset(dataset).kind is not Kind.STATE:
        return False
    site.cut_snapshots(dataset, period.previous().first - dt.timedelta(days=1))
    return True


def shifted(site: GapSite, dataset: str, period: Period) -> bool:
    """Shift all times of the period's rows by eight hours: the source's time zone is wrong since its first day.

    Of rows that come evenly by day and night, such as measured values, no count can tell it.
    """
    given = contract.dataset(dataset)
    if given.kind is not Kind.EVENT or not given.time.endswith("_at"):
        return False
    if site.is_even(dataset, given.time, period.first, period.last):
        return False
    site.shift(dataset, given.time, period.first, period.last, _UTC_OFFSET)
    return True


def doubled(site: GapSite, dataset: str, period: Period) -> bool:
    """Have the sources give each row of the period twice, as a join with a doubled table does."""
    site.double(dataset, period.first, period.last)
    return True


def absent(site: GapSite, dataset: str, period: Period, column: str) -> bool:
    """Have no source give a column."""
    return site.lose_column(dataset, column)


#: Name → the damage; each returns whether the period and the dataset can have it.
DAMAGES: Mapping[str, Callable[[GapSite, str, Period], bool]] = MappingProxyType(
    {
        "no_source": no_source,
        "unreachable": unreachable,
        "first_day": first_day,
        "middle_day": middle_day,
        "last_day": last_day,
        "half_day": half_day,
        "before_its_first_day": before_its_first_day,
        "empty_before": empty_before,
        "cut_snapshot": cut_snapshot,
        "shifted": shifted,
        "doubled": doubled,
    }
)


def damages_of(dataset: str) -> Mapping[str, Callable[[GapSite, str, Period], bool]]:
    """Return the damages of a dataset by name: those of any dataset, and the loss of each column that may be null."""
    given = contract.dataset(dataset)
    optional = (column.name for column in given.mapped if column.nullable and column.name != given.time)
    return {**DAMAGES, **{f"absent {name}": partial(absent, column=name) for name in optional}}
