"""OA adoption of units compared, their places for the platform owner, and weeks of low adoption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.measure import Measure, catalogue, rate

#: Least enabled accounts of a ranked unit: with fewer, the share jumps with each person.
MIN_ACCOUNTS = 20
#: Least mean daily active accounts before of a mover: with fewer, one person on leave is a large change.
MIN_DAILY_ACTIVE = 5
#: Share of enabled accounts that are active in a week below which a unit lags behind.
LOW_RATE = 0.4

RANKING = (
    Measure(
        "place",
        "名次",
        "Place by active rate among comparable units; equal units share the better place "
        "(docs/domain.md, No league tables: ranking).",
    ),
    Measure("ranked_units", "参评单位", "Units with a place.", unit="个"),
    Measure(
        "left_out",
        "未参评原因",
        "Reason for having no place; null for a ranked unit.",
        format="text",
        values={"few": "账号过少", "gap": "数据不完整", "never": "从未使用"},
    ),
    rate("typical", "同版本中位数", "Median over the comparable units of the edition."),
    Measure(
        "low_weeks",
        "连续偏低周数",
        "Whole weeks in a row, up to the last, with active / enabled accounts below 0.4; a week with a gap or "
        "without a working day ends the row.",
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
    gap_groups: ir.Table,
    gap_groups_before: ir.Table,
) -> ir.Table:
    """Return ``change.compare`` for groups of which some have a gap: each is judged by its own data.

    Args:
        now: the period's figures, one row a group.
        before: the figures of the period before.
        measures: the measures by name.
        columns: the measures to compare.
        by: the columns that name a group.
        gap_groups: the groups with a gap in the period: their names, ``by``.
        gap_groups_before: the groups with a gap in the period before.

    Returns:
        The columns of ``change.compare``, and ``is_complete`` and ``was_complete``: the group's own period, and the one
        before, have no gap; in no order.
    """
    compared = change.compare(now, before, measures, columns=columns, by=by)
    flagged = _flagged(_flagged(compared, gap_groups, by, "_has_gap"), gap_groups_before, by, "_had_gap")
    has_gap, had_gap = flagged["_has_gap"], flagged["_had_gap"]
    judged: dict[str, ir.Value] = {}
    for name in columns:
        # over a gap a count is a lower bound, and a zero has no meaning
        known = flagged[name].nullif(0) if measures[name].is_additive else ibis.null(flagged[name].type())
        judged[name] = has_gap.ifelse(known, flagged[name])
        judged[f"{name}_before"] = _unless(flagged[f"{name}_before"], had_gap)
        for changed in (f"{name}_change", f"{name}_change_rate"):
            if changed in flagged.columns:
                judged[changed] = _unless(flagged[changed], has_gap | had_gap)
    return flagged.select(*by, **judged, is_complete=~has_gap, was_complete=~had_gap)


def _unless(value: ir.Value, is_unknown: ir.BooleanValue) -> ir.Value:
    return is_unknown.ifelse(ibis.null(value.type()), value)


def _flagged(table: ir.Table, groups: ir.Table, by: Sequence[str], flag: str) -> ir.Table:
    """Return the table with a boolean column: the group is one of ``groups``."""
    among = groups.select(*by).distinct().mutate(_among=ibis.literal(1))
    joined = join_groups(table, among, by)
    return joined.mutate(**{flag: joined["_among"].notnull()}).drop("_among")


def rank_units(figures: ir.Table, within: Sequence[str] = (), min_count: int = MIN_ACCOUNTS) -> ir.Table:
    """Return the units with their place by active rate (docs/domain.md, No league tables: ranking).

    A unit has a place where its data have no gap, it has at least ``min_count`` enabled accounts, and one of them has
    ever acted: who was never taught the OA is no laggard.

    Args:
        figures: one row a unit: ``enabled``, ``active_rate``, ``is_complete`` and others (``compared``).
        within: columns that divide the units into separate rankings: ``edition``.
        min_count: least enabled accounts.

    Returns:
        The columns of ``figures``, and ``place``, ``ranked_units`` (of the ranking; null where the unit has no place)
        and ``left_out``; in no order.
    """
    is_many = figures.enabled.isnull() | (figures.enabled >= min_count)  # how many there are is not known over a gap
    is_gap = ~figures.is_complete | (figures.active_rate.isnull() & is_many)
    reason = ibis.cases(
        (is_gap, "gap"),
        (figures.enabled.fill_null(0) < min_count, "few"),
        (figures.activated == 0, "never"),
        else_=ibis.null("string"),
    )
    judged = figures.mutate(left_out=reason)
    fair = judged.filter(judged.left_out.isnull())
    order = ibis.window(group_by=list(within), order_by=ibis.desc("active_rate"))
    # one frame for a whole ranking: without an order the window is the whole group
    placed = fair.mutate(
        place=(ibis.rank().over(order) + 1).cast("int64"), ranked_units=fair.count().over(group_by=list(within))
    )
    rest = judged.filter(judged.left_out.notnull()).mutate(place=ibis.null("int64"), ranked_units=ibis.null("int64"))
    return placed.union(rest.select(*placed.columns).cast(placed.schema()))


def median_rates(ranking: ir.Table, rates: Sequence[str], by: Sequence[str] = ()) -> ir.Table:
    """Return the median of some rates over the ranked units.

    Args:
        ranking: the result of ``rank_units``.
        rates: the rates.
        by: the columns that name a group of comparable units.

    Returns:
        ``by`` and the rates.
    """
    fair = ranking.filter(ranking.place.notnull())
    return fair.aggregate(by=list(by), **{name: fair[name].median() for name in rates})


def low_weeks(weeks: ir.Table, enabled: ir.Table, by: Sequence[str], below: float = LOW_RATE) -> ir.Table:
    """Return the number of weeks in a row, up to the last, with low adoption of a unit.

    Defined in docs/domain.md, No league tables: laggards.

    Args:
        weeks: ``week_on``, ``worked_days``, ``by`` and ``active`` of whole weeks, every group with every week.
        enabled: ``by`` and ``enabled``: the accounts at the period's end, the base of every week.
        by: the columns that name a unit.
        below: the active share below which adoption is low.

    Returns:
        ``by`` and ``low_weeks``; 0 where the last week was not low, or not known.
    """
    theirs = enabled.select(**{f"_of_{name}": enabled[name] for name in by}, _enabled="enabled")
    joined = weeks.join(theirs, [weeks[name].identical_to(theirs[f"_of_{name}"]) for name in by])
    is_low = (joined.worked_days > 0) & (joined.active / joined["_enabled"].nullif(0) < below)
    # every week after the last one that was not low, or not known to be low
    totals = joined.group_by(*by).aggregate(
        _weeks=joined.count(), _after=joined.week_on.max(where=~is_low.fill_null(False)), _last=joined.week_on.max()
    )
    since = totals["_last"].delta(totals["_after"], unit="day") // 7
    return totals.select(*by, low_weeks=ibis.coalesce(since, totals["_weeks"]).cast("int64"))
