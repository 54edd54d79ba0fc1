"""Web requests: volume, errors and response times (docs/domain.md, Infra).

Every function takes Ibis tables of ``infra.requests``, which counts requests by minute, service, method, route, status
and logarithmic duration bucket, and returns one.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.histogram import quantiles
from ntanalytics.metrics.measure import Measure, catalogue, count, rate
from ntanalytics.metrics.slots import local_hour

#: Requests and durations (docs/domain.md, Infra).
VOLUME = (
    count("requests", "请求数", "次", "Requests."),
    count("errors", "服务端错误", "次", "Requests answered with a status of 500–599.", good="down"),
    count("client_errors", "客户端错误", "次", "Requests answered with a status of 400–499.", good="down"),
    rate("error_rate", "错误率", "errors / requests; null when there were none.", good="down", digits=2),
    Measure("size_bytes", "响应流量", "Bytes of all response bodies.", format="bytes", is_additive=True),
    count(
        "timed_requests", "有时长的请求", "次", "Requests whose log line has a duration: the basis of the quantiles."
    ),
    Measure(
        "duration_p50_ms",
        "响应时间（中位数）",
        "Median response time in ms, within 5 %, over timed requests.",
        format="ms",
        good="down",
    ),
    Measure(
        "duration_p95_ms",
        "响应时间（95%以内）",
        "95th percentile of response time in ms, within 5 %, over timed requests.",
        format="ms",
        good="down",
    ),
)

HOUR = Measure("hour", "时段", "Local hour of the day, 0–23.", unit="时", over_gap="exact")

ANSWERED = (
    count("answered", "已应答请求", "次", "Requests answered without a server error, whose log line has a duration."),
    Measure(
        "answer_p95_ms",
        "响应时间（已应答请求，95%以内）",
        "95th percentile of the duration of answered requests, in ms, within 5 %; a failed request waits for a "
        "time-out, which is no measure of the service.",
        format="ms",
        good="down",
    ),
)

SLOWNESS_AND_LOGS = (
    Measure(
        "slow_ratio",
        "耗时倍数",
        "Duration of an hour / the usual duration of that hour, geometric mean over the slow hours.",
        unit="倍",
        format="number:1",
        good="down",
    ),
    Measure(
        "log_days",
        "日志留存",
        "Days since the oldest day that the source of logs still has (docs/domain.md, Infra: log retention).",
        unit="天",
        good="up",
    ),
)

MEASURES = catalogue((*change.with_changes(VOLUME), HOUR, *ANSWERED, *SLOWNESS_AND_LOGS))


def volume(requests: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return requests, errors and response times, in all or by service, route, day … (docs/domain.md, Infra).

    A quantile is the nearest-rank one, read from the duration buckets: the geometric middle of its bucket, hence within
    5 % (√1.1) of the true one.

    Args:
        requests: rows of ``infra.requests`` of the period.
        by: columns of ``requests`` that name a group.

    Returns:
        ``by`` and the measures of ``VOLUME`` (durations in ms, null where no request of the group has one), most
        ``requests`` first; one row when ``by`` is empty.
    """
    return _volume(requests, by).order_by(ibis.desc("requests"), *by)


def _volume(requests: ir.Table, by: Sequence[str]) -> ir.Table:
    counted = requests.aggregate(
        by=list(by),
        requests=requests.requests.sum().fill_null(0).cast("int64"),
        errors=requests.requests.sum(where=requests.status >= 500).fill_null(0).cast("int64"),
        client_errors=requests.requests.sum(where=requests.status.between(400, 499)).fill_null(0).cast("int64"),
        size_bytes=requests.size_bytes.sum().fill_null(0).cast("int64"),
    )
    wanted = {"duration_p50_ms": 50, "duration_p95_ms": 95}
    joined = join_groups(counted, quantiles(requests, "requests", by, "timed_requests", wanted), by)
    rated = joined.mutate(
        error_rate=joined.errors / joined.requests.nullif(0), timed_requests=joined.timed_requests.fill_null(0)
    )
    return rated.select(*by, *(measure.name for measure in VOLUME))


def daily(requests: ir.Table, days: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return ``volume`` of each day: 0 on a covered day without requests, null on a gap.

    Args:
        requests: rows of ``infra.requests`` over the span of ``days``.
        days: the days of the span: ``day``, ``is_covered`` and others (metrics.days).
        by: columns of ``requests`` that name a group.

    Returns:
        The columns of ``days``, ``by`` and the measures of ``VOLUME``, ordered by day and group.
    """
    return _daily(requests, days, by).order_by("day", *by)


def _daily(requests: ir.Table, days: ir.Table, by: Sequence[str]) -> ir.Table:
    return fill_days(_volume(requests, ["day", *by]), days, MEASURES, by=by)


def hourly(requests: ir.Table, utc_offset_h: int, by: Sequence[str] = ()) -> ir.Table:
    """Return ``volume`` by local hour of the day, of the hours with requests.

    Args:
        requests: rows of ``infra.requests`` of the period.
        utc_offset_h: hours by which local time is ahead of UTC (8 in Shanghai, which has no DST).
        by: columns of ``requests`` that name a group.

    Returns:
        ``hour`` (0–23), ``by`` and the measures of ``VOLUME``, ordered by hour and group.
    """
    hour = local_hour(requests.minute_at, utc_offset_h)
    return _volume(requests.mutate(hour=hour), ["hour", *by]).order_by("hour", *by)


def counts(requests: ir.Table, days: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return ``requests``, ``errors`` and ``error_rate`` of each day: ``daily`` without the quantiles, which are slow.

    Args:
        requests: rows of ``infra.requests`` over the span of ``days``.
        days: the days of the span (metrics.days).
        by: columns of ``requests`` that name a group.

    Returns:
        The columns of ``days``, ``by`` and the three measures, ordered by day and group.
    """
    return fill_days(request_counts(requests, ["day", *by]), days, MEASURES, by=by).order_by("day", *by)


def request_counts(requests: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return ``by``, ``requests``, ``errors`` and ``error_rate`` of each group, in no order; null without a request."""
    counted = requests.aggregate(
        by=list(by),
        requests=requests.requests.sum().cast("int64"),
        errors=requests.requests.sum(where=requests.status >= 500).fill_null(0).cast("int64"),
    )
    return counted.mutate(error_rate=counted.errors / counted.requests.nullif(0))


def answers(requests: ir.Table, utc_offset_h: int, by: Sequence[str] = ("service",)) -> ir.Table:
    """Return the 95th percentile of the duration of answered requests by day and hour.

    Args:
        requests: rows of ``infra.requests``.
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns of ``requests`` that name a group.

    Returns:
        ``day``, ``hour`` (0–23, local), ``by`` and the measures of ``ANSWERED``, of hours with any; ordered.
    """
    good = requests.filter(requests.status < 500)
    hour = local_hour(good.minute_at, utc_offset_h)
    keys = ["day", "hour", *by]
    durations = quantiles(good.mutate(hour=hour), "requests", keys, "answered", {"answer_p95_ms": 95})
    return durations.order_by(*keys)
