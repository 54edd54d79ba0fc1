"""Web requests: volume, errors and response times (domain.md, Infra).

Every function takes Ibis tables of ``infra.requests``, which counts requests by minute, service,
method, route, status and logarithmic duration bucket, and returns one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics import days as covered
from ntanalytics.metrics.buckets import quantiles
from ntanalytics.metrics.groups import beside
from ntanalytics.metrics.measure import Measure, catalogue

#: A usual value needs that many comparable days at least.
FEWEST_USUAL_DAYS = 2

#: How many weeks back the same weekday is looked at.
USUAL_WEEKS = 4

VOLUME = (
    Measure("requests", "请求数", "次", is_additive=True, definition="Requests (domain.md, Infra)."),
    Measure(
        "errors",
        "服务端错误",
        "次",
        good="down",
        is_additive=True,
        definition="Requests answered with a status of 500–599 (domain.md, Infra).",
    ),
    Measure(
        "client_errors",
        "客户端错误",
        "次",
        good="down",
        is_additive=True,
        definition="Requests answered with a status of 400–499.",
    ),
    Measure(
        "error_rate",
        "错误率",
        format="rate:2",
        good="down",
        definition="errors / requests; null when there were none (domain.md, Infra).",
    ),
    Measure("size_bytes", "响应流量", format="bytes", is_additive=True, definition="Bytes of all response bodies."),
    Measure(
        "timed_requests",
        "有时长的请求",
        "次",
        is_additive=True,
        definition="Requests whose log line has a duration; the quantiles are over these.",
    ),
    Measure(
        "duration_p50_ms",
        "响应时间 P50",
        format="ms",
        good="down",
        definition="Median response time in ms, within 5 %, over timed requests (domain.md, Infra).",
    ),
    Measure(
        "duration_p95_ms",
        "响应时间 P95",
        format="ms",
        good="down",
        definition="95th percentile of response time in ms, within 5 %, over timed requests (domain.md, Infra).",
    ),
)

USUAL = (
    Measure(
        "usual_requests",
        "通常请求数",
        "次",
        format="number:0",
        definition="Median of the same weekday of the four weeks before, over comparable days.",
    ),
    Measure("usual_days", "可比天数", "天", definition="How many days the usual value is taken from."),
    Measure(
        "requests_against_usual",
        "较通常",
        format="rate:1",
        definition="(requests − usual_requests) / usual_requests; null where either is null or that is 0.",
    ),
)

HOUR = Measure("hour", "时段", "时", definition="Local hour of the day, 0–23.")

MEASURES = catalogue((*change.with_changes(VOLUME), *USUAL, HOUR))


def volume(requests: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Requests, errors and response times, in all or by service, route, day, ``minute_at`` (domain.md, Infra).

    A quantile is the nearest-rank one, read from the duration buckets: the geometric middle of the bucket that
    holds it, hence within 5 % (√1.1) of the true one.

    Args:
        requests: rows of ``infra.requests``, those of the period.
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
    joined = beside(counted, quantiles(requests, "requests", by, "timed_requests", wanted), by)
    rated = joined.mutate(
        error_rate=joined.errors / joined.requests.nullif(0), timed_requests=joined.timed_requests.fill_null(0)
    )
    return rated.select(*by, *(measure.name for measure in VOLUME))


def daily(requests: ir.Table, days: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """``volume`` of each day: 0 on a covered day without requests, null on one that was not extracted.

    Args:
        requests: rows of ``infra.requests`` over the span of ``days``.
        days: the days of the span: ``day``, ``is_covered`` and others (metrics.days).
        by: columns of ``requests`` that name a group.

    Returns:
        The columns of ``days``, ``by`` and the measures of ``VOLUME``, ordered by day and group.
    """
    return _daily(requests, days, by).order_by("day", *by)


def _daily(requests: ir.Table, days: ir.Table, by: Sequence[str]) -> ir.Table:
    return covered.over_days(_volume(requests, ["day", *by]), days, MEASURES, by=by)


def hourly(requests: ir.Table, utc_offset_h: int, by: Sequence[str] = ()) -> ir.Table:
    """``volume`` by local hour of the day, of the hours that have requests.

    Args:
        requests: rows of ``infra.requests``, those of the period.
        utc_offset_h: hours by which local time is ahead of UTC (8 in Shanghai, which has no DST).
        by: columns of ``requests`` that name a group.

    Returns:
        ``hour`` (0–23), ``by`` and the measures of ``VOLUME``, ordered by hour and group.
    """
    hour = (requests.minute_at + ibis.interval(hours=utc_offset_h)).hour().cast("int64")
    return _volume(requests.mutate(hour=hour), ["hour", *by]).order_by("hour", *by)


def against_weekday(requests: ir.Table, days: ir.Table, on: date, by: Sequence[str] = ("service",)) -> ir.Table:
    """A day's requests against what is usual on that weekday.

    Usual is the median over the same weekday of the four weeks before, of the days that were extracted and are
    working days as ``on`` is one (or holidays as it is one), so that a holiday is not taken for an outage. A group
    without a request on such a day counts 0 there.

    Args:
        requests: rows of ``infra.requests`` of the four weeks before ``on`` and of ``on``.
        days: the days of that span: ``day``, ``is_covered``, ``is_working_day``.
        on: the day.
        by: columns of ``requests`` that name a group; groups of any of the days are listed.

    Returns:
        ``by``, ``requests`` (null when ``on`` was not extracted), ``usual_requests`` and ``requests_against_usual``
        (null when fewer than two days are comparable), ``usual_days``; ordered by group.
    """
    weeks = [on - timedelta(weeks=back) for back in range(1, USUAL_WEEKS + 1)]
    its = _daily(requests, days, by)
    today = its.filter(its.day == ibis.literal(on))
    same = its.filter(its.day.isin([ibis.literal(day) for day in weeks]) & its.is_covered)
    kinds = today.select(**{f"_{name}": today[name] for name in by}, _kind=today.is_working_day)
    on_group = [same[name].identical_to(kinds[f"_{name}"]) for name in by]
    comparable = same.inner_join(kinds, [*on_group, same.is_working_day.identical_to(kinds["_kind"])])
    usual = comparable.aggregate(by=list(by), _median=comparable.requests.quantile(0.5), _days=comparable.count())
    theirs = usual.rename({f"_{name}": name for name in by})
    joined = today.left_join(theirs, [today[name].identical_to(theirs[f"_{name}"]) for name in by] or True)
    usual_days = joined["_days"].fill_null(0)
    usual_requests = (usual_days >= FEWEST_USUAL_DAYS).ifelse(joined["_median"].cast("float64"), ibis.null("float64"))
    figures = joined.select(*by, requests=joined.requests, usual_requests=usual_requests, usual_days=usual_days)
    difference = figures.requests - figures.usual_requests
    compared = figures.mutate(requests_against_usual=difference / figures.usual_requests.nullif(0))
    return compared.order_by(*by) if by else compared
