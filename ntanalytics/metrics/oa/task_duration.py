"""Duration of document tasks, in clock hours and in working hours (docs/domain.md, OA adoption: handling time)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.measure import Measure, catalogue, count
from ntanalytics.metrics.slots import by_slot, local_day

#: Longest run of days off at either end of the working days.
_MONTH = timedelta(days=31)

#: Office hours of a working day, in seconds since midnight: 08:30–12:00 and 13:30–18:00, eight hours.
OFFICE_HOURS = ((30_600, 43_200), (48_600, 64_800))

#: Handling time (docs/domain.md, OA adoption).
HANDLING = (
    count("tasks", "办结任务", "件", "Tasks finished in the period and not cancelled.", good="up"),
    Measure(
        "handling_p50_s",
        "办理用时中位数",
        "Median of finish − start of the finished tasks, in clock time.",
        format="seconds",
        good="down",
    ),
    Measure(
        "handling_p90_s",
        "办理用时（90%以内）",
        "90th percentile of finish − start, in clock time.",
        format="seconds",
        good="down",
    ),
    Measure(
        "worked_p50_s",
        "办理工时中位数",
        "Median of the office hours between start and finish: 08:30–12:00 and 13:30–18:00 of working days.",
        format="hours",
        good="down",
    ),
    Measure(
        "worked_p90_s",
        "办理工时（90%以内）",
        "90th percentile of the office hours between start and finish.",
        format="hours",
        good="down",
    ),
)

OVERDUE = count(
    "overdue_tasks",
    "逾期未办任务",
    "件",
    "Open tasks past their due time at the end of the day (contract, oa.tasks: due_at). A missing day hides both "
    "new tasks and the end of old ones.",
    good="down",
    over_gap="unknown",
)

MEASURES = catalogue((*change.with_changes(HANDLING), OVERDUE))


def task_duration(
    tasks: ir.Table, working_days: Sequence[date], first: date, last: date, utc_offset_h: int, by: Sequence[str] = ()
) -> ir.Table:
    """Return the handling time of the tasks finished from ``first`` to ``last`` (docs/domain.md, OA adoption).

    Args:
        tasks: rows of ``oa.tasks``, with all that were finished in the period, whenever they began.
        working_days: the working days from the earliest start to ``last``; a task that started more than a month before
            the first of them has no working hours.
        first: the period's first local day.
        last: the period's last local day, included.
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns of ``tasks`` that name a group: ``unit``, ``edition``, ``module``.

    Returns:
        ``by`` and the measures of ``HANDLING`` (seconds; eight hours of work are 28,800), most tasks first;
        one row when ``by`` is empty.
    """
    counted = _handling(tasks, working_days, first, last, utc_offset_h, by)
    return counted.order_by(ibis.desc("tasks"), *by)


def first_day(tasks: ir.Table, utc_offset_h: int) -> date | None:
    """Return the local day on which the oldest task began, from which on the working days are needed; None without one.

    Args:
        tasks: rows of ``oa.tasks``.
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    oldest = tasks.aggregate(day=local_day(tasks.started_at.min(), utc_offset_h))
    day: date | None = oldest.to_pyarrow()["day"][0].as_py()
    return day


def task_duration_by_day(
    tasks: ir.Table, working_days: Sequence[date], first: date, last: date, utc_offset_h: int, by: Sequence[str] = ()
) -> ir.Table:
    """Return ``task_duration`` by the local day of finishing: ``day``, ``by`` and the measures, in no order."""
    dated = tasks.drop("day").mutate(day=local_day(tasks.finished_at, utc_offset_h))
    return _handling(dated, working_days, first, last, utc_offset_h, ["day", *by])


def _handling(
    tasks: ir.Table, working_days: Sequence[date], first: date, last: date, utc_offset_h: int, by: Sequence[str]
) -> ir.Table:
    offset = ibis.interval(hours=utc_offset_h)
    done = tasks.filter(tasks.finished_at.notnull() & ~tasks.is_cancelled)
    local = done.select(
        *by, "handling_s", _begin=done.started_at + offset, _end=done.finished_at + offset
    )  # local wall-clock times
    local = local.filter((local["_end"].date() >= ibis.literal(first)) & (local["_end"].date() <= ibis.literal(last)))
    timed = _worked(_worked(local, working_days, "_begin"), working_days, "_end")
    timed = timed.mutate(_worked_s=timed["_end_worked"] - timed["_begin_worked"])
    return timed.aggregate(
        by=list(by),
        tasks=timed.count(),
        handling_p50_s=timed.handling_s.quantile(0.5),
        handling_p90_s=timed.handling_s.quantile(0.9),
        worked_p50_s=timed["_worked_s"].quantile(0.5),
        worked_p90_s=timed["_worked_s"].quantile(0.9),
    )


