"""Detection graded by reality: what happened against the inspections before it (docs/domain.md, Detection).

A case is matched with the violations of its subsystem in the last inspection that could be read before its first call,
and with no later one. Functions take plain values and return them.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: How long an inspection stands for what happens after it: until the next one, over a long weekend.
STANDS_FOR = timedelta(days=4)

#: What a case shows of the detection.
Outcome = Literal["detected", "late", "no_alert", "not_inspected", "no_source", "unmatched"]

MISSES: Mapping[Outcome, str] = MappingProxyType(
    {
        "detected": "事先已提示",
        "late": "报告后才提示",
        "no_alert": "巡检没有越限发现",
        "not_inspected": "此前没有巡检",
        "no_source": "没有数据源",
        "unmatched": "未能比对",
    }
)

DETECTION = (
    count("matched_cases", "可比对故障", "起", "Cases after the first inspection, counted once."),
    count(
        "detected_cases", "事先提示", "起", "Cases of which a violation could be read before the first call.", good="up"
    ),
    count("unmatched_cases", "未能比对", "起", "Cases before the first inspection, or without a recorded first call."),
    rate(
        "detected_rate",
        "异常主动发现率",
        "detected_cases / matched_cases; null without any (docs/domain.md, Detection).",
        good="up",
    ),
    rate("missed_rate", "漏报率", "1 − detected_rate (docs/domain.md, Detection).", good="down"),
    Measure(
        "warning_p50_s",
        "提前时间中位数",
        "Median of the first call − the moment at which an inspection told it, of the detected cases.",
        format="seconds",
        good="up",
    ),
)

FALSE_ALARMS = (
    count(
        "decided_findings", "已处置的发现", "项", "Findings of inspections about which the desk decided in the period."
    ),
    count("false_alarms", "误报", "项", "Decided findings that were false alarms.", good="down"),
    rate("false_alarm_rate", "误报率", "false_alarms / decided_findings; null without any.", good="down"),
)

MEASURES = catalogue((*DETECTION, *FALSE_ALARMS))


@dataclass(frozen=True)
class Case:
    """Something that happened.

    Attributes:
        number: number of the incident or ticket.
        subsystem: the affected subsystem.
        began_at: recorded begin (aware).
        called_at: first call (aware): a ticket, or the discovery.
        is_call_known: whether the discovery is recorded, without which there may have been an earlier call.
    """

    number: str
    subsystem: str
    began_at: datetime
    called_at: datetime
    is_call_known: bool = True


@dataclass(frozen=True)
class PublishedViolation:
    """A violation of a published inspection.

    Attributes:
        subsystem: the subsystem of its rule.
        entity: key of its entity; the id of a subsystem where it is about one.
        at: the moment at which it could be read (aware).
        code: code of its rule.
    """

    subsystem: str
    entity: str
    at: datetime
    code: str = ""


@dataclass(frozen=True)
class Graded:
    """A case, and whether an inspection had told it.

    Attributes:
        case: the case.
        outcome: what it shows.
        alerted_at: first moment at which a violation of its subsystem could be read; None without one.
    """

    case: Case
    outcome: Outcome
    alerted_at: datetime | None = None

    @property
    def warning(self) -> timedelta | None:
        """Time between the inspection that told it and the first call; None of a case that was not detected."""
        return (
            self.case.called_at - self.alerted_at
            if self.outcome == "detected" and self.alerted_at is not None
            else None
        )


def grade(
    cases: Iterable[Case], alerts: Sequence[PublishedViolation], inspected: Sequence[datetime], sources: Collection[str]
) -> list[Graded]:
    """Return each case by the violations of its subsystem before its first call, in the order of the calls.

    A case that is recorded twice counts once. A case before the first inspection cannot be matched, nor one
    of which nobody recorded when it was discovered.

    Args:
        cases: what happened.
        alerts: violations of the inspections.
        inspected: moments at which the inspections could be read.
        sources: subsystems of which any source gives data.
    """
    once = {case.number: case for case in sorted(cases, key=lambda case: (case.number, case.called_at), reverse=True)}
    moments = sorted(inspected)
    near: dict[str, set[datetime]] = {}
    for item in alerts:
        for subsystem in (item.subsystem, item.entity):
            near.setdefault(subsystem, set()).add(item.at)
    return [
        _graded(case, near.get(case.subsystem, set()), moments, has_source=case.subsystem in sources)
        if case.is_call_known and moments and moments[0] < case.called_at
        else Graded(case, "unmatched")
        for case in sorted(once.values(), key=lambda case: (case.called_at, case.number))
    ]


def _graded(case: Case, near: Collection[datetime], inspected: Sequence[datetime], *, has_source: bool) -> Graded:
    """Return a case by the last inspection before its first call.

    Args:
        case: a case after the first inspection.
        near: moments at which a violation of its subsystem could be read.
        inspected: moments at which the inspections could be read, in order.
        has_source: whether any source gives data of the subsystem.
    """
    place = bisect_left(inspected, case.called_at) - 1
    last, first = inspected[place], None
    while place >= 0 and inspected[place] in near:  # how long it had been told without a break
        first, place = inspected[place], place - 1
    is_near = case.called_at - last <= STANDS_FOR
    if first is not None and is_near:
        return Graded(case, "detected", first)
    if not has_source or not is_near:
        return Graded(case, "not_inspected" if has_source else "no_source")
    after = [at for at in near if case.called_at <= at <= case.called_at + STANDS_FOR]
    return Graded(case, "late", min(after)) if after else Graded(case, "no_alert")


@dataclass(frozen=True)
class QuietValue:
    """A value that an inspection judged and found in order.

    Attributes:
        name: what was judged, in Chinese.
        value: the value.
        warning: the limit from which it would have been told.
        is_low_bad: whether values below the limit are told, and not those above it.
    """

    name: str
    value: float
    warning: float
    is_low_bad: bool

    @property
    def distance(self) -> float:
        """Distance to the limit, as a share of it; infinite where the limit is 0, which has no share."""
        apart = self.value - self.warning if self.is_low_bad else self.warning - self.value
        return apart / abs(self.warning) if self.warning else math.inf


def nearest(values: Iterable[QuietValue]) -> QuietValue | None:
    """Return the value that came nearest to its limit; None without one that has a distance."""
    return min((value for value in values if value.distance < math.inf), key=lambda value: value.distance, default=None)


def false_alarms(
    dispositions: Iterable[Mapping[str, Any]], since: datetime, until: datetime
) -> dict[str, float | None]:
    """Return the share of false alarms among the findings that the desk decided about (docs/domain.md, Detection).

    A finding counts once, by the latest decision that was not taken back.

    Args:
        dispositions: rows of ``desk.dispositions``.
        since: begin of the period (aware).
        until: its end (aware), excluded.

    Returns:
        The measures of ``FALSE_ALARMS``.
    """
    valid = [row for row in dispositions if since <= row["noted_at"] < until and row["withdrawn_at"] is None]
    latest = {
        (row["entity"], row["check"]): row["disposition"] for row in sorted(valid, key=lambda row: row["noted_at"])
    }
    false = sum(kind == "false_alarm" for kind in latest.values())
    return {
        "decided_findings": len(latest),
        "false_alarms": false,
        "false_alarm_rate": false / len(latest) if latest else None,
    }


def summary(graded: Sequence[Graded]) -> dict[str, float | None]:
    """Return the figures of graded cases: the measures of ``DETECTION``."""
    matched = [item for item in graded if item.outcome != "unmatched"]
    warnings = sorted(item.warning for item in matched if item.warning is not None)
    detected_rate = len(warnings) / len(matched) if matched else None
    middle = len(warnings) // 2
    median = (
        None
        if not warnings
        else warnings[middle]
        if len(warnings) % 2
        else (warnings[middle - 1] + warnings[middle]) / 2
    )
    return {
        "matched_cases": len(matched),
        "detected_cases": len(warnings),
        "unmatched_cases": len(graded) - len(matched),
        "detected_rate": detected_rate,
        "missed_rate": None if detected_rate is None else 1 - detected_rate,
        "warning_p50_s": None if median is None else median / timedelta(seconds=1),
    }
