"""Spans of checks: the time for which each check speaks (docs/domain.md, Availability).

A check is valid until the next check of the same target, and no longer than ``GAP``: the time beyond is unknown,
neither up nor down.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import ibis
import ibis.expr.types as ir

#: Longest time for which a check is valid when no other follows: twice the usual five minutes.
GAP = timedelta(minutes=10)

#: Longest time after which the next check still tells when an outage ended: the longest usual interval of checks.
ENDS_WITHIN = timedelta(hours=1)

#: Columns that name a target of checks.
TARGET = ("subsystem", "source", "target", "kind")


def valid_spans(checks: ir.Table, since: datetime | None, until: datetime) -> ir.Table:
    """Return the checks that speak within a period, with the time for which they do.

    Args:
        checks: rows of ``infra.checks``, with those of the time ``GAP`` before the period, which may reach into it.
        since: its begin (aware); None for the first check.
        until: its end (aware), or now while it lasts.

    Returns:
        The columns of ``checks``, ``_from_at``, ``_until_at``, ``_for_s`` (seconds), ``_is_first``: no check of the
        target failed right before it, and ``_is_end_known``: a next check tells how long it was so, or it was so at the
        end of the period.
    """
    in_order = ibis.window(group_by=list(TARGET), order_by="checked_at")
    end = ibis.literal(until)
    following = checks.checked_at.lead(1).over(in_order)
    longest = checks.checked_at + ibis.interval(seconds=int(GAP.total_seconds()))
    ends = ibis.least(ibis.coalesce(following, end), longest, end)
    begin = ibis.literal(since or datetime(1970, 1, 1, tzinfo=UTC)).cast(checks.checked_at.type())
    was_up = checks.is_up.lag(1).over(in_order)
    begins = ibis.greatest(checks.checked_at, begin)
    known_until = checks.checked_at + ibis.interval(seconds=int(ENDS_WITHIN.total_seconds()))
    is_end_known = following.isnull().ifelse(end <= longest, following <= known_until)
    dated = checks.mutate(
        _from_at=begins, _until_at=ends, _is_first=was_up | was_up.isnull(), _is_end_known=is_end_known
    )
    return _timed(dated.filter((dated["_until_at"] > begin) | (dated.checked_at >= begin)))


def _timed(spans: ir.Table) -> ir.Table:
    seconds = spans["_until_at"].epoch_seconds() - spans["_from_at"].epoch_seconds()
    return spans.mutate(_for_s=seconds.cast("float64"))


def spans_by_day(spans: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return the spans with those that reach into the next day parted at midnight."""
    kind = spans["_until_at"].type()
    midnight = spans.day.cast("timestamp").cast(kind) + ibis.interval(hours=24 - utc_offset_h)
    crossing = spans.mutate(_midnight=midnight.cast(kind))
    first = crossing.mutate(_until_at=ibis.least(crossing["_until_at"], crossing["_midnight"]))
    rest = crossing.filter(crossing["_until_at"] > crossing["_midnight"])
    rest = rest.mutate(_from_at=rest["_midnight"], day=(rest.day.cast("timestamp") + ibis.interval(days=1)).date())
    rest = rest.select(first.columns).cast(first.schema())
    return _timed(first.union(rest).drop("_midnight"))


def failed_runs(spans: ir.Table) -> ir.Table:
    """Return the spans of failed checks with ``_run``, the number of the run of failed checks of the target."""
    failed = spans.filter(~spans.is_up)  # they are few: all spans in order would take longer than all else
    in_order = ibis.cumulative_window(group_by=list(TARGET), order_by="checked_at")
    return failed.mutate(_run=failed["_is_first"].cast("int64").sum().over(in_order))
