"""Tasks that were cancelled, by the day on which it happened (docs/domain.md, OA adoption: cancelled tasks)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.measure import catalogue, count
from ntanalytics.metrics.slots import local_day

CANCELLED = (
    count(
        "cancelled_tasks",
        "取消任务",
        "件",
        "Tasks that ended without completion, by the day of the last change of their record.",
        good="down",
    ),
)

MEASURES = catalogue(CANCELLED)


def cancelled_by_day(tasks: ir.Table, days: ir.Table, utc_offset_h: int, by: Sequence[str] = ()) -> ir.Table:
    """Return ``cancelled_tasks`` of each day: 0 on a covered day without any, null on a gap; by day and group.

    Args:
        tasks: rows of ``oa.tasks`` that may have been cancelled on the days, whenever they began.
        days: the days (metrics.days).
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns of ``tasks`` that name a group.
    """
    ended = tasks.filter(tasks.is_cancelled)
    dated = ended.mutate(day=local_day(ended.changed_at, utc_offset_h))
    counted = dated.aggregate(by=["day", *by], cancelled_tasks=dated.count())
    return fill_days(counted, days, MEASURES, by=by).order_by("day", *by)
