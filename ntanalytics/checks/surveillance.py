"""Surveillance: every dataset of events of a subsystem is watched by the same rule, derived from the contract.

A subsystem gets the rule and its check by :func:`watched`, without a line of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.check import Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.dataset_departures import watched_day
from ntanalytics.checks.registered_terms import REGISTERS, registered_terms
from ntanalytics.checks.standing_cases import standing_cases, waiting_step
from ntanalytics.checks.subject_words import references, subject_label
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.checks.surveillance_findings import departure_finding, is_of_endings, usual_day, worked_before
from ntanalytics.checks.watched_datasets import COMPANIONS, LINKS, WATCHED
from ntanalytics.contract import DATASETS, Kind, Type
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS, Members
from ntanalytics.findings.correlation_rules import OUTAGES_OF_TARGETS
from ntanalytics.findings.finding import Finding, violations
from ntanalytics.findings.judgement import unknown
from ntanalytics.findings.related_subjects import rose
from ntanalytics.findings.rule import Rule, surveillance_rule
from ntanalytics.findings.subjects import members_of, says_what, subject
from ntanalytics.findings.surveillance_text import TEXT
from ntanalytics.metrics import measure

#: Dataset of cases → the column of their end: a process that stands still goes on being begun.
_ENDS: Mapping[str, str] = {name: DATASETS[name].ended[0] for name in WATCHED if DATASETS[name].kind is Kind.CASE}

#: Dataset of cases → the columns of what happens to them after their begin, in their order: they arrive, are answered,
#: signed for, registered. Other ends than the one that should come, such as a return, are none of it.
_STEPS: Mapping[str, tuple[str, ...]] = {
    name: tuple(
        column.name
        for column in DATASETS[name].columns
        if column.type is Type.TIMESTAMP and not column.is_planned
        if column.name not in (DATASETS[name].time, DATASETS[name].changed, *DATASETS[name].ended[1:])
    )
    for name in _ENDS
}

#: Detail of a finding that names what has not happened to its cases: ``登记``.
_STEP = "not_done"

#: Forms of shares and of durations.
_MANNERS = ("rate", "ms", "seconds")


def watched(subsystem: Subsystem) -> Subsystem:
    """Return a subsystem with the rule of surveillance, where it has a dataset that can be watched."""
    datasets = tuple(name for name in WATCHED if DATASETS[name].subsystem == subsystem.id)
    if not datasets:
        return subsystem
    rule = surveillance_rule(subsystem.id)
    referred = {state.name for name in datasets for state, _ in references(DATASETS[name]).values()}
    referred |= {link.state for name in datasets if (link := LINKS[name]) is not None and link.state}
    registers = tuple(name for name in REGISTERS if DATASETS[name].subsystem == subsystem.id)
    referred |= set(registers)
    known = tuple(check.rule for check in subsystem.checks if set(check.reads) & set(datasets))
    # what fails in a burst is answered sooner or later, larger or smaller, than what does not
    bursts = tuple(other.code for other in subsystem.rules if other.kind == "burst" and other.code in known)
    absences = tuple(other.code for other in subsystem.rules if other.kind == "absence" and other.code in known)
    # how events went says nothing of how many there were
    manners = tuple(other.code for other in subsystem.rules if other.code in known and _is_of_manner(other))
    check = Check(
        rule=rule.code,
        evaluate=partial(_surveil, datasets, registers),
        reads={**dict.fromkeys(sorted(referred), 0), **dict.fromkeys(datasets, HISTORY_DAYS)},
        beside=dict.fromkeys(COMPANIONS, HISTORY_DAYS),
        optional=(*datasets, *sorted(referred)),
        suppressed_by=(
            SuppressedBy(tuple(code for code in known if code not in manners), "subject"),
            SuppressedBy(manners, "subject", where=_is_no_surge),
            SuppressedBy(bursts, "failures", where=_follows_failures),
            SuppressedBy(absences, "part", where=_is_fallen_day),
            SuppressedBy(absences, "window", where=_is_step_of_all),
            SuppressedBy(tuple(code for code in OUTAGES_OF_TARGETS if code in known), "window", where=_is_any_ending),
            SuppressedBy(("data.clock_offset",), "subject", where=_is_of_value),
        ),
    )
    *rules, source = subsystem.rules
    return replace(
        subsystem,
        rules=(*rules, rule, source),
        checks=(*subsystem.checks, check),
        texts={**subsystem.texts, rule.code: TEXT},
    )


def _is_of_manner(rule: Rule) -> bool:
    """Return whether a rule is about a share of events, or about how long they take, and not about how many."""
    judged = measure(rule.measure)
    return judged.format.partition(":")[0] in _MANNERS or judged.name == "slow_ratio"


def _is_any_ending(finding: Finding) -> bool:
    """Return whether a subject is how events end, of whatever they are."""
    return is_of_endings(finding) and all(says_what(finding, name) for name in members_of(finding))


def _is_of_value(finding: Finding) -> bool:
    return bool(finding.details.get("value"))


def _is_fallen_day(finding: Finding) -> bool:
    """Return whether a subject is all events of a day, of which hours without any are a part."""
    is_whole = finding.is_violation and finding.window is None and not members_of(finding)
    return is_whole and not finding.details.get("value") and not rose(finding)


def _is_step_of_all(finding: Finding) -> bool:
    """Return whether a subject is a step of all cases, such as their registration, of which a gap tells by itself."""
    return finding.is_violation and _STEP in finding.details and not members_of(finding)


def _is_no_surge(finding: Finding) -> bool:
    """Return whether a subject is about anything but more events than usual, of which their manner says nothing."""
    if not finding.is_violation or finding.details.get("value") or is_of_endings(finding):
        return True
    return not rose(finding)


def _follows_failures(finding: Finding) -> bool:
    """Return whether a subject is about a value, or about how events ended; what is unknown has no subject."""
    if not finding.is_violation:
        return False
    return bool(finding.details.get("value")) or is_of_endings(finding)


def _surveil(datasets: tuple[str, ...], registers: tuple[str, ...], context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the subjects that depart on the day; a dataset of which a source lacks the day is unknown, too.

    So is a subsystem of which a dataset has too few comparable days; not on a day off, of which there are few.
    """
    findings: list[Finding] = []
    is_short = False
    for name in datasets:
        view = context.dataset(name, HISTORY_DAYS)
        day = context.shared(watched_day, name, DATASETS[name].time)
        departing = day.departures if day else ()
        own = violations(departure_finding(context, rule, name, departure) for departure in departing)
        departed = {departure.members for departure in departing}
        if name in _ENDS:
            own += (standing := _standing_cases(context, rule, name, departed))
            departed |= {tuple(members_of(finding).items()) for finding in standing}
            own += (otherwise := _ended_otherwise(context, rule, name, departed))
            departed |= {tuple(members_of(finding).items()) for finding in otherwise}
            own += _standing_still(context, rule, name, departed)
        if day and not own and view.is_complete:
            own = usual_day(context, rule, name, day.events, day.usual)
        findings += own
        is_short |= day is None
        if view.sources and not view.is_complete:
            findings.append(unknown(rule, "missing", subject(name, (), subject_label(context, DATASETS[name], ()))))
    if is_short and context.working_days:
        findings.append(unknown(rule, "short_history"))
    return findings + violations(
        departure_finding(context, rule, name, departure)
        for name in registers
        for departure in registered_terms(context, name)
    )


