"""Suppression: findings that others tell already, and violations that planned work explains."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

import ibis

from ntanalytics.checks.check import Check, Reach, Span, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.entities import places
from ntanalytics.contract import DATASETS
from ntanalytics.findings.change_effects import excuse_effects
from ntanalytics.findings.concurrent_changes import FIRST_DAYS, applied_patches, concurrent_changes, name_changes
from ntanalytics.findings.correlation_rules import OUTAGES_OF_TARGETS
from ntanalytics.findings.finding import Entity, Finding, subsystem_entity
from ntanalytics.findings.planned_work import joining_units, planned_hours, suppress_planned
from ntanalytics.findings.related_subjects import fell
from ntanalytics.findings.subjects import KIND, dataset_of, members_of, says_what, subject, subject_members
from ntanalytics.findings.threshold import ORDER
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.slots import local_day

#: Days before its begin for which a change may be planned.
LONGEST_CHANGE_DAYS = 7

#: Datasets that tell planned work.
PLANNED_READS: Mapping[str, int] = {
    "desk.changes": LONGEST_CHANGE_DAYS,
    "desk.onboardings": 0,
    "desk.trainings": 0,
    "infra.checks": 0,
    "infra.patches": FIRST_DAYS,
    "identity.accounts": 0,
    "identity.units": 0,
}


#: What a violation suppresses → ranks by which another must be behind it.
_LEAST_BEHIND = {"any": -len(ORDER), "not_worse": 0, "milder": 1}

#: Share of what a subject has too many from which another finding counts the same, and may count some of it.
_NEARLY_ALL, _ALIKE = 0.9, 0.5


def suppress(
    findings: Sequence[Finding], checks: Iterable[Check], spans: Sequence[Span]
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings to be told, and those that are not ok and that others tell already, both in their order.

    A finding that hides a narrower subject of surveillance names it (``details["narrower"]``): the application behind a
    carrier's late receipts, the county behind the failures of a method. A subject that several findings of one rule
    have in common is told beside them, and names them (``details["parts"]``).

    Args:
        findings: of one report.
        checks: the checks, with what suppresses each.
        spans: the spans that were evaluated.
    """
    known = {check.rule: check for check in checks}
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.is_violation:
            by_code.setdefault(finding.code, []).append(finding)

    def able(finding: Finding) -> list[Finding]:
        return [
            other
            for suppression in (known[finding.code].suppressed_by if finding.code in known else ())
            if not suppression.spans or set(suppression.spans) & set(spans)
            for code in suppression.codes
            for other in by_code.get(code, ())
            if other is not finding and _covers(other, finding, suppression, known[code].reads if code in known else ())
        ]

    def covering(finding: Finding) -> list[Finding]:
        return [
            other
            for other in able(finding)
            if finding.window is None or other.window is not None or not _is_at_other_times(able(other), finding)
        ]

    left: list[Finding] = []
    suppressed: list[Finding] = []
    narrower: dict[int, list[Finding]] = {}
    for finding in findings:
        others = covering(finding) if finding.status != "ok" else []
        if parts := _parts(others, finding):
            left.append(finding.with_details(parts=parts))
            continue
        (suppressed if others else left).append(finding)
        for other in others:
            if _is_narrower(other, finding):
                narrower.setdefault(id(other), []).append(finding)
    return [_pointed(finding, narrower.get(id(finding), ())) for finding in left], suppressed


def _is_at_other_times(others: Sequence[Finding], finding: Finding) -> bool:
    """Return whether what tells a finding of a whole day, such as its rate, has windows, and all at other times.

    The rate of a day on which a service failed after noon says nothing of what came at night.
    """
    windows = [other.window for other in others if other.window is not None]
    is_within = finding.window is not None and any(finding.window.overlap_s(window) > 0 for window in windows)
    return bool(windows) and not is_within


def _parts(others: Sequence[Finding], finding: Finding) -> tuple[str, ...]:
    """Return the keys of the findings of one rule that have a subject of surveillance in common; none of any other.

    Each of them names something that the subject does not: one edition and a module of what departs in all of them.
    So does one alone that has a part of the subject's events: a caller whose calls fail, of an interface that fails.
    """
    members = members_of(finding)
    is_led = any(not says_what(finding, name) for name in members)
    if not is_led or len({other.code for other in others}) != 1 or any(_is_cause(other, finding) for other in others):
        return ()
    keys = {other.entity.key for other in others}
    is_part = finding.subsystem not in keys and all(set(key.split("/")) - set(members.values()) for key in keys)
    return tuple(sorted(keys)) if is_part and (len(keys) > 1 or _has_less(others[0], finding)) else ()


