"""Checks of the SMS platform: carriers by day and half hour, applications, the monthly bill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS, baseline, is_beyond_chance
from ntanalytics.checks.by_detector import (
    LEFT_OF_BATCHES,
    failure_rate_rise,
    latency_spike,
    peer_outlier,
    seasonal_baseline,
    volume_gap,
)
from ntanalytics.checks.check import EVERY_PERIOD, Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import since
from ntanalytics.checks.rise_parts import with_rise_parts
from ntanalytics.contract.sms import CARRIERS
from ntanalytics.detectors.series import Series, by_key
from ntanalytics.findings.finding import Comparison, Entity, Finding, violations
from ntanalytics.findings.judgement import judge_row, judge_value, settle_worst, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.sms import slots, volume
from ntanalytics.subsystems.sms.bill_checks import BILL
from ntanalytics.subsystems.sms.daily_volume import daily_volume
from ntanalytics.subsystems.sms.repeat_checks import REPEATED
from ntanalytics.workspace.dataset_view import DatasetView

#: Days that are shown beside a carrier's figure.
SHOWN_DAYS = 28

_SLOT_S, _HOUR_S = 1800, 3600

#: Where more applications are silent at once, the platform is, which its carriers tell.
_MAX_SILENT = 2

#: Hours with longer messages from which they are of another template, and not of one text that was sent to many.
_HOURS_OF_TEMPLATE = 3

#: Rule → its events and hits among the outcomes by slot.
_RATES: Mapping[str, tuple[str, str]] = {
    "sms.failures_rise": ("settled", "failed"),
    "sms.internal_failures_rise": ("settled", "internal"),
    "sms.late_rise": ("submitted", "late"),
}


def carrier(row: Mapping[str, Any]) -> Entity:
    """Return the carrier of a row."""
    return Entity("carrier", str(row["carrier"]), CARRIERS.get(row["carrier"], str(row["carrier"])))


def application(row: Mapping[str, Any]) -> Entity:
    """Return the application of a row."""
    return Entity("application", str(row["application"]), str(row["application"]))


def _by_day(context: CheckContext) -> Figures:
    """Return the figures of each carrier by day, up to the last day of the period."""
    messages = context.dataset("sms.messages", HISTORY_DAYS)
    daily = daily_volume(messages, context.utc_offset_h, ["carrier"], days=messages.reported_days)
    first = context.period.first - timedelta(days=SHOWN_DAYS)
    return figures([row for row in rows(daily) if row["day"] >= first], messages)


def _by_slot(context: CheckContext) -> list[dict[str, Any]]:
    """Return the outcomes of each carrier by half hour."""
    messages = context.dataset("sms.messages", HISTORY_DAYS)
    return rows(slots.outcomes(messages.recent, context.utc_offset_h, _SLOT_S))


def _worst_day(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the worst day of each carrier within the period; where no day of it has enough messages, the period."""
    by_carrier = by_key(context.shared(_by_day), "carrier", context.on)
    if not by_carrier:
        return [unknown(rule, "no_value")]
    totals: Mapping[str, FigureRow] = {} if context.is_day else context.shared(_of_period)
    findings = [_of_series(context, rule, series, totals.get(key)) for key, series in by_carrier.items()]
    return [finding for finding in findings if finding is not None]


def _of_period(context: CheckContext) -> Mapping[str, FigureRow]:
    """Return the figures of each carrier over the whole period."""
    messages = context.dataset("sms.messages", HISTORY_DAYS)
    by_carrier = figures(volume.volume(messages.table, messages.as_of, ["carrier"]), messages)
    return {row["carrier"]: row for row in by_carrier}


