"""SMS: volume, delivery, latency, failures, backlog (docs/domain.md, SMS); the bills are in sms_bills.

Every function takes Ibis tables of ``sms.messages`` and returns one; nothing is read, and there is no
clock: ``as_of`` is the moment at which the data were taken (aware, UTC).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.measure import Measure, catalogue, count, rate
from ntanalytics.metrics.slots import local_hour
from ntanalytics.metrics.sms.failure_codes import CLASSES, REMEDIES, failure_class

#: Time after submission from which a message without a report is unknown, and no longer pending (docs/domain.md, SMS).
UNKNOWN_AFTER = timedelta(hours=72)

#: Volume, outcome and latency (docs/domain.md, SMS).
VOLUME = (
    count("submitted", "提交量", "条", "Messages whose submit time falls in the period."),
    count("segments", "计费条数", "条", "Billing parts: one per message up to 70 characters, else one per 67."),
    count("delivered", "送达", "条", "Messages whose final status report says delivered.", good="up"),
    count("failed", "失败", "条", "Messages whose final status report has any other final code.", good="down"),
    count("unknown", "无回执", "条", "Messages without a report 72 h after submission.", good="down"),
    count("pending", "等待回执", "条", "Messages without a report yet, within 72 h of submission."),
    rate("delivery_rate", "送达率", "delivered / (delivered + failed + unknown); null when that is 0.", good="up"),
    Measure(
        "receipt_latency_p50_s",
        "回执时延（中位数）",
        "Median of report time − submit time of delivered messages, in seconds.",
        format="seconds",
        good="down",
    ),
    Measure(
        "receipt_latency_p95_s",
        "回执时延（95%以内）",
        "95th percentile of report time − submit time of delivered messages, in seconds.",
        format="seconds",
        good="down",
    ),
)

FAILURES = (
    Measure(
        "failure_class",
        "失败类别",
        "Class of the carrier's failure code (metrics/sms/failure_codes.py).",
        format="text",
        values=CLASSES,
    ),
    Measure(
        "failure_remedy",
        "处理办法",
        "Who can mend failures of the class, and how (metrics/sms/failure_codes.py).",
        format="text",
        values=REMEDIES,
    ),
    rate("failed_share", "占失败比例", "failed / all failed messages of the period and group (docs/domain.md, SMS)."),
)

BACKLOG = (
    count(
        "backlog",
        "回执积压",
        "条",
        "Messages without an outcome that have waited longer than the given time and less than 72 h.",
        good="down",
    ),
    Measure("oldest_backlog_at", "最早积压", "Submit time of the oldest message of the backlog.", format="datetime"),
)

HOUR = Measure("hour", "时段", "Local hour of the day, 0–23.", unit="时", over_gap="exact")

MEASURES = catalogue(change.with_changes((*VOLUME, *FAILURES, *BACKLOG, HOUR)))


def volume(messages: ir.Table, as_of: datetime, by: Sequence[str] = ()) -> ir.Table:
    """Return volume, outcome and latency, in all or by carrier, application, unit, day (docs/domain.md, SMS).

    submitted = delivered + failed + unknown + pending, always.

    Args:
        messages: rows of ``sms.messages`` of the period.
        as_of: the time of extraction; it separates unknown from pending.
        by: columns of ``messages`` that name a group.

    Returns:
        ``by`` and the measures of ``VOLUME`` (counts in messages, latencies in seconds), largest
        ``submitted`` first; one row when ``by`` is empty.
    """
    return _volume(messages, as_of, by).order_by(ibis.desc("submitted"), *by)


def _volume(messages: ir.Table, as_of: datetime, by: Sequence[str]) -> ir.Table:
    is_old = messages.submitted_at <= ibis.literal(as_of - UNKNOWN_AFTER)
    is_open = messages.outcome.isnull()
    is_delivered = messages.outcome == "delivered"
    figures = messages.aggregate(
        by=list(by),
        submitted=messages.count(),
        segments=messages.segments.sum().fill_null(0),
        delivered=messages.count(where=is_delivered),
        failed=messages.count(where=messages.outcome == "failed"),
        unknown=messages.count(where=is_open & is_old),
        pending=messages.count(where=is_open & ~is_old),
        receipt_latency_p50_s=messages.receipt_latency_s.quantile(0.5, where=is_delivered),
        receipt_latency_p95_s=messages.receipt_latency_s.quantile(0.95, where=is_delivered),
    )
    settled = figures.delivered + figures.failed + figures.unknown
    rated = figures.mutate(delivery_rate=figures.delivered / settled.nullif(0))
    return rated.select(*by, *(measure.name for measure in VOLUME))


def compare_volume(
    messages: ir.Table,
    before: ir.Table,
    as_of: datetime,
    by: Sequence[str] = (),
    *,
    is_complete: bool = True,
    was_complete: bool = True,
) -> ir.Table:
    """Return ``volume`` of a period with its change against the period before (docs/domain.md, General: change).

    Args:
        messages: rows of ``sms.messages`` of the period.
        before: rows of the period before.
        as_of: the time of extraction.
        by: columns of ``messages`` that name a group.
        is_complete: the period has no gap.
        was_complete: the period before has no gap.

    Returns:
        The columns of ``change.compare`` for the measures of ``VOLUME``, largest ``submitted`` first.
    """
    figures = change.compare(
        volume(messages, as_of, by),
        volume(before, as_of, by),
        MEASURES,
        columns=[measure.name for measure in VOLUME],
        by=by,
        is_complete=is_complete,
        was_complete=was_complete,
    )
    return figures.order_by(ibis.desc("submitted"), *by)


def daily(messages: ir.Table, days: ir.Table, as_of: datetime, by: Sequence[str] = ()) -> ir.Table:
    """Return ``volume`` of each day: 0 on a covered day without messages, null on a gap.

    Args:
        messages: rows of ``sms.messages`` over the span of ``days``.
        days: the days of the span: ``day``, ``is_covered`` and others (metrics.days).
        as_of: the time of extraction.
        by: columns of ``messages`` that name a group.

    Returns:
        The columns of ``days``, ``by`` and the measures of ``VOLUME``, ordered by day and group.
    """
    figures = _volume(messages, as_of, ["day", *by])
    return fill_days(figures, days, MEASURES, by=by).order_by("day", *by)


def first_pending_day(as_of: datetime, utc_offset_h: int) -> date:
    """Return the first local day of which a message may be pending: what has no report by then may get one.

    Args:
        as_of: the time of extraction (aware).
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    return (as_of.astimezone(UTC) + timedelta(hours=utc_offset_h) - UNKNOWN_AFTER).date()


