"""Detections as findings: the status of each by the limits of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

from ntanalytics.detectors.detection import Detection, Sensitivity
from ntanalytics.findings.finding import Comparison, Detail, Entity, Finding, Window, subsystem_entity
from ntanalytics.findings.judgement import EntityOf, entity_of_row
from ntanalytics.findings.phrases import hours_words
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.threshold import VIOLATIONS, Status
from ntanalytics.metrics import measure as measure_of

#: What a value is held against (``findings.finding.Comparison``), or nothing.
Compare = Literal["", "usual", "expected", "peers"]

#: Kind of a comparison → the figure of a detection that holds its value.
_FIGURES: Mapping[str, str] = MappingProxyType({"usual": "usual", "expected": "expected", "peers": "median"})


def key_of(rule: Rule, entity: EntityOf) -> Callable[[Mapping[str, Any]], Entity]:
    """Return the function that gives the entity of a row, which is the key of its series."""
    return partial(entity_of_row, entity if callable(entity) else _whole(rule, entity), rule)


def sensitivity_of(rule: Rule) -> Sensitivity:
    """Return the limits of a rule below which a departure does not matter."""
    return Sensitivity(rule.threshold.warning, rule.min_count, rule.threshold.good)


def findings_of(
    detector: str,
    rule: Rule,
    detections: Iterable[Detection],
    on: date | None,
    entity: EntityOf,
    *,
    form: str = "",
    compare: Compare = "",
) -> list[Finding]:
    """Return the findings of some detections; none where the rule is switched off.

    Args:
        detector: name of the detector.
        rule: its limits judge the departures.
        detections: the detections, with entities as keys.
        on: the inspected day; None where the detections have no window.
        entity: entity of a detection without a key: one for all rows, else the subsystem.
        form: format of the values; that of the measure where it is empty.
        compare: what the values are held against.
    """
    if not rule.enabled:
        return []
    whole = _whole(rule, entity)
    return [_finding(detector, rule, detection, on, whole, form=form, compare=compare) for detection in detections]


def _finding(
    detector: str, rule: Rule, detection: Detection, on: date | None, whole: Entity, *, form: str, compare: Compare
) -> Finding:
    status = _status(rule, detection)
    return Finding(
        rule=rule,
        entity=detection.key if isinstance(detection.key, Entity) else whole,
        status=status,
        value=detection.value,
        format=form or measure_of(rule.measure).format,
        detector=detector,
        window=Window(on, *detection.window) if on is not None and detection.window is not None else None,
        since=detection.since if status in VIOLATIONS else None,
        since_is_bound=detection.since_is_bound and status in VIOLATIONS,
        comparison=_comparison(detection, compare),
        figures=detection.figures,
        details=_details(detection),
        unknown=detection.unjudged,
    )


def _whole(rule: Rule, entity: EntityOf) -> Entity:
    return entity if isinstance(entity, Entity) else subsystem_entity(rule.subsystem)


def _status(rule: Rule, detection: Detection) -> Status:
    if detection.unjudged:
        return "unknown"
    return rule.threshold.judge(detection.departure) if detection.is_unusual else "ok"


def _comparison(detection: Detection, kind: Compare) -> Comparison | None:
    if not kind:
        return None
    value = detection.figures.get(_FIGURES[kind])
    if value is None:
        return None
    return Comparison(kind, value, detection.figures.get("low"), detection.figures.get("high"))


def _details(detection: Detection) -> dict[str, Detail]:
    details: dict[str, Detail] = {}
    if detection.spans:
        details["hours"] = tuple(hours_words(Window(date.min, *span)) for span in detection.spans)
    if detection.shifted_on is not None:
        details["shifted_on"] = detection.shifted_on.isoformat()
    return details