def _of_series(context: CheckContext, rule: Rule, series: Series, total: FigureRow | None) -> Finding | None:
    """Return the finding of one carrier; None where its messages are too few on the one day that is judged."""
    entity = carrier(series.rows[0])
    days = [row for row in series.rows if row["day"] >= context.period.first]
    if context.is_day and not series.today:
        onset = series.missing_since()
        missing = unknown(rule, "missing", entity)
        return missing if onset is None else missing.since_day(onset.day, is_bound=onset.is_bound)
    counted = [row for row in days if _is_enough(rule, row)]
    if not counted and context.is_day:
        return None  # a quiet Sunday needs no line
    judged = [row for row in counted if row[rule.measure] is not None]
    if not judged and total is not None and settled(total) >= rule.min_count and total[rule.measure] is not None:
        return judge_row(rule, total, entity)
    if not judged and not all(row["is_covered"] for row in days):
        return unknown(rule, "incomplete", entity)
    if not judged:
        count = float(max((settled(row) for row in days), default=0))
        return unknown(rule, "no_value" if counted else "too_few", entity).with_figures(count=count)
    pick = min if rule.threshold.good == "up" else max
    worst = pick(judged, key=lambda row: float(row[rule.measure]))
    onset = series.since(rule.measure, lambda value: rule.threshold.judge(value) in ("warning", "critical"))
    finding = Finding(
        rule=rule,
        entity=entity,
        status=rule.threshold.judge(worst[rule.measure]),
        value=float(worst[rule.measure]),
        format=measure_of(rule.measure).format,
        since=None if onset is None else onset.day,
        since_is_bound=onset is not None and onset.is_bound,
    )
    if context.is_day:
        if finding.status == "ok" and not context.dataset("sms.messages", HISTORY_DAYS).is_complete:
            return unknown(rule, "incomplete", entity)
        usual = series.usual(rule.measure)
        return finding if usual is None else replace(finding, comparison=Comparison("usual", usual))
    beyond = sum(rule.threshold.judge(row[rule.measure]) in ("warning", "critical") for row in judged)
    finding = finding.with_figures(days_beyond=float(beyond)).with_details(day=worst["day"].isoformat())
    return settle_worst(finding, days)


def _is_enough(rule: Rule, row: Mapping[str, Any]) -> bool:
    """Return whether a carrier's messages suffice for a judgement: ``min_count``, or failures beyond chance."""
    count = settled(row)
    if count >= rule.min_count or rule.measure != "delivery_rate" or not count:
        return count >= rule.min_count
    return is_beyond_chance(count - (row["delivered"] or 0), count, 1 - rule.threshold.warning)


def settled(row: Mapping[str, Any]) -> int:
    """Return the number of messages that no longer wait for their report."""
    return sum(row[name] or 0 for name in ("delivered", "failed", "unknown"))