def hourly(messages: ir.Table, as_of: datetime, utc_offset_h: int, by: Sequence[str] = ()) -> ir.Table:
    """Return ``volume`` by local hour of the day, all 24 hours (docs/domain.md, SMS: by hour).

    Args:
        messages: rows of ``sms.messages`` of the period.
        as_of: the time of extraction.
        utc_offset_h: hours by which local time is ahead of UTC (8 in Shanghai, which has no DST).
        by: columns of ``messages`` that name a group.

    Returns:
        ``hour`` (0–23), ``by`` and the measures of ``VOLUME``, ordered by hour and group.
    """
    local = messages.mutate(hour=local_hour(messages.submitted_at, utc_offset_h))
    figures = _volume(local, as_of, ["hour", *by])
    grid = ibis.memtable(pa.table({"hour": pa.array(range(24), pa.int64())}))
    if by:
        grid = grid.cross_join(figures.select(*by).distinct())
    keyed = figures.rename({f"_{name}": name for name in ("hour", *by)})
    joined = grid.left_join(keyed, [grid[name].identical_to(keyed[f"_{name}"]) for name in ("hour", *by)])
    filled = {
        measure.name: joined[measure.name].fill_null(0) if measure.is_additive else joined[measure.name]
        for measure in VOLUME
    }
    return joined.select("hour", *by, **filled).order_by("hour", *by)


def failure_codes(messages: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return failed messages by the carrier's raw code and its class (docs/domain.md, SMS).

    Args:
        messages: rows of ``sms.messages`` of the period.
        by: columns of ``messages`` that name a group; shares are within a group.

    Returns:
        ``by``, ``failure_code``, ``failure_class``, ``failed``, ``failed_share``; most frequent first.
    """
    return _failures(messages, by, ("failure_code", "failure_class"))


def failure_classes(messages: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return failed messages by class of code: ``by``, ``failure_class``, ``failed``, ``failed_share``; most first."""
    return _failures(messages, by, ("failure_class",))


def _failures(messages: ir.Table, by: Sequence[str], kinds: Sequence[str]) -> ir.Table:
    failed = messages.filter(messages.outcome == "failed")
    codes = failed.group_by(*dict.fromkeys((*by, "failure_code"))).aggregate(failed=failed.count())
    classed = codes.mutate(failure_class=failure_class(codes.failure_code))  # a row a code, which are few
    counted = classed.group_by(*by, *kinds).aggregate(failed=classed.failed.sum())
    total = counted.failed.sum().over(ibis.window(group_by=list(by)))
    shared = counted.mutate(failed_share=counted.failed / total)
    return shared.select(*by, *kinds, "failed", "failed_share").order_by(*by, ibis.desc("failed"), *kinds)


def backlog(
    messages: ir.Table, at: datetime, by: Sequence[str] = (), *, older_than: timedelta = timedelta(hours=1)
) -> ir.Table:
    """Return the messages that waited for an outcome at a moment, by group; 0 for a group without any.

    A report later than ``at`` does not count, so that the figure of a past day does not change. After 72 h a message is
    unknown and leaves the backlog (docs/domain.md, SMS).

    Args:
        messages: rows of ``sms.messages`` of the three days before ``at`` at least.
        at: the moment (aware), not later than the extraction.
        by: columns of ``messages`` that name a group.
        older_than: the waiting time from which a message counts.

    Returns:
        ``by``, ``backlog`` (messages) and ``oldest_backlog_at`` (the oldest submit time, null without a backlog).
    """
    waits = (
        (messages.outcome.isnull() | (messages.reported_at > ibis.literal(at)).fill_null(False))
        & (messages.submitted_at <= ibis.literal(at - older_than))
        & (messages.submitted_at > ibis.literal(at - UNKNOWN_AFTER))
    )
    counted = messages.aggregate(
        by=list(by), backlog=messages.count(where=waits), oldest_backlog_at=messages.submitted_at.min(where=waits)
    )
    return counted.order_by(ibis.desc("backlog"), *by)
