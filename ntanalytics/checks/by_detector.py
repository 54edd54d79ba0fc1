"""Findings by detector: each function runs one detector and judges its detections by the limits of a rule.

All of them take the tables that the detector reads, the days of the dataset (``metrics.days``) where it needs them, and
the inspected day. ``entity`` is the entity of all rows, or a function of a row; None stands for the whole subsystem.
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


def failure_burst(
    rule: Rule, failures: Rows, attempts: Rows, days: Rows, on: date, search: BurstSearch, *, entity: EntityOf = None
) -> list[Finding]:
    """Return the worst stretch of failures of each entity that has one on a day.

    Args:
        rule: its measure counts the failures, its ``count_measure`` the attempts; its limits hold for the share of the
            attempts that failed beyond the usual share, its ``min_count`` for the failures.
        failures: failures by slot (``metrics.slots.by_slot``) of the day and of some weeks before.
        attempts: attempts by slot, alike.
        days: the days of those weeks.
        on: the inspected day.
        search: length of the slots, and how stretches are searched.
        entity: entity of a row.

    Returns:
        A finding for each entity with such a stretch; a single one that is ok where none has one; a single one that is
        unknown where the day is a gap or its history is short.
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

    Args:
        rule: its limits hold for the share that went wrong beyond the usual share (0.03: three points), its
            ``min_count`` for the events of the run; its ``nouns`` word it.
        slots: ``day``, ``slot``, ``events``, ``hits`` (events that went wrong) and the columns of the entity, of some
            weeks up to ``on``.
        days: the days of those weeks.
        on: the inspected day.
        slot_s: seconds of a slot; 86,400 for a whole day.
        entity: entity of a row.

    Returns:
        A finding for each entity that departs; none where the day is a gap or its history is short.
    """
    detections = failure_rate_rises.failure_rate_rise(
        slots, days, on, slot_s=slot_s, key=key_of(rule, entity), sensitivity=sensitivity_of(rule)
    )
    return findings_of("failure_rate_rise", rule, detections, on, entity, compare="usual")


def group_drop(rule: Rule, daily: Rows, days: Rows, on: date, *, entity: EntityOf) -> list[Finding]:
    """Return the entities that have fallen far below what the whole group lets expect of them.

    Args:
        rule: its limits hold for the departure as a share of what is expected (-0.3: three tenths fewer), its
            ``min_count`` for what is usual on a day.
        daily: the measure of the rule by day and entity; nothing where there is no row.
        days: the days up to ``on``; on a day off the last working day is judged.
        on: the inspected day.
        entity: entity of a row.

    Returns:
        A finding for each entity that departs; none where the history is short.
    """
    detections = group_drops.group_drop(
        daily, days, on, value=rule.measure, key=key_of(rule, entity), sensitivity=sensitivity_of(rule)
    )
    return findings_of("group_drop", rule, detections, on, entity, form="+rate:0")


def latency_spike(
    rule: Rule, hours: Rows, days: Rows, on: date, *, measure: str, count: str, entity: EntityOf
) -> list[Finding]:
    """Return how much slower than usual each entity was in its slow hours of a day.

    Args:
        rule: its limits hold for the ratio to what is usual over the slow hours together, its ``min_count`` for the
            events of an hour.
        hours: ``day``, ``hour``, the measure and the count by entity, of some weeks up to ``on``.
        days: the days of those weeks.
        on: the inspected day.
        measure: the duration in ms.
        count: column that counts the events of an hour.
        entity: entity of a row.

    Returns:
        A finding for each entity that was measured on the day and has a history.
    """
    detections = latency_spikes.latency_spike(
        hours, days, on, duration=measure, count=count, key=key_of(rule, entity), sensitivity=sensitivity_of(rule)
    )
    findings = findings_of("latency_spike", rule, detections, on, entity)
    return [finding.with_details(duration_measure=measure) for finding in findings]


def peer_outlier(rule: Rule, siblings: Rows, entity: EntityOf) -> list[Finding]:
    """Return each of some peers held against the median of the others.

    Args:
        rule: its limits hold for the departure from that median: the difference of a rate, else the share; its
            ``min_count`` for its ``count_measure``.
        siblings: one row for each peer: carriers, editions, hosts that do the same work.
        entity: entity of a row.

    Returns:
        A finding for each peer that counts enough; none where they are fewer than three.
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
    """Return the value of each entity on a day held against what is usual on such a day.

    Args:
        rule: its limits hold for the departure from the expected value: the difference of a rate, else the share; its
            ``min_count`` for its ``count_measure`` on the day, or for the expected value where it has none.
        daily: the measure of the rule by day (``metrics.days.fill_days``) over ten weeks up to ``on``.
        on: the inspected day.
        entity: entity of a row.
        violations_only: whether only violations are returned, as of hundreds of units.
        ahead: calendar of the days after ``on`` (``day``, ``is_working_day``, ``label``): ``context.ahead``.

    Returns:
        A finding for each entity, unknown where the day is a gap, its history is short or too few events are expected.
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
    """Return the entities of which an unusual share went wrong over the last days.

    Args:
        rule: its limits hold for the share that went wrong, its ``min_count`` for the events; its ``nouns`` word it.
        table: ``day``, ``events``, ``hits`` (events that went wrong) and the columns of the entity, of some weeks.
        on: the inspected day.
        entity: entity of a row.
        together: largest number of days up to ``on`` that are judged together.

    Returns:
        A finding for each entity that departs; none where the history is short.
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

    Args:
        rule: its measure counts the events; its limits hold for the seconds of the silence, its ``min_count`` for the
            events that are usual in it.
        slots: events by slot (``metrics.slots.by_slot``) of some weeks up to ``on``.
        days: the days of those weeks; a slot without a row is empty on a covered day.
        on: the inspected day.
        slot_s: seconds of a slot.
        entity: entity of a row.
        violations_only: whether only violations are returned.

    Returns:
        A finding for each entity; a single one that is unknown where the day is a gap or its history is short.
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
    """Return the longest time of a day in which events of an entity were missing.

    Args:
        rule: its measure counts the events; its limits hold for the seconds of the outage that explains what is
            missing, its ``min_count`` for the events that are usual in it.
        slots: events by slot (``metrics.slots.by_slot``) of some weeks up to ``on``.
        days: the days of those weeks; a slot without a row is empty on a covered day.
        on: the inspected day.
        slot_s: seconds of a slot.
        entity: entity of a row.
        most_left: largest share of what is usual that an outage leaves.

    Returns:
        A finding for each entity that departs; none where the day is a gap or its history is short.
    """
    detections = volume_gaps.volume_gap(
        slots, days, on, slot_s=slot_s, key=key_of(rule, entity), sensitivity=sensitivity_of(rule), max_left=most_left
    )
    return findings_of("volume_gap", rule, detections, on, entity, form="seconds")
