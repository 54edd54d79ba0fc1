"""OA adoption: enabled, activated and active accounts, terminals and coverage (docs/domain.md, OA adoption).

Every function takes Ibis tables of ``oa.activities`` and ``oa.members`` and returns one. Source and
number identify an account: two installations may give different persons the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: Level of adoption (docs/domain.md, OA adoption).
LEVEL = (
    count("enabled", "启用账号", "个", "Accounts that may use the OA at the period's end."),
    count(
        "activated", "激活账号", "个", "Enabled accounts that have ever acted, as far back as the lake goes.", good="up"
    ),
    count("active", "活跃账号", "个", "Distinct accounts with at least one activity in the period.", good="up"),
    replace(
        rate("activation_rate", "激活率", "activated / enabled; null when nothing is enabled.", good="up"),
        whole="enabled",
    ),
    replace(
        rate("active_rate", "活跃率", "active / enabled; null when nothing is enabled.", good="up"), whole="enabled"
    ),
    rate("stickiness", "日活占比", "Mean of the active accounts of a working day / active accounts.", good="up"),
    rate(
        "habit",
        "经常使用占比",
        "Active accounts that acted on at least half of the period's working days / active accounts.",
        good="up",
    ),
    rate("mobile_share", "移动端占比", "Active accounts with at least one activity by telephone / active."),
    rate(
        "xinchuang_share",
        "信创占比",
        "Active accounts with at least one activity on a domestic terminal / active accounts whose terminal is known; "
        "null where none is known.",
        good="up",
    ),
    Measure(
        "breadth",
        "人均使用模块",
        "Median of the distinct modules that an active account used; a login is no module.",
        unit="个",
        format="number:1",
        good="up",
    ),
    count("actions", "操作次数", "次", "Actions in the period (contract, oa.activities)."),
)

#: Measures of LEVEL that are made of members; all but the first of activities, too.
ABLE = ("enabled", "activated", "activation_rate", "active_rate")

REACH = (
    count(
        "units_onboarded",
        "接入单位",
        "个",
        "Units with at least one enabled account (docs/domain.md, OA adoption: coverage).",
    ),
    count(
        "units_active",
        "活跃单位",
        "个",
        "Onboarded units with at least one active account (docs/domain.md, OA adoption: coverage).",
        good="up",
    ),
    rate(
        "coverage", "单位覆盖率", "units_active / units_onboarded (docs/domain.md, OA adoption: coverage).", good="up"
    ),
)

MODULE_USE = (
    rate(
        "relative_use",
        "相对使用率",
        "Active accounts of a module / active accounts of the busiest module (docs/domain.md, OA adoption).",
        good="up",
    ),
)

MEASURES = catalogue((*change.with_changes((*LEVEL, *REACH)), *MODULE_USE))

_PERSON = ("source", "account_id")


def adoption(
    activities: ir.Table, members: ir.Table, ever: ir.Table, days: ir.Table, by: Sequence[str] = ()
) -> ir.Table:
    """Return the adoption of a period, in all or by unit and edition (docs/domain.md, OA adoption).

    Args:
        activities: rows of ``oa.activities`` of the period.
        members: rows of ``oa.members``: the snapshot at the period's end.
        ever: rows of ``oa.activities`` up to the period's end, as far back as the lake goes.
        days: the period's days: ``day``, ``is_working_day`` and others (metrics.days).
        by: columns that ``activities`` and ``members`` share and that name a group: ``unit``, ``edition``.

    Returns:
        ``by`` and the measures of ``LEVEL``, most ``active`` first; one row when ``by`` is empty.
    """
    counted = _active(activities, days, by)
    able = _enabled(members, ever, by)
    joined = join_groups(counted, able, by, how="outer")
    filled = {name: joined[name].fill_null(0) for name in ("enabled", "activated", "active", "actions")}
    level = joined.mutate(**filled)
    level = level.mutate(
        activation_rate=level.activated / level.enabled.nullif(0), active_rate=level.active / level.enabled.nullif(0)
    )
    return level.select(*by, *(measure.name for measure in LEVEL)).order_by(ibis.desc("active"), *by)


def _active(activities: ir.Table, days: ir.Table, by: Sequence[str]) -> ir.Table:
    used = activities.group_by(*by, *_PERSON, "module").aggregate(
        _is_mobile=(activities.terminal == "mobile").any(),
        _is_xinchuang=(activities.platform == "xinchuang").any(),
        _actions=activities.actions.sum(),
    )
    persons = used.group_by(*by, *_PERSON).aggregate(
        _modules=used.count(where=used.module != "other"),
        _is_mobile=used["_is_mobile"].any(),
        _is_xinchuang=used["_is_xinchuang"].any(),
        _actions=used["_actions"].sum(),
    )
    counted = persons.aggregate(
        by=list(by),
        active=persons.count(),
        _mobile=persons.count(where=persons["_is_mobile"]),
        _xinchuang=persons.count(where=persons["_is_xinchuang"]),
        _known=persons["_is_xinchuang"].count(),
        breadth=persons["_modules"].median(),
        actions=persons["_actions"].sum(),
    )
    worked = days.filter(days.is_working_day).select(_day="day")
    number = worked.aggregate(_working_days=worked.count())
    mine = activities.semi_join(worked, activities.day == worked["_day"])
    acted = mine.select("day", *by, *_PERSON).distinct().group_by(*by, *_PERSON).aggregate(_acted_on=ibis._.count())
    acted = acted.cross_join(number)
    daily = acted.aggregate(
        by=list(by),
        _person_days=acted["_acted_on"].sum(),
        _often=acted.count(where=acted["_acted_on"] * 2 >= acted["_working_days"]),
    )
    joined = join_groups(counted, daily, by).cross_join(number)
    return joined.mutate(
        mobile_share=joined["_mobile"] / joined.active.nullif(0),
        xinchuang_share=joined["_xinchuang"] / joined["_known"].nullif(0),
        habit=(joined["_working_days"] > 0).ifelse(
            joined["_often"].fill_null(0) / joined.active.nullif(0), ibis.null("float64")
        ),
        stickiness=joined["_person_days"].fill_null(0) / joined["_working_days"].nullif(0) / joined.active.nullif(0),
    ).select(*by, "active", "actions", "mobile_share", "xinchuang_share", "breadth", "stickiness", "habit")


def _enabled(members: ir.Table, ever: ir.Table, by: Sequence[str]) -> ir.Table:
    may = members.filter(members.is_pc_enabled | members.is_mobile_enabled)
    may = may.select(*dict.fromkeys((*by, *_PERSON))).distinct()
    acted = ever.select(_source="source", _account_id="account_id").distinct()
    joined = may.left_join(acted, [may.source == acted["_source"], may.account_id == acted["_account_id"]])
    return joined.aggregate(by=list(by), enabled=joined.count(), activated=joined["_account_id"].count())


def reach(activities: ir.Table, members: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return the coverage: onboarded units, and those with an active account (docs/domain.md, OA adoption).

    Args:
        activities: rows of ``oa.activities`` of the period.
        members: rows of ``oa.members``: the snapshot at the period's end.
        by: columns that ``activities`` and ``members`` share and that name a group: ``edition``.

    Returns:
        ``by`` and the measures of ``REACH``, most units first; one row when ``by`` is empty. Accounts without a
        unit are left out.
    """
    may = members.filter((members.is_pc_enabled | members.is_mobile_enabled) & members.unit.notnull())
    onboarded = may.select(*by, "unit").distinct()
    acted = activities.filter(activities.unit.notnull()).select(*by, "unit").distinct()
    acted = acted.rename({f"_{name}": name for name in (*by, "unit")})
    joined = onboarded.left_join(acted, [onboarded[name] == acted[f"_{name}"] for name in (*by, "unit")])
    counted = joined.aggregate(by=list(by), units_onboarded=joined.count(), units_active=joined["_unit"].count())
    shared = counted.mutate(coverage=counted.units_active / counted.units_onboarded.nullif(0))
    return shared.order_by(ibis.desc("units_onboarded"), *by)