def _standing_cases(context: CheckContext, rule: Rule, name: str, departing: AbstractSet[Members]) -> list[Finding]:
    """Return the subjects whose cases began as always and do not end, since the first day on which they began."""
    findings = []
    for departure in context.shared(standing_cases, name, HISTORY_DAYS):
        if departure.members not in departing:
            finding = departure_finding(context, rule, name, replace(departure, hours=(0, HOURS)))
            last, first = (worked_before(context, age) for age in (departure.hours[0], departure.hours[1] - 1))
            finding = finding.with_figures(started=departure.started).since_day(first)
            step, waiting = waiting_step(context, name, HISTORY_DAYS, departure, (first, last))
            if step:
                finding = finding.with_figures(waiting=float(waiting)).with_details(step=step)
            findings.append(finding.with_details(ended=_end_words(name), started_until=last.isoformat()))
    return violations(findings)


def _end_words(name: str, end: str = "") -> str:
    """Return what ends the cases of a dataset: ``办结``, ``签收``; or what another of its ends is: ``退回``."""
    return DATASETS[name].column(end or _ENDS[name]).label.removesuffix("时间").removesuffix("日期")


def _events_with(name: str, end: str) -> str:
    """Return the events of what happened to cases: ``公文送达签收``, ``公文送达（已送达）``."""
    label, words = DATASETS[name].label, _end_words(name, end)
    return f"{label}（已{words}）" if label.endswith(words) else f"{label}{words}"


def _ended_otherwise(context: CheckContext, rule: Rule, name: str, departing: AbstractSet[Members]) -> list[Finding]:
    """Return the subjects of which more cases than usual ended in another way than they should: were returned."""
    findings = []
    for end in DATASETS[name].ended[1:]:
        more = [
            departure
            for departure in _ended_on(context, name, end)
            if departure.direction > 0 and not departure.days and departure.members not in departing
        ]
        ended = _events_with(name, end)
        findings += [departure_finding(context, rule, name, departure).with_details(events=ended) for departure in more]
    return violations(findings)


def _standing_still(context: CheckContext, rule: Rule, name: str, departing: AbstractSet[Members]) -> list[Finding]:
    """Return the subjects to which less than usual happened on the day; those told already began otherwise.

    What waits at one step waits at those after it, too: of a subject, its parts and its whole the first step is told.
    """
    findings: list[Finding] = []
    earlier: list[Members] = []
    for step in _STEPS[name]:
        if step in context.unfilled(name):
            continue
        fewer = [
            departure
            for departure in _ended_on(context, name, step)
            if departure.direction < 0 and not departure.days and not departure.is_emptied
            if departure.members not in departing
            if not any(
                set(other) <= set(departure.members) or set(departure.members) <= set(other) for other in earlier
            )
        ]
        stalled = violations(departure_finding(context, rule, name, departure) for departure in fewer)
        words = {"events": _events_with(name, step), _STEP: _end_words(name, step)}
        findings += [finding.with_details(**words) for finding in stalled]
        earlier += [departure.members for departure in fewer]
    return findings


def _ended_on(context: CheckContext, name: str, end: str) -> Sequence[Departure]:
    """Return the departures of the cases that ended on the day."""
    day = context.shared(watched_day, name, end)
    return day.departures if day else ()
