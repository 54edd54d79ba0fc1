"""Surveillance: every dataset of events of a subsystem is watched by the same rule, derived from the contract.

A subsystem gets the rule and its check by :func:`watched`, without a line of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from functools import partial

from ntanalytics.checks.check import Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.dataset_departures import HISTORY_DAYS, LINKS, WATCHED, departures_of
from ntanalytics.checks.parent_units import column_of
from ntanalytics.checks.standing_cases import standing_cases
from ntanalytics.checks.subject_words import form_of, references, subject_label
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.contract import DATASETS, Dataset, Kind
from ntanalytics.contract.outcomes import tells_outcome, tells_reason, tells_what
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS, Members
from ntanalytics.findings.finding import Comparison, Finding, Window, violations
from ntanalytics.findings.judgement import unknown
from ntanalytics.findings.rule import Rule, surveillance_rule
from ntanalytics.findings.subjects import members_of, subject
from ntanalytics.findings.surveillance_text import TEXT
from ntanalytics.metrics import measure
from ntanalytics.metrics.leaves import level_of

#: Dataset of cases → the column of their end: a process that stands still goes on being begun.
_ENDS: Mapping[str, str] = {name: DATASETS[name].ended[0] for name in WATCHED if DATASETS[name].kind is Kind.CASE}

#: Members that lead to the cause and are told, the rarest first.
_MOST_LEADS = 2


def watched(subsystem: Subsystem) -> Subsystem:
    """Return a subsystem with the rule of surveillance, where it has a dataset that can be watched."""
    datasets = tuple(name for name in WATCHED if DATASETS[name].subsystem == subsystem.id)
    if not datasets:
        return subsystem
    rule = surveillance_rule(subsystem.id)
    referred = {state.name for name in datasets for state, _ in references(DATASETS[name]).values()}
    referred |= {link.state for name in datasets if (link := LINKS[name]) is not None and link.state}
    known = tuple(check.rule for check in subsystem.checks if set(check.reads) & set(datasets))
    # what fails in a burst is answered sooner or later, larger or smaller, than what does not
    bursts = tuple(other.code for other in subsystem.rules if other.kind == "burst" and other.code in known)
    rates = tuple(
        other.code
        for other in subsystem.rules
        if other.code in known and measure(other.measure).format.startswith("rate")
    )
    check = Check(
        rule=rule.code,
        evaluate=partial(_surveil, datasets),
        reads={**dict.fromkeys(sorted(referred), 0), **dict.fromkeys(datasets, HISTORY_DAYS)},
        optional=(*datasets, *sorted(referred)),
        suppressed_by=(
            SuppressedBy(tuple(code for code in known if code not in rates), "subject"),
            SuppressedBy(rates, "subject", where=_is_no_surge),
            SuppressedBy(bursts, "window", where=_follows_failures),
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


def _is_of_value(finding: Finding) -> bool:
    return bool(finding.details.get("value"))


def _is_no_surge(finding: Finding) -> bool:
    """Return whether a subject is about anything but more events than usual, of which a rate of them says nothing."""
    if not finding.is_violation or finding.details.get("value") or _is_of_endings(finding):
        return True
    return float(finding.figures.get("seen") or 0) <= float(finding.figures.get("expected") or 0)


def _is_of_endings(finding: Finding) -> bool:
    return bool(finding.details.get("is_ending"))


def _tells_ending(dataset: Dataset, members: Members) -> bool:
    """Return whether a subject is about how events ended."""
    columns = (column_of(dataset, name) for name, _ in members)
    return any(tells_outcome(column) or tells_reason(column) for column in columns if column is not None)


def _follows_failures(finding: Finding) -> bool:
    """Return whether a subject is about a value, or about how events ended; what is unknown has no subject."""
    if not finding.is_violation:
        return False
    return bool(finding.details.get("value")) or _is_of_endings(finding)


def _surveil(datasets: tuple[str, ...], context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the subjects that depart on the day; a dataset of which a source lacks the day is unknown, too.

    So is a subsystem of which a dataset has too few comparable days; not on a day off, of which there are few.
    """
    findings: list[Finding] = []
    is_short = False
    for name in datasets:
        view = context.dataset(name, HISTORY_DAYS)
        departing = context.shared(departures_of, name, DATASETS[name].time)
        findings += violations(_finding(context, rule, name, departure) for departure in departing or ())
        departed = {departure.members for departure in departing or ()}
        if name in _ENDS:
            findings += (standing := _standing_cases(context, rule, name, departed))
            departed |= {tuple(members_of(finding).items()) for finding in standing}
            findings += (otherwise := _ended_otherwise(context, rule, name, departed))
            departed |= {tuple(members_of(finding).items()) for finding in otherwise}
            findings += _standing_still(context, rule, name, departed)
        is_short |= departing is None
        if view.sources and not view.is_complete:
            findings.append(unknown(rule, "missing", subject(name, (), subject_label(context, DATASETS[name], ()))))
    if is_short and context.working_days:
        findings.append(unknown(rule, "short_history"))
    return findings