def _backlog(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many messages of each carrier wait for their report longer than a queue explains.

    They are of the 72 hours before the end: over a day of these that is not held their number is a lower bound.
    """
    messages = context.dataset("sms.messages", HISTORY_DAYS)
    held = since(messages, context.local_day(messages.known_end - volume.UNKNOWN_AFTER))
    backlog = volume.backlog(messages.recent, messages.known_end, ["carrier"])
    waiting = {row["carrier"]: row["backlog"] for row in rows(backlog)}
    is_lost = any(context.on - day <= volume.UNKNOWN_AFTER for day in messages.unreported.days)
    findings = []
    for key, series in by_key(context.shared(_by_day), "carrier", context.on).items():
        entity = carrier(series.rows[0])
        if series.today and is_lost:
            findings.append(unknown(rule, "incomplete", entity))
        elif series.today:
            findings.append(judge_value(rule, waiting.get(key, 0), [messages, held], entity))
        elif (onset := series.missing_since()) is not None:
            findings.append(unknown(rule, "missing", entity).since_day(onset.day, is_bound=onset.is_bound))
    return findings


def _rate_rise(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return each carrier's worst hours."""
    messages = context.dataset("sms.messages", HISTORY_DAYS)
    events, hits = _RATES[rule.code]
    table = [{**row, "events": row[events], "hits": row[hits]} for row in context.shared(_by_slot)]
    findings = failure_rate_rise(rule, table, messages.reported_days, context.on, slot_s=_SLOT_S, entity=carrier)
    return findings if hits == "late" else [_with_failed(context, messages, finding) for finding in findings]


def _with_failed(context: CheckContext, messages: DatasetView, finding: Finding) -> Finding:
    """Return the failures of a carrier with the application, unit and code of most of them."""
    own = messages.recent.filter(messages.recent.carrier == finding.entity.key)
    failed = own.filter(own.outcome == "failed")
    return with_rise_parts(context, finding, messages, failed, ("application", "unit", "failure_code"))


def _unlike(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the carriers whose delivery rate lies apart from that of the others."""
    today = [row for row in context.shared(_by_day) if row["day"] == context.on]
    return [finding for finding in peer_outlier(rule, today, carrier) if finding.status != "ok"]


def _carrier_gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the gaps of the platform; where it has none, those of single carriers."""
    days = context.dataset("sms.messages", HISTORY_DAYS).days
    sent = [{**row, "events": row["submitted"]} for row in context.shared(_by_slot)]
    together = volume_gap(rule, summed(sent), days, context.on, slot_s=_SLOT_S, most_left=LEFT_OF_BATCHES)
    return together or volume_gap(
        rule, sent, days, context.on, slot_s=_SLOT_S, entity=carrier, most_left=LEFT_OF_BATCHES
    )


def summed(by_group: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events of all groups by day and slot."""
    total: dict[tuple[Any, int], int] = {}
    for row in by_group:
        key = row["day"], row["slot"]
        total[key] = total.get(key, 0) + row["events"]
    return [{"day": day, "slot": slot, "events": events} for (day, slot), events in total.items()]


def _application_rise(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the applications that sent more than their days let expect."""
    messages = context.dataset("sms.messages", HISTORY_DAYS)
    daily = daily_volume(messages, context.utc_offset_h, ["application"])
    findings = seasonal_baseline(rule, daily, context.on, entity=application, violations_only=True, ahead=context.ahead)
    return [_with_parts(context, messages, finding) for finding in findings]


def _with_parts(context: CheckContext, messages: DatasetView, finding: Finding) -> Finding:
    """Return the rise of an application with the hours and the unit of most of it."""
    own = messages.recent.filter(messages.recent.application == finding.entity.key)
    return with_rise_parts(context, finding, messages, own, ("unit",))


def _segments_rise(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the applications whose messages had far more parts than usual in some hours that follow one another.

    One text that goes out within an hour is no other template.
    """
    past = context.shared(baseline, "sms.messages")
    findings = latency_spike(
        rule,
        slots.parts_by_hour(past.comparable, context.utc_offset_h),
        past.days,
        context.on,
        measure=rule.measure,
        count=rule.count_measure,
        entity=application,
    )
    return [finding for finding in violations(findings) if (finding.figures["slow_hours"] or 0) >= _HOURS_OF_TEMPLATE]


def _application_gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the applications that stopped sending; none where many do, since the carriers tell that."""
    messages = context.dataset("sms.messages", HISTORY_DAYS)
    hours = slots.outcomes(messages.recent, context.utc_offset_h, _HOUR_S, ["application"])
    sent = hours.select("day", "slot", "application", events=hours.submitted)
    silent = volume_gap(
        rule, sent, messages.days, context.on, slot_s=_HOUR_S, entity=application, most_left=LEFT_OF_BATCHES
    )
    return silent if len(silent) <= _MAX_SILENT else []


_READS = {"sms.messages": HISTORY_DAYS}
#: A clock that is off makes reports late that are not.
_CLOCK = ("data.clock_offset",)

CHECKS: tuple[Check, ...] = (
    Check(
        rule="sms.delivery_rate",
        evaluate=_worst_day,
        reads=_READS,
        every=EVERY_PERIOD,
        suppressed_by=(SuppressedBy(("sms.failures_rise", "sms.internal_failures_rise")),),
    ),
    Check(
        rule="sms.receipt_latency_p95_s",
        evaluate=_worst_day,
        reads=_READS,
        every=EVERY_PERIOD,
        suppressed_by=(SuppressedBy(("sms.late_rise", *_CLOCK)),),
    ),
    Check(rule="sms.backlog", evaluate=_backlog, reads=_READS, suppressed_by=(SuppressedBy(("sms.late_rise",)),)),
    Check(rule="sms.failures_rise", evaluate=_rate_rise, reads=_READS),
    Check(
        rule="sms.internal_failures_rise",
        evaluate=_rate_rise,
        reads=_READS,
        suppressed_by=(SuppressedBy(("sms.failures_rise",)),),
    ),
    Check(rule="sms.late_rise", evaluate=_rate_rise, reads=_READS, suppressed_by=(SuppressedBy(_CLOCK),)),
    Check(
        rule="sms.carrier_unlike",
        evaluate=_unlike,
        reads=_READS,
        suppressed_by=(SuppressedBy(("sms.failures_rise", "sms.internal_failures_rise")),),
    ),
    Check(rule="sms.carrier_lull", evaluate=_carrier_gap, reads=_READS),
    Check(rule="sms.application_rise", evaluate=_application_rise, reads=_READS),
    Check(
        rule="sms.segments_rise",
        evaluate=_segments_rise,
        reads=_READS,
        # a mailing has a text of its own
        suppressed_by=(SuppressedBy(("sms.application_rise",)),),
    ),
    Check(rule="sms.application_lull", evaluate=_application_gap, reads=_READS),
    REPEATED,
    BILL,
)