def _has_less(other: Finding, finding: Finding) -> bool:
    """Return whether a finding counts less than nearly all of what a subject has too many."""
    hits, more = _counts(other, finding)
    return 0 < hits < _NEARLY_ALL * more


def _counts(other: Finding, finding: Finding) -> tuple[float, float]:
    """Return how many failures a finding counts, and how many events a subject has too many."""
    seen, expected = (float(finding.figures.get(name) or 0) for name in ("seen", "expected"))
    return float(other.figures.get("hits") or 0), seen - expected


def _is_narrower(other: Finding, finding: Finding) -> bool:
    """Return whether a subject of surveillance names more than another finding, which hides it, does, or leads further.

    How events end, and what is measured, is what the other finding is about; what nearly all that end so have in common
    leads further.
    """
    if _is_cause(other, finding) or (_tells_more(other) and fell(finding)):
        return False
    also = finding.details.get("also_members")
    is_led = bool(finding.details.get("is_ending")) and isinstance(also, tuple) and not _names(other) >= {*also}
    return is_led or _names_more(other, finding)


def _is_cause(other: Finding, finding: Finding) -> bool:
    """Return whether a subject follows from another finding: from an outage or a clock, a value from a burst."""
    is_of_value = other.rule.kind == "burst" and bool(finding.details.get("value"))
    return other.subsystem == "data" or other.has_code(OUTAGES_OF_TARGETS) or is_of_value


def _tells_more(finding: Finding) -> bool:
    """Return whether a finding is about more of something, such as failures: fewer successes lead nowhere."""
    rule = finding.rule
    return rule.threshold.good == "down" and rule.scale != "silence" and rule.kind in ("burst", "usual", "growth")


def _names_more(other: Finding, finding: Finding) -> bool:
    members = members_of(finding).items()
    named = {member.strip("/") for name, member in members if not says_what(finding, name)}
    # the key of a disk has its path without the first slash
    return bool(named - {name.strip("/") for name in _names(other)})


def _pointed(finding: Finding, narrower: Sequence[Finding]) -> Finding:
    """Return a finding with the least probable of the narrower subjects in its details, in words and by its key."""
    if not narrower:
        return finding
    least = max(narrower, key=lambda subject: float(subject.figures.get("improbable") or 0))
    if _names_more(finding, least):
        words = f"{least.entity.label}{_further(finding, least)}"
        return finding.with_details(narrower=words, narrower_key=_part_key(finding, least.entity.key))
    key = least.details.get("also_key")
    return finding.with_details(narrower=least.details["also"], narrower_key=key and _part_key(finding, str(key)))


def _further(finding: Finding, narrower: Finding) -> str:
    """Return what nearly all of a narrower subject is of beyond its own members; empty where the finding says that."""
    also = narrower.details.get("also_members")
    is_led = isinstance(also, tuple) and not {*also} <= _names(finding)
    return f"（几乎全部为{narrower.details['also']}）" if is_led else ""


def _part_key(finding: Finding, key: str) -> str:
    """Return the key of a subject as a part of a finding's: of what a caller calls, that of the caller alone."""
    name, members, own = key.partition("/")[0], subject_members(Entity(KIND, key, "")), finding.entity
    if own.kind in members or own.kind not in {column.name for column in DATASETS[name].columns}:
        return key
    return subject(name, [(own.kind, own.key), *members.items()], "").key


def _names(finding: Finding) -> set[str]:
    key = finding.entity.key
    return {finding.entity.label, key, *(() if "://" in key else key.split("/"))}  # a path of an address names nothing


def _covers(other: Finding, finding: Finding, suppression: SuppressedBy, reads: Container[str]) -> bool:
    if suppression.where is not None and not suppression.where(finding):
        return False
    behind = ORDER.index(finding.status) - ORDER.index(other.status)
    if behind < _LEAST_BEHIND[suppression.hides]:
        return False
    return _reaches(other, finding, suppression.reach, reads)


