"""OA adoption of units beside one another: who can be compared, places, movers, who has long been low."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.measure import Measure, catalogue, rate

#: A share of fewer enabled accounts jumps with each person: such a unit has no place.
FEWEST = 20
#: A mean working day with fewer accounts before moves by half when one person is on leave.
FEWEST_DAILY = 5
#: A unit in which fewer than that of the enabled accounts act in a week lags behind.
LOW_RATE = 0.4

RANKING = (
    Measure(
        "place",
        "名次",
        "Place by active rate among the units that can be compared, equals sharing the better place (docs/domain.md, No league tables: ranking).",
    ),
    Measure("ranked_units", "参评单位", "Units that have a place.", unit="个"),
    Measure(
        "left_out",
        "未参评原因",
        "Why a unit has no place; null where it has one.",
        format="text",
        values={"few": "账号过少", "gap": "数据不完整"},
    ),
    rate("typical", "同版本中位数", "Median over the units of the edition that can be compared."),
    Measure(
        "low_weeks",
        "连续偏低周数",
        "Whole weeks in a row, up to the last, in which active / enabled accounts was below 0.4; a week with a hole or without a working day ends the row.",
        unit="周",
        good="down",
    ),
)

MEASURES = catalogue(RANKING)


def compare_units(
    now: ir.Table,
    before: ir.Table,
    measures: Mapping[str, Measure],
    *,
    columns: Sequence[str],
    by: Sequence[str],
    holed: ir.Table,
    holed_before: ir.Table,
) -> ir.Table:
    """As ``change.compare``, where some groups have a hole and others do not: each is judged by its own.

    Args:
        now: the period's figures, one row a group.
        before: those of the period before.
        measures: the words of the measures.
        columns: the measures to compare.
        by: the columns that name a group.
        holed: the groups whose data of the period have a hole: their names, ``by``.
        holed_before: the groups whose data of the period before have one.

    Returns:
        As ``change.compare``, and ``is_held``: whether the group's own period has no hole; in no order.
    """
    made = change.compare(now, before, measures, columns=columns, by=by)
    flagged = _flagged(_flagged(made, holed, by, "_is_holed"), holed_before, by, "_was_holed")
    is_holed, was_holed = flagged["_is_holed"], flagged["_was_holed"]
    judged: dict[str, ir.Value] = {}
    for name in columns:
        # over a hole a count is a lower bound, and a nought says nothing at all
        known = flagged[name].nullif(0) if measures[name].is_additive else ibis.null(flagged[name].type())
        judged[name] = is_holed.ifelse(known, flagged[name])
        judged[f"{name}_before"] = _unless(flagged[f"{name}_before"], was_holed)
        for changed in (f"{name}_change", f"{name}_change_rate"):
            if changed in flagged.columns:
                judged[changed] = _unless(flagged[changed], is_holed | was_holed)
    return flagged.select(*by, **judged, is_held=~is_holed)


def _unless(value: ir.Value, is_unknown: ir.BooleanValue) -> ir.Value:
    return is_unknown.ifelse(ibis.null(value.type()), value)


def _flagged(table: ir.Table, groups: ir.Table, by: Sequence[str], flag: str) -> ir.Table:
    """The table with a column that says whether its group is one of ``groups``."""
    among = groups.select(*by).distinct().mutate(_among=ibis.literal(1))
    joined = join_groups(table, among, by)
    return joined.mutate(**{flag: joined["_among"].notnull()}).drop("_among")


def rank_units(figures: ir.Table, within: Sequence[str] = (), min_count: int = FEWEST) -> ir.Table:
    """Units with their place by active rate (docs/domain.md, No league tables: ranking).

    A unit has a place where its data have no hole and it has at least ``min_count`` enabled accounts.

    Args:
        figures: one row a unit: ``enabled``, ``active_rate``, ``is_held`` and others (``compared``).
        within: columns that part the units into rankings of their own: ``edition``.
        fewest: least enabled accounts.

    Returns:
        The columns of ``figures``, and ``place``, ``ranked_units`` (of the ranking; null where the unit has no place)
        and ``left_out``; in no order.
    """
    is_hole = ~figures.is_held | (figures.active_rate.isnull() & (figures.enabled >= min_count))
    reason = ibis.cases((is_hole, "gap"), (figures.enabled.fill_null(0) < min_count, "few"), else_=ibis.null("string"))
    judged = figures.mutate(left_out=reason)
    fair = judged.filter(judged.left_out.isnull())
    order = ibis.window(group_by=list(within), order_by=ibis.desc("active_rate"))
    # one frame for all of a ranking: without an order the window is the whole group
    placed = fair.mutate(
        place=(ibis.rank().over(order) + 1).cast("int64"), ranked_units=fair.count().over(group_by=list(within))
    )
    rest = judged.filter(judged.left_out.notnull()).mutate(place=ibis.null("int64"), ranked_units=ibis.null("int64"))
    return placed.union(rest.select(*placed.columns).cast(placed.schema()))


def movers(ranking: ir.Table, min_count: float = FEWEST_DAILY) -> ir.Table:
    """The units whose working days changed, the largest rise first (docs/domain.md, No league tables: movers).

    Compared by ``daily_active``, which a holiday in one of the periods does not move.

    Args:
        ranking: what ``ranked`` made, with ``daily_active`` and its change.
        fewest: least accounts on a mean working day before.

    Returns:
        The rows that have a place, a change other than 0 and at least ``min_count`` before, by relative change.
    """
    fair = ranking.filter(
        ranking.place.notnull()
        & (ranking.daily_active_before >= min_count)
        & ranking.daily_active_change_rate.notnull()
        & (ranking.daily_active_change != 0)
    )
    return fair.order_by(ibis.desc("daily_active_change_rate"), "unit")


def median_rates(ranking: ir.Table, rates: Sequence[str], by: Sequence[str] = ()) -> ir.Table:
    """The median of some rates over the units that have a place.

    Args:
        ranking: what ``ranked`` made.
        rates: the rates.
        by: the columns that name a group of comparable units.

    Returns:
        ``by`` and the rates.
    """
    fair = ranking.filter(ranking.place.notnull())
    return fair.aggregate(by=list(by), **{name: fair[name].median() for name in rates})


def low_weeks(weeks: ir.Table, enabled: ir.Table, by: Sequence[str], below: float = LOW_RATE) -> ir.Table:
    """For how many weeks in a row, up to the last, a unit has been low (docs/domain.md, No league tables: laggards).

    Args:
        weeks: ``week_on``, ``worked_days``, ``by`` and ``active`` of whole weeks, every group with every week.
        enabled: ``by`` and ``enabled``: the accounts at the period's end, by which each week is measured.
        by: the columns that name a unit.
        below: low is an active share under that.

    Returns:
        ``by`` and ``low_weeks``; 0 where the last week was not low, or not known.
    """
    theirs = enabled.select(**{f"_of_{name}": enabled[name] for name in by}, _enabled="enabled")
    joined = weeks.join(theirs, [weeks[name].identical_to(theirs[f"_of_{name}"]) for name in by])
    is_low = (joined.worked_days > 0) & (joined.active / joined["_enabled"].nullif(0) < below)
    # the last week that was not low, or not known to be; every later one was
    found = joined.group_by(*by).aggregate(
        _weeks=joined.count(),
        _after=joined.week_on.max(where=~is_low.fill_null(False)),
        _last=joined.week_on.max(),
    )
    since = found["_last"].delta(found["_after"], unit="day") // 7
    return found.select(*by, low_weeks=ibis.coalesce(since, found["_weeks"]).cast("int64"))
