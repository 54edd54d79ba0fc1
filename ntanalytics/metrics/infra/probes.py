"""Probes: outages of targets, certificates of servers, gaps of monitoring, durations, from checks.

Defined in docs/domain.md, Infra; Availability.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.infra.check_spans import TARGET, failed_runs, valid_spans
from ntanalytics.metrics.measure import Measure, catalogue, count
from ntanalytics.metrics.slots import local_hour

OUTAGES = (
    Measure(
        "down_s",
        "中断时长",
        "Time in which the target did not answer correctly (docs/domain.md, Availability).",
        format="seconds",
        is_additive=True,
    ),
    Measure("down_from_at", "中断开始", "The first failed check of an outage.", format="datetime", over_gap="exact"),
    Measure(
        "down_until_at",
        "中断结束",
        "End of the outage: the next good check, or the end of the period; unknown where no check followed "
        "(docs/domain.md, Availability).",
        format="datetime",
        over_gap="unknown",
    ),
)

#: Both are facts of the last check that saw the certificate; a gap takes nothing from them.
CERTIFICATES = (
    Measure(
        "tls_expires_at", "服务器证书到期", "Expiry of the served certificate.", format="datetime", over_gap="exact"
    ),
    Measure(
        "tls_days",
        "服务器证书剩余",
        "tls_expires_at − the moment, in days, rounded up, at the last check with a certificate "
        "(docs/domain.md, Infra: server certificates).",
        unit="天",
        format="number:0",
        good="up",
        over_gap="exact",
    ),
)

GAPS = (
    Measure(
        "gap_s",
        "监控中断时长",
        "The longest time without a check of a source (docs/domain.md, Gaps: longest gap).",
        format="seconds",
        good="down",
    ),
    Measure("gap_from_at", "中断开始", "The last check before the gap, or the begin.", format="datetime"),
    Measure("gap_until_at", "中断结束", "The first check after the gap, or the end.", format="datetime"),
)

PROBED = (
    count("probed", "应答的检查", "次", "Checks that were answered, with a duration."),
    Measure(
        "probe_p50_ms", "探测耗时中位数", "Median duration of the answered checks, in ms.", format="ms", good="down"
    ),
)

MEASURES = catalogue((*OUTAGES, *CERTIFICATES, *GAPS, *PROBED))

#: Kinds of checks of the host itself, and not of its services.
HOST_CHECKS = ("agent", "ping")


def outages(checks: ir.Table, until: datetime, by: Sequence[str] = ("subsystem", "target")) -> ir.Table:
    """Return the outages of each target: runs of failed checks, from the first of them to the next good one.

    Args:
        checks: rows of ``infra.checks`` of the period.
        until: the period's end (aware), or now while it lasts.
        by: columns of ``checks`` that name a target.

    Returns:
        ``by``, the measures of ``OUTAGES``, ``failed_checks``, and ``is_complete``: where no check tells its end,
        ``down_until_at`` is the time up to which it is known to have lasted; longest first.
    """
    failed = failed_runs(valid_spans(checks, None, until))
    outages = failed.group_by(*dict.fromkeys((*by, *TARGET)), "_run").aggregate(
        down_from_at=failed.checked_at.min(),
        down_until_at=failed["_until_at"].max(),
        down_s=failed["_for_s"].sum(),
        failed_checks=failed.count(),
        is_complete=failed["_is_end_known"].all(),
    )
    shown = outages.select(*by, "down_from_at", "down_until_at", "down_s", "failed_checks", "is_complete")
    return shown.order_by(ibis.desc("down_s"), "down_from_at", *by)


def measured_time(checks: ir.Table, until: datetime) -> ir.Table:
    """Return the time for which the checks of each target speak (docs/domain.md, Availability).

    Args:
        checks: rows of ``infra.checks`` of the period.
        until: the period's end (aware), or now while it lasts.

    Returns:
        ``target`` and ``measured_s``; of a target that is checked in several ways the way that speaks longest.
    """
    spans = valid_spans(checks, None, until)
    ways = spans.group_by(*TARGET).aggregate(measured_s=spans["_for_s"].sum())
    return ways.group_by("target").aggregate(measured_s=ways.measured_s.max()).order_by("target")


def certificates(checks: ir.Table, at: datetime) -> ir.Table:
    """Return the TLS certificates in the checks, and their remaining days.

    Of a target that nothing checked any more the days since then do not count: its certificate may have been replaced.

    Args:
        checks: rows of ``infra.checks`` of the period.
        at: the moment (aware) from which days are counted.

    Returns:
        ``subsystem``, ``target`` and the measures of ``CERTIFICATES``, soonest to expire first.
    """
    known = checks.filter(checks.checked_at <= ibis.literal(at))
    last = known.group_by("subsystem", "target").aggregate(
        tls_expires_at=known.expires_at.argmax(known.checked_at, where=known.expires_at.notnull()),
        _checked_at=known.checked_at.max(),
    )
    last = last.filter(last.tls_expires_at.notnull())
    moment = ibis.literal(at).epoch_seconds()
    unseen_days = ((moment - last["_checked_at"].epoch_seconds()) / 86_400).floor()
    left = (last.tls_expires_at.epoch_seconds() - moment) / 86_400 + unseen_days
    return last.mutate(tls_days=left.ceil().cast("float64")).drop("_checked_at").order_by("tls_days", "target")


def former_certificates(checks: ir.Table, at: datetime) -> ir.Table:
    """Return the TLS certificates that targets served before their present ones.

    Args:
        checks: rows of ``infra.checks`` of some days.
        at: the moment (aware) until which checks count.

    Returns:
        ``subsystem``, ``target``, ``former_expires_at`` and ``replaced_at``, the last check that saw it. A target that
        served one certificate all the time is left out (docs/domain.md, Infra: server certificates).
    """
    seen = checks.filter(checks.expires_at.notnull() & (checks.checked_at <= ibis.literal(at)))
    last = seen.group_by(*TARGET).aggregate(_present_at=seen.expires_at.argmax(seen.checked_at))
    others = join_groups(seen, last, TARGET).filter(lambda row: row.expires_at != row["_present_at"])
    return (
        others.group_by(*TARGET)
        .aggregate(former_expires_at=others.expires_at.argmax(others.checked_at), replaced_at=others.checked_at.max())
        .order_by(*TARGET)
    )


def check_gaps(checks: ir.Table, since: datetime, until: datetime) -> ir.Table:
    """Return the longest time without a check of each source of checks.

    Args:
        checks: rows of ``infra.checks`` of the period, and of some days before it, which show all sources.
        since: the period's begin (aware).
        until: the period's end (aware), or now while it lasts.

    Returns:
        ``source`` and the measures of ``GAPS``, ordered by source; the gap of a source without a check is the period.
    """
    begin, end = ibis.literal(since), ibis.literal(until)
    known = checks.select("source").distinct()
    inside = checks.filter((checks.checked_at >= begin) & (checks.checked_at < end))
    moments = inside.select("source", "checked_at").distinct()
    kind = moments.checked_at.type()
    moments = moments.union(known.mutate(checked_at=begin.cast(kind)))
    in_order = ibis.window(group_by="source", order_by="checked_at")
    following = ibis.coalesce(moments.checked_at.lead(1).over(in_order), end.cast(kind))
    spans = moments.mutate(gap_until_at=following)
    spans = spans.mutate(gap_s=(spans.gap_until_at.epoch_seconds() - spans.checked_at.epoch_seconds()).cast("float64"))
    # the first of several equal gaps, on every engine
    in_length = ibis.window(group_by="source", order_by=[ibis.desc("gap_s"), "checked_at"])
    placed = spans.mutate(_place=ibis.row_number().over(in_length))
    longest = placed.filter(placed["_place"] == 0)
    return longest.select("source", "gap_s", gap_from_at="checked_at", gap_until_at="gap_until_at").order_by("source")


def probe_durations(checks: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return the median duration of the answered checks by day, hour and target.

    Args:
        checks: rows of ``infra.checks``.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``day``, ``hour`` (0–23, local), ``subsystem``, ``target`` and the measures of ``PROBED``, of hours with
        such checks; ordered.
    """
    good = checks.filter(checks.is_up & checks.duration_ms.notnull())
    hour = local_hour(good.checked_at, utc_offset_h)
    keys = ("day", "hour", "subsystem", "target")
    hours = good.mutate(hour=hour)
    counted = hours.group_by(*keys).aggregate(probed=hours.count(), probe_p50_ms=hours.duration_ms.quantile(0.5))
    return counted.order_by(*keys)


def serves(service: str, target: str) -> bool:
    """Return whether a target of the probes belongs to a service of the logs, by its host or the host's first label."""
    host = target.partition("://")[2].partition("/")[0].partition(":")[0]
    return target.startswith("http") and service in (host, host.partition(".")[0])