def _standing_cases(context: CheckContext, rule: Rule, name: str, departing: AbstractSet[Members]) -> list[Finding]:
    """Return the subjects whose cases began as always and do not end, since the first day on which they began."""
    findings = []
    for departure in context.shared(standing_cases, name, HISTORY_DAYS):
        if departure.members not in departing:
            finding = _finding(context, rule, name, replace(departure, hours=(0, HOURS)))
            last, first = (_worked_before(context, age) for age in (departure.hours[0], departure.hours[1] - 1))
            finding = finding.with_figures(started=departure.started).since_day(first)
            findings.append(finding.with_details(ended=_end_words(name), started_until=last.isoformat()))
    return violations(findings)


def _worked_before(context: CheckContext, number: int) -> date:
    """Return the worked day that is so many worked days before the inspected one."""
    worked = [day for day in context.nearby_working_days(HISTORY_DAYS) if day <= context.on]
    return worked[-1 - number]


def _end_words(name: str, end: str = "") -> str:
    """Return what ends the cases of a dataset: ``办结``, ``签收``; or what another of its ends is: ``退回``."""
    return DATASETS[name].column(end or _ENDS[name]).label.removesuffix("时间").removesuffix("日期")


def _ended_otherwise(context: CheckContext, rule: Rule, name: str, departing: AbstractSet[Members]) -> list[Finding]:
    """Return the subjects of which more cases than usual ended in another way than they should: were returned."""
    findings = []
    for end in DATASETS[name].ended[1:]:
        more = [
            departure
            for departure in context.shared(departures_of, name, end) or ()
            if departure.direction > 0 and not departure.days and departure.members not in departing
        ]
        ended = f"{DATASETS[name].label}{_end_words(name, end)}"
        findings += [_finding(context, rule, name, departure).with_details(events=ended) for departure in more]
    return violations(findings)


def _standing_still(context: CheckContext, rule: Rule, name: str, departing: AbstractSet[Members]) -> list[Finding]:
    """Return the subjects of which fewer cases ended than usual; those told already began otherwise."""
    end = DATASETS[name].column(_ENDS[name])
    fewer = [
        departure
        for departure in context.shared(departures_of, name, end.name) or ()
        if departure.direction < 0 and not departure.days and departure.members not in departing
    ]
    ended = f"{DATASETS[name].label}{_end_words(name)}"
    findings = violations(_finding(context, rule, name, departure) for departure in fewer)
    return [finding.with_details(events=ended) for finding in findings]


def _finding(context: CheckContext, rule: Rule, name: str, departure: Departure) -> Finding:
    dataset, (first, after) = DATASETS[name], departure.hours
    value = dataset.column(departure.value) if departure.value else None
    seen, expected = (
        level if value is None else level_of(value.name, level) for level in (departure.seen, departure.expected)
    )
    return Finding(
        rule=rule,
        entity=subject(name, departure.members, subject_label(context, dataset, departure.members)),
        status=rule.threshold.judge(departure.share),
        value=departure.share,
        format="rate:1",
        detector="surveillance",
        window=None if after - first == HOURS else Window(context.on, first * 3600.0, after * 3600.0),
        since=_worked_before(context, departure.days - 1) if departure.days else context.on,
        comparison=Comparison("expected", expected),
        figures={
            "seen": seen,
            "expected": expected,
            "improbable": departure.improbable,
            "strength": departure.strength,
            **({"days": float(departure.days)} if departure.days else {}),
            **({"counterpart": departure.counterpart_moved} if departure.counterpart else {}),
        },
        details={
            "dataset": name,
            "events": dataset.label,
            "value": value.label if value else "",
            "form": form_of(value) if value else "integer",
            "is_ending": _tells_ending(dataset, departure.members),
            **_leads(context, name, departure),
        },
    )


def _leads(context: CheckContext, name: str, departure: Departure) -> dict[str, str]:
    """Return what leads to the cause of a departure: what all of it has in common, and what moved the other way."""
    dataset, leads = DATASETS[name], {}
    columns = ((pair, column_of(dataset, pair[0])) for pair in departure.also)
    also = tuple(pair for pair, column in columns if column is None or not tells_what(column))[:_MOST_LEADS]
    if also:
        leads["also"] = subject_label(context, dataset, also)
    if departure.counterpart:
        (other,) = (pair for pair in departure.counterpart if pair not in departure.members)
        column, label = column_of(dataset, other[0]), subject_label(context, dataset, (other,))
        leads["counterpart"] = label
        if departure.direction < 0 and (column is None or not tells_what(column)):
            leads["instead"] = label
        leads["counterpart_key"] = subject(name, departure.counterpart, "").key
    return leads