def finished_by_slot(
    tasks: ir.Table, utc_offset_h: int, slot_s: int, by: Sequence[str] = ("edition", "module")
) -> ir.Table:
    """Return the number of finished tasks by local day and slot, without cancelled ones.

    Args:
        tasks: rows of ``oa.tasks``, with all that were finished in the days of interest, whenever they began.
        utc_offset_h: hours by which local time is ahead of UTC.
        slot_s: seconds of a slot.
        by: columns that name a group.

    Returns:
        ``day``, ``slot``, ``by`` and ``events``, in no order.
    """
    done = tasks.filter(tasks.finished_at.notnull() & ~tasks.is_cancelled)
    dated = done.mutate(day=local_day(done.finished_at, utc_offset_h))
    return by_slot(dated, "finished_at", utc_offset_h, by, slot_s=slot_s)


def overdue_by_day(tasks: ir.Table, days: ir.Table, utc_offset_h: int, by: Sequence[str] = ("edition",)) -> ir.Table:
    """Return the open tasks past their due time at the end of each day.

    Args:
        tasks: rows of ``oa.tasks``, with all that were open on the days.
        days: the days (metrics.days).
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns that name a group.

    Returns:
        The columns of ``days``, ``by`` and ``overdue_tasks``, ordered by day and group; a cancelled task was open until
        the last change of its record.
    """
    ended = ibis.coalesce(tasks.finished_at, tasks.is_cancelled.ifelse(tasks.changed_at, ibis.null()))
    timed = tasks.mutate(_due_on=local_day(tasks.due_at, utc_offset_h), _ended_on=local_day(ended, utc_offset_h))
    # only few tasks are ever overdue
    late = timed.filter((timed["_ended_on"] > timed["_due_on"]).fill_null(timed["_due_on"].notnull()))
    late = late.select(*by, "_due_on", "_ended_on")
    calendar = days.select(_on="day")
    pairs = calendar.inner_join(late, calendar["_on"] >= late["_due_on"])
    pairs = pairs.filter((pairs["_ended_on"] > pairs["_on"]).fill_null(True))
    counted = pairs.group_by("_on", *by).aggregate(overdue_tasks=pairs.count()).rename(day="_on")
    return fill_days(counted, days, MEASURES, by=by).order_by("day", *by)


def _worked(tasks: ir.Table, working_days: Sequence[date], at: str) -> ir.Table:
    """Return the tasks with ``<at>_worked``: office seconds from a fixed day to the local time ``at``."""
    calendar = _calendar(working_days)
    joined = tasks.left_join(calendar, tasks[at].date() == calendar["_day"])
    seconds = (joined[at].hour() * 3600 + joined[at].minute() * 60 + joined[at].second()).cast("int64")
    parts = [ibis.least(ibis.greatest(seconds - begin, 0), end - begin) for begin, end in OFFICE_HOURS]
    total = sum(end - begin for begin, end in OFFICE_HOURS)
    worked = joined["_before"] * total + joined["_is_worked"].ifelse(parts[0] + parts[1], 0)
    return joined.mutate(**{f"{at}_worked": worked}).drop("_day", "_before", "_is_worked")


def _calendar(working_days: Sequence[date]) -> ir.Table:
    """Return every day from a month before the first working day to one after the last.

    Each has the number of working days before it.
    """
    worked = sorted(set(working_days))
    begin = worked[0] - _MONTH if worked else date.min
    span = (worked[-1] + _MONTH - begin).days + 1 if worked else 0
    days = [begin + timedelta(days=offset) for offset in range(span)]
    columns = {
        "_day": pa.array(days, pa.date32()),
        "_before": pa.array([bisect_left(worked, day) for day in days], pa.int64()),
        "_is_worked": pa.array([day in set(worked) for day in days], pa.bool_()),
    }
    return ibis.memtable(pa.table(columns))
