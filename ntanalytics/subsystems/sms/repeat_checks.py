"""Check of messages that an application sends twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import ibis.expr.types as ir

from ntanalytics.checks.baseline import HISTORY_DAYS, baseline
from ntanalytics.checks.check import Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.sms import CARRIERS
from ntanalytics.detectors.comparable_days import comparable_days
from ntanalytics.detectors.distributions import poisson_isf
from ntanalytics.findings.finding import Entity, Finding, Window, violations
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.sms.repeats import LAG_S, WITHIN_S, near_hour, pairs_by_lag

#: Days before that show at which distances messages always follow each other.
_DAYS_BACK = 5

#: Probability of so many by chance, and number that is expected at least.
_CHANCE, _LEAST_EXPECTED = 1e-6, 0.5

#: Share of the busiest hour from which an hour belongs to the time in which messages are sent twice.
_OF_BUSIEST = 0.25

#: Distances at which something that is sent two or three times follows itself.
_MOST_LAGS = 2

#: Messages that are compared at once: those of a day of two real cities.
_MOST_AT_ONCE = 400_000

#: Other distances than one.
_LAGS = WITHIN_S / LAG_S - 2

#: Application, carrier and distance.
_Series = tuple[str, str, int]


def _repeated(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the applications of which far more messages than usual follow one like them at one distance."""
    past = context.shared(baseline, "sms.messages")
    if not past.view.is_complete or past.view.sources_without("application"):
        return []
    messages, offset = past.comparable, context.utc_offset_h
    today = _rows_by_lag(messages.filter(messages.day == context.on), offset)
    counted = _pairs(today)
    totals: dict[tuple[str, str], int] = {}
    for series, pairs in counted.items():
        totals[series[:2]] = totals.get(series[:2], 0) + pairs
    apart = {
        series: pairs
        for series, pairs in counted.items()
        if _is_apart(rule, pairs, (totals[series[:2]] - pairs) / _LAGS)
    }
    if not apart:
        return []
    days = comparable_days(rows(past.days), context.on)[:_DAYS_BACK]
    names = sorted({application for application, _, _ in apart})
    former = messages.filter(messages.day.isin(days) & messages.application.isin(names))
    before = _pairs(_rows_by_lag(former, offset))
    usual = {series: before.get(series, 0) / max(len(days), 1) for series in apart}
    repeated = {series for series, pairs in apart.items() if _is_apart(rule, pairs, usual[series])}
    repeated = {series for series in repeated if _is_of_few_lags(series, repeated)}
    strongest: dict[str, tuple[int, int]] = {}
    for application, _, lag in repeated:
        pairs = sum(apart[series] for series in repeated if series[0] == application and series[2] == lag)
        strongest[application] = max(strongest.get(application, (0, 0)), (pairs, lag))
    return violations(
        _finding(context, rule, application, [row for row in today if _series(row) in repeated and row["lag"] == lag])
        for application, (_, lag) in sorted(strongest.items())
    )


def _rows_by_lag(messages: ir.Table, utc_offset_h: int) -> Sequence[Mapping[str, Any]]:
    """Return the rows of :func:`pairs_by_lag`, hour by hour where there are so many messages that pairs fill GBs."""
    if messages.count().to_pyarrow().as_py() <= _MOST_AT_ONCE:
        return rows(pairs_by_lag(messages, utc_offset_h))
    by_hour = (rows(pairs_by_lag(near_hour(messages, hour, utc_offset_h), utc_offset_h)) for hour in range(24))
    return [row for hour, of_hour in enumerate(by_hour) for row in of_hour if row["hour"] == hour]


def _series(row: Mapping[str, Any]) -> _Series:
    return str(row["application"]), str(row["carrier"]), int(row["lag"])


def _pairs(by_hour: Iterable[Mapping[str, Any]]) -> dict[_Series, int]:
    """Return the pairs of each series; messages of a few seconds' distance are sent together, and leave them out."""
    counted: dict[_Series, int] = {}
    for row in by_hour:
        if row["lag"] > 0:
            counted[_series(row)] = counted.get(_series(row), 0) + row["pairs"]
    return counted


def _is_apart(rule: Rule, pairs: int, expected: float) -> bool:
    return pairs >= rule.min_count and pairs > poisson_isf(_CHANCE, max(expected, _LEAST_EXPECTED))


def _is_of_few_lags(series: _Series, repeated: Collection[_Series]) -> bool:
    """Return whether an application follows itself at one or two distances; what is sent evenly does so at many.

    Distances beside each other are one.
    """
    lags = sorted(lag for application, carrier, lag in repeated if (application, carrier) == series[:2])
    return sum(lag - before > 1 for before, lag in zip([-2, *lags], lags, strict=False)) <= _MOST_LAGS


def _finding(context: CheckContext, rule: Rule, application: str, own: list[Mapping[str, Any]]) -> Finding:
    own = [row for row in own if row["application"] == application]
    by_hour: dict[int, int] = {}
    for row in own:
        by_hour[row["hour"]] = by_hour.get(row["hour"], 0) + row["repeated_messages"]
    hours = [hour for hour, count in by_hour.items() if count >= _OF_BUSIEST * max(by_hour.values())]
    window = Window(context.on, min(hours) * 3600.0, (max(hours) + 1) * 3600.0)
    count = sum(by_hour.values())
    view = context.shared(baseline, "sms.messages").view
    finding = judge_value(rule, count, [view], Entity("application", application, application))
    carriers = tuple(sorted({CARRIERS.get(row["carrier"], str(row["carrier"])) for row in own}))
    finding = replace(finding, window=window, since=context.on).with_details(carriers=carriers)
    return finding.with_figures(lag_s=(own[0]["lag"] + 0.5) * LAG_S)


REPEATED = Check(rule="sms.repeated", evaluate=_repeated, reads={"sms.messages": HISTORY_DAYS})
