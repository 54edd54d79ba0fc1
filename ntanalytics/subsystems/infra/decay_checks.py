"""Checks of slow decay: what worsens a little each day, with the day on which it matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS, is_beyond_chance
from ntanalytics.checks.check import Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.infra import HOST_METRICS
from ntanalytics.detectors.forecast import MIN_DAYS, forecast
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.figures import Covered
from ntanalytics.metrics.infra import decay
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.infra.web_checks import answers

#: Times its former level at which a duration is felt, and the least that anybody waits for, in ms.
_SLOWER, _WAITING_MS = 3.0, 1000.0

#: Share of its former size below which a backup lacks something, as of ``infra.size_drop``.
_SHRUNK = 0.5

#: Days for which a limit that was reached is told: then it is the usual level.
_STILL_NEW_DAYS = 14

#: Days whose lost pings are compared with those before.
_WEEK = timedelta(days=7)

#: Least answers of an hour.
_MIN_ANSWERED = 20

#: Rules of the host metrics, whose limits are those of the trend.
_LIMITS = {"memory_rate": "infra.memory", "swap_rate": "infra.swap"}


@dataclass(frozen=True, kw_only=True)
class DecayTrend:
    """Level by day of one thing that may decay.

    Attributes:
        entity: the thing.
        what: what worsens, in Chinese.
        form: format of the level.
        levels: day and level.
        limit: the level at which it matters; of one that falls a lower one.
        view: the dataset of the levels.
    """

    entity: Entity
    what: str
    form: str
    levels: Sequence[tuple[date, float]]
    limit: float
    view: Covered


def decaying(rule: Rule, trends: Iterable[DecayTrend], on: date) -> list[Finding]:
    """Return the things whose trend reaches its limit within the limits of the rule, or has reached it some days ago.

    Args:
        rule: its limits hold for the days until then.
        trends: levels of the weeks up to ``on``.
        on: the inspected day.
    """
    findings = []
    for trend in trends:
        levels = sorted((day, level) for day, level in trend.levels if day <= on)
        if len(levels) < MIN_DAYS or levels[-1][0] != on:
            continue
        first, now = (median(level for _, level in part) for part in (levels[:7], levels[-3:]))
        sign = 1.0 if trend.limit > first else -1.0
        # the limit is not reached soon at this pace: no trend needs to be fitted
        days = (on - levels[0][0]).days
        if (
            sign * (now - first) <= 0
            or sign * (trend.limit - now) > 2 * rule.threshold.warning * abs(now - first) / days
        ):
            continue
        expected = forecast([(day, sign * level) for day, level in levels], sign * trend.limit)
        is_reached = expected.reason == "full"
        full_on = _reached_on(levels, sign, trend.limit) if is_reached else expected.full_on
        if full_on is None or expected.latest_on is None:
            continue
        finding = judge_value(rule, max(0, (full_on - on).days), [trend.view], trend.entity)
        finding = finding.with_figures(first=first, now=now, limit=trend.limit)
        finding = finding.with_details(what=trend.what, form=trend.form, full_on=full_on.isoformat())
        findings.append(finding.with_details(is_reached=is_reached))
    return violations(findings)


def _reached_on(levels: Sequence[tuple[date, float]], sign: float, limit: float) -> date | None:
    """Return the day on which a trend reached its limit; None where it is long ago, or no trend led there."""
    below = [day for day, level in levels if sign * level < sign * limit]
    before = [(day, sign * level) for day, level in levels if below and day <= below[-1]]
    reached_on = next((day for day, _ in levels if not below or day > below[-1]), None)
    if reached_on is None or len(before) < MIN_DAYS or (levels[-1][0] - reached_on).days > _STILL_NEW_DAYS:
        return None
    led = forecast(before, sign * limit)
    return reached_on if led.full_on is not None and led.reason != "full" else None


def _slow_decay(context: CheckContext, rule: Rule) -> list[Finding]:
    return decaying(rule, [*_of_hosts(context), *_of_hours(context), *_of_backups(context)], context.on)


def _of_hosts(context: CheckContext) -> list[DecayTrend]:
    """Return memory and swap of each host, up to the critical limit of their rules."""
    metrics = context.dataset("infra.metrics", HISTORY_DAYS)
    levels: dict[tuple[str, str], list[tuple[date, float]]] = {}
    for row in rows(decay.levels_by_day(metrics.recent)):
        levels.setdefault((row["host"], row["metric"]), []).append((row["day"], row["level"]))
    return [
        DecayTrend(
            entity=Entity("host", host, host),
            what=HOST_METRICS[metric].replace(" ", ""),
            form="rate:1",
            levels=days,
            limit=context.rules[_LIMITS[metric]].threshold.critical,
            view=metrics,
        )
        for (host, metric), days in levels.items()
    ]


def _of_hours(context: CheckContext) -> list[DecayTrend]:
    """Return the duration of the answers of each service in each hour of the day, up to what is felt."""
    web = context.dataset("infra.requests", HISTORY_DAYS)
    levels: dict[tuple[str, int], list[tuple[date, float]]] = {}
    for row in context.shared(answers):
        if row["answered"] >= _MIN_ANSWERED and row["answer_p95_ms"] is not None:
            levels.setdefault((row["service"], row["hour"]), []).append((row["day"], row["answer_p95_ms"]))
    return [
        DecayTrend(
            entity=Entity("service", service, service),
            what=f"{hour} 时响应时间（95%以内）",
            form="ms",
            levels=days,
            limit=max(_WAITING_MS, _SLOWER * median(level for _, level in sorted(days)[:7])),
            view=web,
        )
        for (service, hour), days in levels.items()
    ]


def _of_backups(context: CheckContext) -> list[DecayTrend]:
    """Return duration and size of each plan and level: up to thrice the time, down to half of the size."""
    backups = context.dataset("infra.backups", HISTORY_DAYS)
    known: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows(decay.backups_by_day(backups.recent)):
        known.setdefault((row["plan"], row["level"]), []).append(row)
    trends = []
    for (plan, _), runs in known.items():
        for column, what, form, factor in (
            ("backup_s", "备份用时", "seconds", _SLOWER),
            ("backup_bytes", "备份数据量", "bytes", _SHRUNK),
        ):
            levels = sorted((row["day"], row[column]) for row in runs if row[column] is not None)
            if levels:
                former = median(level for _, level in levels[:7])
                trends.append(
                    DecayTrend(
                        entity=Entity("plan", plan, plan),
                        what=what,
                        form=form,
                        levels=levels,
                        limit=factor * former,
                        view=backups,
                    )
                )
    return trends


def _ping_loss(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the targets that lost far more pings in a week than before, although they were never down for long."""
    checks = context.dataset("infra.checks", HISTORY_DAYS)
    since = context.on - _WEEK
    counts: dict[str, list[int]] = {}
    for row in rows(decay.pings_by_day(checks.recent)):
        kept = counts.setdefault(row["target"], [0, 0, 0, 0])
        place = 0 if row["day"] > since else 2
        kept[place] += row["pings"]
        kept[place + 1] += row["lost_pings"]
    findings = []
    for target, (pings, lost, before, lost_before) in counts.items():
        if not pings or before < pings:
            continue
        usual = (lost_before + 0.5) / before
        if is_beyond_chance(lost, pings, usual):
            finding = judge_value(rule, lost, [checks], Entity("host", target, target))
            findings.append(finding.with_figures(pings=float(pings), expected=usual * pings))
    return violations(findings)


_HISTORY = dict.fromkeys(("infra.metrics", "infra.backups", "infra.requests"), HISTORY_DAYS)

CHECKS = (
    Check(
        rule="infra.slow_decay",
        evaluate=_slow_decay,
        reads=_HISTORY,
        optional=tuple(_HISTORY),
        suppressed_by=(SuppressedBy(("infra.memory", "infra.swap", "infra.size_drop", "infra.slow_hours")),),
    ),
    Check(
        rule="infra.ping_loss",
        evaluate=_ping_loss,
        reads={"infra.checks": HISTORY_DAYS},
        # what was down lost its pings in one piece
        suppressed_by=(SuppressedBy(("infra.reachable",)),),
    ),
)
