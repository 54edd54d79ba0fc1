"""OA adoption: new, returning, resurrected and lapsed accounts; retention by cohort (docs/domain.md, OA adoption).

The parts add up: active = new + returning + resurrected, and previous active = returning + lapsed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.measure import PREVIOUS, Measure, catalogue, count, rate

_NEW = count("new", "新增活跃", "个", "Active accounts whose first activity ever lies in the period.", good="up")
_RETURNING = count("returning", "留存活跃", "个", "Active accounts that were active in the period before.", good="up")
_RESURRECTED = count(
    "resurrected", "回流活跃", "个", "Active accounts that acted earlier, and not in the period before.", good="up"
)
_LAPSED = count("lapsed", "流失", "个", "Accounts active in the period before and not in this one.", good="down")
_WAS_ACTIVE = count(
    "was_active", f"{PREVIOUS}活跃账号", "个", "Accounts active in the period before: returning + lapsed."
)

#: Active accounts by origin (docs/domain.md, OA adoption). A gap in either period moves accounts from one to another;
#: one of the weeks before both makes new accounts of resurrected ones.
FLOW = (
    replace(_NEW, spans="both", over_gap="unknown", over_past_gap="upper_bound"),
    replace(_RETURNING, spans="both"),
    replace(_RESURRECTED, spans="both", over_gap="unknown", over_past_gap="lower_bound"),
    replace(_LAPSED, spans="both", over_gap="unknown"),
    replace(_WAS_ACTIVE, spans="before"),
)

RETENTION = (
    Measure(
        "cohort_on",
        "首次使用周",
        "Monday of the week in which the accounts first acted (docs/domain.md, OA adoption: retention).",
        format="date",
    ),
    count(
        "cohort",
        "首次使用账号",
        "个",
        "Accounts that first acted in that week (docs/domain.md, OA adoption: retention).",
        over_gap="upper_bound",
    ),
    Measure("week", "第几周后", "Weeks after the first one; 0 is the first week itself.", unit="周", over_gap="exact"),
    count(
        "retained",
        "仍活跃账号",
        "个",
        "Accounts of the cohort that acted in that week (docs/domain.md, OA adoption: retention).",
        good="up",
    ),
    rate("retention", "留存率", "retained / cohort (docs/domain.md, OA adoption: retention).", good="up"),
)

#: Number of weeks for which a cohort is followed, and of the first weeks of the data that have none.
OLDEST, LEAD_WEEKS = 8, 4

AGES = tuple(
    rate(
        f"retention_{week}",
        f"{week}周后",
        f"Share of the cohort that acted {week} week(s) after its first one (docs/domain.md, OA adoption: retention).",
        good="up",
        digits=0,
    )
    for week in range(1, OLDEST + 1)
)

MEASURES = catalogue((*FLOW, *RETENTION, *AGES))

_PERSON = ("source", "account_id")


def flow(history: ir.Table, first: date, previous_first: date, by: Sequence[str] = ()) -> ir.Table:
    """Return active accounts by origin, and the lapsed ones (docs/domain.md, OA adoption).

    Args:
        history: rows of ``oa.activities`` up to the period's end, as far back as the lake goes.
        first: the period's first day.
        previous_first: the first day of the period before.
        by: columns that name a group. An account that changed its group has lapsed in the old one and is new, or
            resurrected, in the new one.

    Returns:
        ``by``, ``active`` (a measure of metrics.oa.adoption) and the measures of ``FLOW``, most active first; one row
        when ``by`` is empty.
    """
    begins, began = ibis.literal(first), ibis.literal(previous_first)
    persons = history.group_by(*by, *_PERSON).aggregate(
        _now=(history.day >= begins).any(),
        _was=((history.day >= began) & (history.day < begins)).any(),
        _earlier=(history.day < began).any(),
    )
    now, was, earlier = persons["_now"], persons["_was"], persons["_earlier"]
    counted = persons.aggregate(
        by=list(by),
        active=persons.count(where=now),
        new=persons.count(where=now & ~was & ~earlier),
        returning=persons.count(where=now & was),
        resurrected=persons.count(where=now & ~was & earlier),
        lapsed=persons.count(where=~now & was),
        was_active=persons.count(where=was),
    )
    return counted.order_by(ibis.desc("active"), *by)


def over_past_gaps(flow: ir.Table, days: ir.Table, previous_first: date, by: Sequence[str] = ()) -> ir.Table:
    """Return active accounts by origin, and whether a gap of the weeks before hides some (docs/domain.md, OA adoption).

    These weeks end with the period before, and are as many as those after a gap whose newcomers are an upper bound
    (:func:`over_gaps`): new accounts of a week and its cohort are one figure.

    Args:
        flow: the result of ``flow``.
        days: ``day`` and ``is_covered`` of some weeks before, by ``by`` where a gap touches some groups alone.
        previous_first: the first day of the period before.
        by: the columns that name a group.

    Returns:
        The rows, with ``has_whole_past``: whether no day of these weeks is missing, or nobody is new who might have
        acted on it. The week in which the data begin is taken as whole, as :func:`gap_weeks` does.
    """
    since = previous_first - timedelta(weeks=LEAD_WEEKS - 1)
    begins = days.filter(days.is_covered).day.min().to_pyarrow().as_py() or previous_first
    monday = begins - timedelta(days=begins.weekday())
    past = days.filter((days.day >= ibis.literal(since)) & (days.day < ibis.literal(previous_first)))
    lacking = past.filter(~past.is_covered & (past.day.truncate("W").cast("date") != ibis.literal(monday)))
    own = [name for name in by if name in days.columns]
    if not own:
        lacks = lacking.count().to_pyarrow().as_py() > 0
        return flow.mutate(has_whole_past=(flow.new == 0) | ibis.literal(not lacks))
    gaps = ibis.memtable(lacking.select(*own).distinct().to_pyarrow())
    marked = join_groups(flow, gaps.mutate(_lacks=ibis.literal(value=True)), own)
    return marked.mutate(has_whole_past=(marked.new == 0) | marked["_lacks"].isnull()).drop("_lacks")


def first_cohort(begins: date, last: date) -> date:
    """Return the Monday of the first cohort that is shown (docs/domain.md, OA adoption: retention).

    Accounts of the first four weeks of the data existed before; and a cohort is followed for eight weeks.

    Args:
        begins: the first day with an activity.
        last: the last day of the period.
    """
    monday, monday_of_last = (day - timedelta(days=day.weekday()) for day in (begins, last))
    return max(monday + timedelta(weeks=LEAD_WEEKS), monday_of_last - timedelta(weeks=OLDEST))


def retention(history: ir.Table, since: date, last: date) -> ir.Table:
    """Return the share of each weekly cohort that was active in each week after its first one.

    Args:
        history: rows of ``oa.activities``, as far back as the lake goes: accounts of its first weeks are not new.
        since: the Monday of the first cohort to show (:func:`first_cohort`).
        last: the last day of the period; a week that ends after it is left out.

    Returns:
        ``cohort_on``, ``week`` and the other measures of ``RETENTION``, ordered by both. A week without any
        active account of a cohort has no row.
    """
    weeks = history.select(*_PERSON, _week=history.day.truncate("W").cast("date")).distinct()
    whole = weeks.filter(weeks["_week"] <= ibis.literal(last - timedelta(days=6)))
    born = whole.group_by(*_PERSON).aggregate(cohort_on=whole["_week"].min())
    joined = whole.join(born, list(_PERSON))
    counted = (
        joined.filter(joined.cohort_on >= ibis.literal(since))
        .group_by("cohort_on", "_week")
        .aggregate(retained=ibis._.count())
    )
    sizes = counted.filter(counted["_week"] == counted.cohort_on).select(_cohort_on="cohort_on", cohort="retained")
    sized = counted.join(sizes, counted.cohort_on == sizes["_cohort_on"])
    return sized.select(
        "cohort_on",
        "cohort",
        week=sized["_week"].delta(sized.cohort_on, unit="day") // 7,
        retained=sized.retained,
        retention=sized.retained / sized.cohort,
    ).order_by("cohort_on", "week")


def by_age(retention: ir.Table, last: date, gap_weeks: Sequence[date] = ()) -> ir.Table:
    """Return retention as a table: one row a cohort, one column a week after its first.

    Args:
        retention: the result of ``retention``.
        last: the last day of the period.
        gap_weeks: Mondays of the weeks with a gap (:func:`over_gaps`).

    Returns:
        ``cohort_on``, ``cohort`` and ``retention_1`` … ``retention_8``, ordered by cohort: 0 in a week without any
        active account of the cohort, null in one that has not ended, that has a gap, or that nobody knows; and
        ``is_complete``.
    """
    known = over_gaps(retention, gap_weeks)
    grouped = known.group_by("cohort_on", "cohort", "is_complete").aggregate(
        **{f"_{week}": known.retention.max(where=known.week == week) for week in range(1, OLDEST + 1)}
    )
    shares = {}
    for week in range(1, OLDEST + 1):
        on = (grouped.cohort_on + ibis.interval(days=7 * week)).cast("date")
        is_known = grouped.is_complete & (on <= ibis.literal(last - timedelta(days=6)))
        if gap_weeks:
            is_known &= on.notin(list(gap_weeks))
        shares[f"retention_{week}"] = is_known.ifelse(grouped[f"_{week}"].fill_null(0.0), ibis.null())
    return grouped.select("cohort_on", "cohort", **shares, is_complete="is_complete").order_by("cohort_on")


def over_gaps(retention: ir.Table, gap_weeks: Sequence[date] = ()) -> ir.Table:
    """Return retention without what a gap hides (docs/domain.md, OA adoption: retention).

    A cohort of a week with a gap is left out, and who was active in such a week is null. Who first acts within four
    weeks after it may have acted in it: the cohort is an upper bound, and the share that stayed is null.

    Args:
        retention: the result of ``retention``.
        gap_weeks: Mondays of the weeks with a gap.

    Returns:
        The rows, with ``is_complete``: whether the cohort holds newcomers alone.
    """
    if not gap_weeks:
        return retention.mutate(is_complete=ibis.literal(value=True))
    gaps = list(gap_weeks)
    after = sorted({day + timedelta(weeks=week) for day in gaps for week in range(1, LEAD_WEEKS + 1)})
    rows = retention.filter(retention.cohort_on.notin(gaps))
    on = (rows.cohort_on + rows.week * ibis.interval(days=7)).cast("date")
    is_complete = rows.cohort_on.notin(after)
    is_known = on.notin(gaps) & is_complete
    return rows.mutate(
        retained=is_known.ifelse(rows.retained, ibis.null()),
        retention=is_known.ifelse(rows.retention, ibis.null()),
        is_complete=is_complete,
    )


def gap_weeks(days: ir.Table, begins: date) -> list[date]:
    """Return the Mondays of the weeks of which a day is missing, behind the one in which the data begin.

    Args:
        days: ``day`` and ``is_covered`` of some days.
        begins: the first day with an activity.
    """
    monday = ibis.literal(begins - timedelta(days=begins.weekday()))
    weeks = days.filter(~days.is_covered).select(_week=days.day.truncate("W").cast("date")).distinct()
    return sorted(weeks.filter(weeks["_week"] > monday).to_pyarrow()["_week"].to_pylist())