def _reaches(other: Finding, finding: Finding, reach: Reach, reads: Container[str]) -> bool:
    match reach:
        case "any":
            return True
        case "entity":
            return other.entity == finding.entity
        case "part":
            is_whole = other.entity == subsystem_entity(finding.subsystem)
            return is_whole or finding.entity.is_part_of(other.entity)
        case "container":
            return other.entity.is_part_of(finding.entity)
        case "sibling":
            return other.entity.key.partition("/")[0] == finding.entity.key.partition("/")[0]
        case "window":
            return _is_within(finding, other)
        case "subject":
            return _is_same_subject(other, finding, reads)
        case "failures":
            is_read = dataset_of(finding) in reads
            return is_read and _is_within(finding, other) and _is_led_to(other, finding)


def _is_within(finding: Finding, other: Finding) -> bool:
    """Return whether more than half of a finding's window lies within that of another; surveillance knows hours."""
    if other.window is None or finding.window is None:
        return False
    around = other.window.whole_hours() if members_of(finding) else other.window
    return finding.window.overlap_s(around) > finding.window.length_s / 2


def _is_same_subject(other: Finding, finding: Finding, reads: Container[str]) -> bool:
    """Return whether another finding speaks of a member of a subject, or of its whole subsystem in its hours.

    How events end, and what is measured of them, is told by what reads them alone: a route may be slow while a page of
    another service is down.
    """
    if other.window is not None and finding.window is not None and finding.window.overlap_s(other.window) <= 0:
        return False
    if other.entity == subsystem_entity(finding.subsystem):
        is_of_manner = bool(finding.details.get("value") or finding.details.get("is_ending"))
        return _is_within(finding, other) and (not is_of_manner or dataset_of(finding) in reads)
    return bool(_names(other) & set(members_of(finding).values()))


def _is_led_to(other: Finding, finding: Finding) -> bool:
    """Return whether another finding is about all of a subsystem, or about what a subject is, or is nearly all, of.

    Failures that name nothing else are those of any burst, and so are about as many of anything.
    """
    if other.entity == subsystem_entity(finding.subsystem):
        return True
    members, also, system = members_of(finding), finding.details.get("also_members"), finding.details.get("service")
    if _names(other) & {*members.values(), *(also if isinstance(also, tuple) else ()), str(system or "")}:
        return True
    if finding.details.get("value"):
        return False
    is_of_anything = not also and not system and all(says_what(finding, name) for name in members)
    hits, more = _counts(other, finding)
    return is_of_anything or (hits > 0 and _ALIKE * hits <= more <= hits / _ALIKE)


def excuse_planned(
    context: CheckContext, findings: Iterable[Finding], depends_on: Mapping[str, Sequence[str]]
) -> list[Finding]:
    """Return the findings of a day; those that planned or announced work explains are ok, with their excuse.

    What is left names the changes during which, or on the first days after which, it began.

    Args:
        context: the context of a day.
        findings: what is left of its findings.
        depends_on: subsystem → subsystems without which it cannot be reached or used.
    """
    changes = context.dataset("desk.changes", LONGEST_CHANGE_DAYS)
    trainings = context.dataset("desk.trainings")
    windows = planned_hours(changes.cases, context.begins_at, context.on)
    trained = trainings.table.filter(trainings.table.unit.notnull()).select("unit").distinct().to_pyarrow()
    onboardings = context.dataset("desk.onboardings")
    joining = joining_units(onboardings.cases, context.on, context.local_day) if onboardings.sources else {}
    concurrent = concurrent_changes(changes.cases, context.begins_at, context.on)
    patches = context.dataset("infra.patches", FIRST_DAYS)
    patched = applied_patches(patches.recent, context.on) if patches.sources else []
    carried = places(context) if windows or concurrent or patched else {}
    opened = _opened_accounts(context, joining) if joining else {}
    left = suppress_planned(findings, windows, trained["unit"].to_pylist(), carried, joining, opened, depends_on)
    return name_changes(excuse_effects(left, concurrent), [*concurrent, *patched], carried)


def _opened_accounts(context: CheckContext, units: Iterable[str]) -> dict[str, int]:
    """Return unit → accounts that were opened for it on the day."""
    accounts = context.dataset("identity.accounts")
    if not accounts.sources:
        return {}
    placed = context.units().identify(accounts.table)
    opened = placed.filter(local_day(placed.opened_at, context.utc_offset_h) == ibis.literal(context.on))
    counted = opened.filter(opened.unit.isin(list(units))).group_by("unit").aggregate(accounts=ibis._.count())
    return {row["unit"]: row["accounts"] for row in rows(counted)}
