"""Findings by detector: each function runs one detector and judges its detections by the limits of a rule.

Arguments that they share:

- ``slots``, ``failures``, ``attempts``: events by slot (``metrics.slots.by_slot``) of some weeks up to ``on``; a slot
  without a row is empty on a covered day.
- ``days``: the days of those weeks (``metrics.days``); ``on``: the inspected day; ``slot_s``: seconds of a slot.
- ``entity``: entity of a row, or one for all rows; None stands for the subsystem of the rule.
- ``violations_only``: whether only violations are returned, as of hundreds of units.

A rule that is switched off makes no finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ntanalytics.checks.detections import findings_of, key_of, sensitivity_of
from ntanalytics.detectors import failure_burst as failure_bursts
from ntanalytics.detectors import failure_rate_rise as failure_rate_rises
from ntanalytics.detectors import group_drop as group_drops
from ntanalytics.detectors import latency_spike as latency_spikes
from ntanalytics.detectors import peer_outlier as peer_outliers
from ntanalytics.detectors import seasonal_baseline as seasonal_baselines
from ntanalytics.detectors import share_shift as share_shifts
from ntanalytics.detectors import silence as silences
from ntanalytics.detectors import volume_gap as volume_gaps
from ntanalytics.detectors.detection import Detection
from ntanalytics.detectors.failure_burst import BurstSearch
from ntanalytics.detectors.seasonal_baseline import BaselineColumns
from ntanalytics.detectors.volume_gap import MAX_SHARE_LEFT
from ntanalytics.findings.finding import Finding, violations
from ntanalytics.findings.judgement import EntityOf
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.rows import Rows

__all__ = [
    "LEFT_OF_BATCHES",
    "MAX_SHARE_LEFT",
    "BurstSearch",
    "failure_burst",
    "failure_rate_rise",
    "group_drop",
    "latency_spike",
    "peer_outlier",
    "seasonal_baseline",
    "share_shift",
    "silence",
    "volume_gap",
]

#: Largest share that a gap leaves of what comes in batches: messages, calls, registrations.
LEFT_OF_BATCHES = 0.15


def failure_burst(
    rule: Rule, failures: Rows, attempts: Rows, days: Rows, on: date, search: BurstSearch, *, entity: EntityOf = None
) -> list[Finding]:
    """Return the worst stretch of failures of each entity that has one on a day.

    The limits hold for the share of attempts that failed beyond the usual share, ``min_count`` for the failures; the
    measures of the rule count failures and attempts. A single finding is ok where no entity has a stretch, or unknown
    where the day is a gap or its history is short.
    """
    detections = failure_bursts.failure_burst(
        failures, attempts, days, on, search, key=key_of(rule, entity), sensitivity=sensitivity_of(rule)
    )
    detections = detections or [Detection(key=None, departure=0.0, is_unusual=False)]
    return findings_of("failure_burst", rule, detections, on, entity, form="rate:1", compare="usual")


def failure_rate_rise(
    rule: Rule, slots: Rows, days: Rows, on: date, *, slot_s: int, entity: EntityOf = None
) -> list[Finding]:
    """Return the worst run of slots of a day for each entity of which an unusual share went wrong.

    The limits hold for the share that went wrong beyond the usual share (0.03: three points), ``min_count`` for the
    events of the run; the rule needs ``nouns``. ``slots`` has ``events`` and ``hits`` (events that went wrong);
    ``slot_s`` is 86,400 for a whole day. No finding where the day is a gap or its history is short.
    """
    detections = failure_rate_rises.failure_rate_rise(
        slots, days, on, slot_s=slot_s, key=key_of(rule, entity), sensitivity=sensitivity_of(rule)
    )
    return findings_of("failure_rate_rise", rule, detections, on, entity, compare="usual")


def group_drop(rule: Rule, daily: Rows, days: Rows, on: date, *, entity: EntityOf) -> list[Finding]:
    """Return the entities that have fallen far below what the whole group lets expect of them.

    The limits hold for the departure as a share of what is expected (-0.3: three tenths fewer), ``min_count`` for what
    is usual on a day. ``daily`` has the measure by day and entity. The last working day is judged on a day off.
    """
    detections = group_drops.group_drop(
        daily, days, on, value=rule.measure, key=key_of(rule, entity), sensitivity=sensitivity_of(rule)
    )
    return findings_of("group_drop", rule, detections, on, entity, form="+rate:0")


def latency_spike(
    rule: Rule, hours: Rows, days: Rows, on: date, *, measure: str, count: str, entity: EntityOf
) -> list[Finding]:
    """Return how much slower than usual each measured entity was in its slow hours of a day.

    The limits hold for the ratio to what is usual, ``min_count`` for the events of an hour.

    Args:
        rule: the rule.
        hours: ``day``, ``hour``, the measure and the count by entity, of some weeks up to ``on``.
        days: the days of those weeks.
        on: the inspected day.
        measure: the duration in ms.
        count: column that counts the events of an hour.
        entity: entity of a row.
    """
    detections = latency_spikes.latency_spike(
        hours, days, on, duration=measure, count=count, key=key_of(rule, entity), sensitivity=sensitivity_of(rule)
    )
    findings = findings_of("latency_spike", rule, detections, on, entity)
    return [finding.with_details(duration_measure=measure) for finding in findings]


def peer_outlier(rule: Rule, siblings: Rows, entity: EntityOf) -> list[Finding]:
    """Return each of some peers held against the median of the others; none where they are fewer than three.

    The limits hold for the difference from the median of a rate, else for the share of it; ``min_count`` for the
    ``count_measure``. ``siblings`` has one row for each peer: carriers, editions, hosts that do the same work.
    """
    detections = peer_outliers.peer_outlier(
        siblings,
        value=rule.measure,
        count=rule.count_measure,
        min_count=rule.min_count,
        key=key_of(rule, entity),
        by_difference=measure_of(rule.measure).is_rate,
    )
    return findings_of("peer_outlier", rule, detections, None, entity, compare="peers")


def seasonal_baseline(
    rule: Rule,
    daily: Rows,
    on: date,
    *,
    entity: EntityOf = None,
    violations_only: bool = False,
    ahead: Sequence[Mapping[str, Any]] = (),
) -> list[Finding]:
    """Return the value of each entity on a day held against its expected range.

    The limits hold for the departure from the expected value: the difference of a rate, else the share of it;
    ``min_count`` for the ``count_measure`` of the day, or for the expected value without one. ``daily`` has the measure
    over the days of ten weeks (``metrics.days.over_days``), ``ahead`` is the calendar of the days after (that of the
    context).
    """
    measure = measure_of(rule.measure)
    columns = BaselineColumns(
        rule.measure, rule.count_measure, is_rate=measure.is_rate, is_additive=measure.is_additive
    )
    detections = seasonal_baselines.seasonal_baseline(
        daily,
        on,
        columns=columns,
        key=key_of(rule, entity),
        sensitivity=sensitivity_of(rule),
        ahead=ahead,
        unusual_only=violations_only,
    )
    findings = findings_of("seasonal_baseline", rule, detections, on, entity, compare="expected")
    return violations(findings) if violations_only else findings


def share_shift(rule: Rule, table: Rows, on: date, *, entity: EntityOf, together: int) -> list[Finding]:
    """Return the entities of which an unusual share went wrong over the last days, up to ``together`` of them.

    The limits hold for the share that went wrong, ``min_count`` for the events; the rule needs ``nouns``. ``table`` has
    ``day``, ``events`` and ``hits`` (events that went wrong) of some weeks.
    """
    detections = share_shifts.share_shift(
        table, on, key=key_of(rule, entity), sensitivity=sensitivity_of(rule), together=together
    )
    return findings_of("share_shift", rule, detections, on, entity, compare="usual")


def silence(
    rule: Rule,
    slots: Rows,
    days: Rows,
    on: date,
    *,
    slot_s: int,
    entity: EntityOf = None,
    violations_only: bool = False,
) -> list[Finding]:
    """Return the longest silence of each entity on a day.

    The limits hold for its seconds, ``min_count`` for the events that are usual in it. A single finding is unknown
    where the day is a gap or its history is short.
    """
    detections = silences.silence(slots, days, on, slot_s=slot_s, key=key_of(rule, entity), min_count=rule.min_count)
    findings = findings_of("silence", rule, detections, on, entity, form="seconds")
    return violations(findings) if violations_only else findings


def volume_gap(
    rule: Rule,
    slots: Rows,
    days: Rows,
    on: date,
    *,
    slot_s: int,
    entity: EntityOf = None,
    most_left: float = MAX_SHARE_LEFT,
) -> list[Finding]:
    """Return the longest time of a day in which events of an entity were missing, of the entities that lack any.

    The limits hold for the seconds of the outage that explains what is missing, ``min_count`` for the events that are
    usual in it. ``most_left`` is the largest share of what is usual that an outage leaves. No finding where the day is
    a gap or its history is short.
    """
    detections = volume_gaps.volume_gap(
        slots, days, on, slot_s=slot_s, key=key_of(rule, entity), sensitivity=sensitivity_of(rule), max_left=most_left
    )
    return findings_of("volume_gap", rule, detections, on, entity, form="seconds")
