"""Mean daily active accounts of the OA, by which short weeks and long months can be compared.

A holiday takes days out of a week, and with them active accounts. The mean over the working days of the calendar does
not change by that (docs/domain.md, OA adoption: stickiness).
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.measure import Measure, catalogue
from ntanalytics.metrics.oa.adoption import active_by_day

DAILY_ACTIVE = (
    Measure(
        "daily_active",
        "日均活跃",
        "Mean of the active accounts of a working day of the period (docs/domain.md, OA adoption: stickiness).",
        unit="个",
        format="number:1",
        good="up",
        is_additive=True,
        over_gap="unknown",
    ),
)

#: ISO weeks (docs/domain.md, Time).
WEEKS = (
    Measure("week_on", "周一", "Monday of an ISO week.", format="date"),
    Measure("week_name", "周", "Name of the ISO week: 第47周.", format="text"),
    Measure("worked_days", "工作日", "Working days of the week.", unit="天", over_gap="exact"),
)

MEASURES = catalogue((*change.with_changes(DAILY_ACTIVE), *WEEKS))

_PERSON = ("source", "account_id")


def daily_active(activities: ir.Table, days: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return the mean of the active accounts of a working day.

    Args:
        activities: rows of ``oa.activities`` of the period.
        days: the period's days: ``day``, ``is_working_day``, ``is_covered`` and others, or those of each group
            (metrics.days).
        by: columns of ``activities`` that name a group.

    Returns:
        ``by`` and ``daily_active``; null where no working day of the period is covered. A group without any activity
        has no row.
    """
    own = _own(days, by)
    worked = days.filter(days.is_working_day & days.is_covered)
    worked = worked.select(_day="day", **{f"_of_{name}": worked[name] for name in own})
    number = worked.aggregate(by=[worked[f"_of_{name}"].name(name) for name in own], _worked_days=worked.count())
    groups = activities.select(*by).distinct() if by else None
    on = [activities.day == worked["_day"], *(activities[name].identical_to(worked[f"_of_{name}"]) for name in own)]
    mine = activities.semi_join(worked, on)
    counted = mine.select("day", *by, *_PERSON).distinct().aggregate(by=list(by), _person_days=ibis._.count())
    whole = counted if groups is None else join_groups(groups, counted, by)
    joined = join_groups(whole, number, own)
    mean = joined["_person_days"].fill_null(0) / joined["_worked_days"].nullif(0)
    return joined.select(*by, daily_active=mean)


def of_working_days(compared: ir.Table, worked: int, worked_before: int) -> ir.Table:
    """Return compared figures, of which a period without a working day has no daily active accounts, and no change.

    Args:
        compared: ``daily_active`` against the period before, as ``metrics.change`` makes it.
        worked: the number of working days of the period.
        worked_before: that of the period before.
    """
    if worked and worked_before:
        return compared
    gone = [*([] if worked else ["daily_active"]), *([] if worked_before else ["daily_active_before"])]
    gone += ["daily_active_change", "daily_active_change_rate"]
    return compared.mutate(**{name: ibis.null(compared[name].type()) for name in gone})


def weekly_adoption(activities: ir.Table, days: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return the adoption of each whole ISO week of a span.

    Args:
        activities: rows of ``oa.activities`` over the span.
        days: the days of the span, or those of each group (metrics.days); an incomplete week is left out.
        by: columns of ``activities`` that name a group.

    Returns:
        ``week_on``, ``week_name``, ``worked_days``, ``is_complete`` (the week has no gap), ``by``, ``active``,
        ``daily_active``, ``mobile_share`` and ``xinchuang_share`` (measures of metrics.oa.adoption), ordered by week
        and group. Each group that occurs has every week, with 0 without any activity, and null over a gap.
    """
    return adoption_of_weeks(accounts_by_week(activities, by), active_by_day(activities, by), days, by)


def accounts_by_week(activities: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return the active accounts of each ISO week, and those of them on each kind of terminal.

    Args:
        activities: rows of ``oa.activities`` of whole weeks.
        by: columns of ``activities`` that name a group.

    Returns:
        ``day`` (the last one of the week), ``by``, ``active``, ``mobile``, ``xinchuang`` and ``known`` (accounts whose
        terminal is known), in no order.
    """
    sunday = activities.day.truncate("W").cast("date") + ibis.interval(days=6)
    marked = activities.mutate(_sunday=sunday.cast("date"))
    persons = marked.group_by("_sunday", *by, *_PERSON).aggregate(
        _is_mobile=(marked.terminal == "mobile").any(), _is_xinchuang=(marked.platform == "xinchuang").any()
    )
    return persons.group_by(*by, day=persons["_sunday"]).aggregate(
        active=persons.count(),
        mobile=persons.count(where=persons["_is_mobile"]),
        xinchuang=persons.count(where=persons["_is_xinchuang"]),
        known=persons["_is_xinchuang"].count(),
    )


def adoption_of_weeks(
    accounts_of_weeks: ir.Table, accounts_of_days: ir.Table, days: ir.Table, by: Sequence[str] = ()
) -> ir.Table:
    """Return the adoption of each whole ISO week of a span, of what was counted by week and by day.

    Args:
        accounts_of_weeks: :func:`accounts_by_week` over the span.
        accounts_of_days: ``day``, ``by`` and ``active``, the active accounts of each day of the span.
        days: the days of the span, or those of each group (metrics.days); an incomplete week is left out.
        by: columns that name a group.

    Returns:
        The columns of :func:`weekly_adoption`.
    """
    dated = days.mutate(_week=_monday(days))
    own = _own(days, by)
    calendar = dated.group_by("_week", *own).aggregate(
        _days=dated.count(), _is_covered=dated.is_covered.all(), worked_days=dated.count(where=dated.is_working_day)
    )
    calendar = calendar.filter(calendar["_days"] == ibis.literal(7)).drop("_days")
    grid = calendar.cross_join(accounts_of_weeks.select(*by).distinct()) if by and not own else calendar
    accounts, active = accounts_of_weeks, accounts_of_days
    counted = accounts.select(
        *by,
        _week=_monday(accounts),
        _active=accounts.active,
        _mobile=accounts.mobile,
        _xinchuang=accounts.xinchuang,
        _known=accounts.known,
    )
    worked = active.mutate(_week=_monday(active)).semi_join(days.filter(days.is_working_day), "day")
    daily = worked.group_by("_week", *by).aggregate(_person_days=worked.active.sum())
    joined = join_groups(join_groups(grid, counted, ["_week", *by]), daily, ["_week", *by])
    is_complete, active = joined["_is_covered"], joined["_active"].fill_null(0)
    nothing = ibis.null()
    return joined.select(
        *by,
        "worked_days",
        is_complete=is_complete,
        week_on=joined["_week"],
        week_name=ibis.literal("第").concat(joined["_week"].week_of_year().cast("string"), "周"),
        active=is_complete.ifelse(active, nothing),
        daily_active=is_complete.ifelse(joined["_person_days"].fill_null(0) / joined.worked_days.nullif(0), nothing),
        mobile_share=is_complete.ifelse(joined["_mobile"] / active.nullif(0), nothing),
        xinchuang_share=is_complete.ifelse(joined["_xinchuang"] / joined["_known"].nullif(0), nothing),
    ).order_by("week_on", *by)


def _monday(table: ir.Table) -> ir.DateValue:
    monday: ir.DateValue = table.day.truncate("W").cast("date")
    return monday


def _own(days: ir.Table, by: Sequence[str]) -> list[str]:
    """Return the columns that name a group in the days of each group; none in the days of all."""
    return [name for name in by if name in days.columns]
