"""Detection graded by reality: what happened against what had been told before (docs/domain.md, Service quality).

A case is matched with the violations of its subsystem in the last inspection that could be read before its first call,
and with no later one. Functions take plain values and return them.
"""

from __future__ import annotations

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
Outcome = Literal["told", "told_late", "not_told", "not_inspected", "no_source", "unmatched"]

MISSES: Mapping[Outcome, str] = MappingProxyType(
    {
        "told": "事先已提示",
        "told_late": "报告后才提示",
        "not_told": "巡检没有越限发现",
        "not_inspected": "此前没有巡检",
        "no_source": "没有数据源",
        "unmatched": "未能比对",
    }
)

DETECTION = (
    count("matched_cases", "可比对故障", "起", "Cases after the first inspection, counted once."),
    count("told_cases", "事先提示", "起", "Cases of which a violation could be read before the first call.", good="up"),
    count("unmatched_cases", "未能比对", "起", "Cases before the first inspection."),
    rate(
        "told_rate",
        "异常主动发现率",
        "told_cases / matched_cases; null without any (docs/domain.md, Service quality: detection).",
        good="up",
    ),
    rate("missed_rate", "漏报率", "1 − told_rate (docs/domain.md, Service quality: detection).", good="down"),
    Measure(
        "warning_p50_s",
        "提前时间中位数",
        "Median of the first call − the moment at which it was told, of the cases that were told.",
        format="seconds",
        good="up",
    ),
)

MEASURES = catalogue(DETECTION)


@dataclass(frozen=True)
class Case:
    """Something that happened.

    Attributes:
        number: number of the incident or ticket.
        subsystem: the affected subsystem.
        began_at: recorded begin (aware).
        called_at: first call (aware): a ticket, or the discovery.
    """

    number: str
    subsystem: str
    began_at: datetime
    called_at: datetime


@dataclass(frozen=True)
class Told:
    """A violation that an inspection told.

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
    """A case with what was told of it.

    Attributes:
        case: the case.
        outcome: what it shows.
        told_at: the first moment at which a matching violation could be read; None without one.
    """

    case: Case
    outcome: Outcome
    told_at: datetime | None = None

    @property
    def warning(self) -> timedelta | None:
        """Time between what was told and the first call; None of a case that was not told before."""
        return self.case.called_at - self.told_at if self.outcome == "told" and self.told_at is not None else None


def grade(
    cases: Iterable[Case], told: Sequence[Told], inspected: Sequence[datetime], sources: Collection[str]
) -> list[Graded]:
    """Return each case with what had been told of its subsystem before its first call, in the order of the calls.

    A case that is recorded twice counts once. A case before the first inspection cannot be matched.

    Args:
        cases: what happened.
        told: violations of the inspections.
        inspected: moments at which the inspections could be read.
        sources: subsystems of which any source gives data.
    """
    once = {case.number: case for case in sorted(cases, key=lambda case: (case.number, case.called_at), reverse=True)}
    moments = sorted(inspected)
    near: dict[str, set[datetime]] = {}
    for item in told:
        for subsystem in (item.subsystem, item.entity):
            near.setdefault(subsystem, set()).add(item.at)
    return [
        _graded(case, near.get(case.subsystem, set()), moments, has_source=case.subsystem in sources)
        if moments and moments[0] < case.called_at
        else Graded(case, "unmatched")
        for case in sorted(once.values(), key=lambda case: (case.called_at, case.number))
    ]


def _graded(case: Case, near: Collection[datetime], inspected: Sequence[datetime], *, has_source: bool) -> Graded:
    """Return a case with what the last inspection before its first call had told of its subsystem.

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
        return Graded(case, "told", first)
    if not has_source or not is_near:
        return Graded(case, "not_inspected" if has_source else "no_source")
    after = [at for at in near if case.called_at <= at <= case.called_at + STANDS_FOR]
    return Graded(case, "told_late", min(after)) if after else Graded(case, "not_told")


def summary(graded: Sequence[Graded]) -> dict[str, Any]:
    """Return the figures of graded cases: the measures of ``DETECTION``."""
    matched = [item for item in graded if item.outcome != "unmatched"]
    warnings = sorted(item.warning for item in matched if item.warning is not None)
    told_rate = len(warnings) / len(matched) if matched else None
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
        "told_cases": len(warnings),
        "unmatched_cases": len(graded) - len(matched),
        "told_rate": told_rate,
        "missed_rate": None if told_rate is None else 1 - told_rate,
        "warning_p50_s": None if median is None else median / timedelta(seconds=1),
    }