def usage(activities: ir.Table, by: Sequence[str]) -> ir.Table:
    """Return active accounts and actions by columns of the activities: module, terminal, platform.

    An account counts once in each group in which it acted: groups do not add up to the whole.

    Args:
        activities: rows of ``oa.activities`` of the period.
        by: columns that name a group.

    Returns:
        ``by``, ``active`` (accounts) and ``actions``, most active first.
    """
    persons = activities.group_by(*by, *_PERSON).aggregate(_actions=activities.actions.sum())
    counted = persons.aggregate(by=list(by), active=persons.count(), actions=persons["_actions"].sum())
    return counted.order_by(ibis.desc("active"), *by)


def daily(activities: ir.Table, days: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return active accounts and actions of each day: 0 on a covered day without any, null on a gap.

    Args:
        activities: rows of ``oa.activities`` over the span of ``days``.
        days: the days of the span (metrics.days).
        by: columns of ``activities`` that name a group.

    Returns:
        The columns of ``days``, ``by``, ``active`` and ``actions``, ordered by day and group.
    """
    counted = active_by_day(activities, by)
    return fill_days(counted, days, MEASURES, by=by).order_by("day", *by)


def active_by_day(activities: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return active accounts and actions of each day and group with any: ``day``, ``by``, ``active``, ``actions``."""
    persons = activities.group_by("day", *by, *_PERSON).aggregate(_actions=activities.actions.sum())
    return persons.aggregate(by=["day", *by], active=persons.count(), actions=persons["_actions"].sum())


def compare_adoption(
    now: ir.Table, before: ir.Table, by: Sequence[str] = (), *, is_complete: bool = True, was_complete: bool = True
) -> ir.Table:
    """Return ``adoption`` of a period with its change against the period before (docs/domain.md, General: change).

    Args:
        now: the result of ``adoption`` for the period.
        before: the result for the period before.
        by: the columns that name a group.
        is_complete: the period has no gap.
        was_complete: the period before has no gap.

    Returns:
        The columns of ``change.compare`` for the measures of ``LEVEL``, most ``active`` first.
    """
    columns = [measure.name for measure in LEVEL]
    figures = change.compare(
        now, before, MEASURES, columns=columns, by=by, is_complete=is_complete, was_complete=was_complete
    )
    return figures.order_by(ibis.desc("active"), *by)
