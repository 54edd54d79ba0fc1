"""Metrics of hosts that stand still: their sensor is dead, and they are not measured (docs/domain.md, Infra: host)."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import catalogue, count

STILL = (
    count(
        "still_series",
        "停滞指标",
        "项",
        "Metrics of a host that had one value for more hours of the day than ever before.",
        good="down",
    ),
)

#: Least hours of a day, and least days before it, of which it is known whether a value stands still.
STILL_HOURS, STILL_DAYS = 12, 7

#: Days before a value stood still that show whether it usually changes, and days that are read: what stands still for
#: three weeks is still held against a week before.
STILL_COMPARED, STILL_HISTORY = 14, 28

#: Least hours that repeat the one before, and how many times as many as on any day before they must be.
STILL_REPEATS, STILL_FACTOR = 6, 2.0

MEASURES = catalogue(STILL)

#: Columns that name a series.
_SERIES = ("source", "host", "metric", "part")


def dead_series(metrics: ir.Table, on: date) -> ir.Table:
    """Return what stood still on a day (:func:`still_series`): it is not measured.

    Args:
        metrics: rows of ``infra.metrics`` of four weeks up to ``on``.
        on: the day.

    Returns:
        ``host``, ``metric``, ``part`` and ``still_since``, the day on which it moved last, or stood still at once.
    """
    # few series repeat a value at all: all of four weeks in order would take longer than all else
    day = metrics.filter(metrics.day == ibis.literal(on)).group_by(*_SERIES)
    repeating = day.having(ibis._["mean"].count() - ibis._["mean"].nunique() >= STILL_REPEATS).aggregate()
    repeating = repeating.rename({f"_{name}": name for name in _SERIES})
    same = [metrics[name].identical_to(repeating[f"_{name}"]) for name in _SERIES]
    series = _judged_series(metrics.semi_join(repeating, same), on)
    dead = series.filter(series["_is_dead"])
    return dead.group_by("host", "metric", "part").aggregate(still_since=dead["_first"].min())


def still_series(metrics: ir.Table, on: date) -> ir.Table:
    """Return the metrics of each host that stood still on a day for longer than ever before: their sensor is dead.

    What is full stands still rightly. The two weeks before it stood still tell which of them usually change.

    Args:
        metrics: rows of ``infra.metrics`` of four weeks up to ``on``.
        on: the day.

    Returns:
        ``source``, ``host``, ``still_series``, ``still_metrics`` (their distinct metrics), ``metric`` (one of them),
        ``part`` (the first of their parts) and ``still_hours`` (the most hours of one value), of hosts with a
        measurement on ``on``, most first.
    """
    series = _judged_series(metrics, on)
    is_dead = series["_is_dead"]
    counted = series.group_by("source", "host").aggregate(
        still_series=series.count(where=is_dead),
        still_metrics=series.metric.nunique(where=is_dead),
        metric=series.metric.min(where=is_dead),
        part=series.part.min(where=is_dead),
        still_hours=series["_today"].max(where=is_dead) + 1,
    )
    return counted.order_by(ibis.desc("still_series"), "host")


def _judged_series(metrics: ir.Table, on: date) -> ir.Table:
    """Return the series of a day, with the most hours that repeat one value, since when, and whether it is dead."""
    metrics = metrics.filter(metrics.day.between(ibis.literal(on - timedelta(days=STILL_HISTORY)), ibis.literal(on)))
    ordered = {"group_by": list(_SERIES), "order_by": ["day", "hour_at"]}
    before = ibis.window(**ordered)
    is_same = (metrics["mean"] == metrics["mean"].lag().over(before)).fill_null(False)
    is_same_day = (metrics.day == metrics.day.lag().over(before)).fill_null(False)
    is_full = (metrics.metric != "load") & (metrics["mean"] >= 1.0)
    hours = metrics.mutate(_moved=~is_same, _repeats=is_same & is_same_day & ~is_full)
    hours = hours.mutate(_run=hours["_moved"].cast("int64").sum().over(ibis.cumulative_window(**ordered)))
    runs = hours.group_by(*_SERIES, "day", "_run").aggregate(
        _hours=hours.count(), _repeated=hours["_repeats"].sum(), _begins=hours["_moved"].any()
    )
    daily = runs.group_by(*_SERIES, "day").aggregate(
        _hours=runs["_hours"].sum(),
        _repeated=runs["_repeated"].max(),
        _has_moved=runs["_begins"].any(),
        _begins_anew=runs["_begins"].all(),
    )
    measured = daily.filter(daily["_hours"] >= STILL_HOURS)
    today = ibis.literal(on)
    whole = ibis.window(group_by=list(_SERIES))
    stood_since = measured.day.max(where=(measured.day < today) & measured["_has_moved"]).over(whole)
    began_today = measured["_begins_anew"].any(where=measured.day == today).over(whole).fill_null(True)
    # what stands still since a day before is held against the days before that one
    first = began_today.ifelse(today, ibis.coalesce(stood_since, today))
    measured = measured.mutate(_first=first)
    back = measured["_first"].delta(measured.day, unit="day")
    measured = measured.mutate(_before=back.between(1, STILL_COMPARED))
    is_today = measured.day == today
    series = measured.group_by(*_SERIES).aggregate(
        _today=measured["_repeated"].max(where=is_today),
        _days=measured.count(where=measured["_before"]),
        _most=measured["_repeated"].max(where=measured["_before"]),
        _first=measured["_first"].min(),
    )
    series = series.filter(series["_today"].notnull())
    is_long = series["_today"] >= STILL_FACTOR * series["_most"] + STILL_REPEATS
    return series.mutate(_is_dead=((series["_days"] >= STILL_DAYS) & is_long).fill_null(False))
