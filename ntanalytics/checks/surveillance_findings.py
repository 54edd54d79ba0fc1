"""Findings of surveillance: a departure as a subject with its status, and the usual day of a dataset."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.noticeable import WITHOUT_END
from ntanalytics.checks.parent_units import column_of, label_of
from ntanalytics.checks.subject_words import form_of, subject_label
from ntanalytics.contract import DATASETS, Dataset
from ntanalytics.contract.dimensions import planned_terms, value_named
from ntanalytics.contract.outcomes import tells_outcome, tells_reason, tells_what
from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS, NO_MEMBER, Members
from ntanalytics.detectors.surveillance.whole_day import LEAST_EVENTS
from ntanalytics.findings.finding import Comparison, Detail, Finding, Window
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.subjects import subject
from ntanalytics.metrics.leaf_counts import level_of

#: Members that lead to the cause and are told, the rarest first.
_MOST_LEADS = 2

#: Times as many events as usual, or as long, from which a surge or a delay is critical: before, all of it is served.
_UNBEARABLE = 3.0


def departure_finding(context: CheckContext, rule: Rule, name: str, departure: Departure) -> Finding:
    """Return a departure of a dataset as a finding, which may be ok where the site's limits say so."""
    dataset, (first, after) = DATASETS[name], departure.hours
    value = value_named(dataset, departure.value) if departure.value else None
    seen, expected = (
        level if value is None else level_of(value.name, level) for level in (departure.seen, departure.expected)
    )
    finding = Finding(
        rule=rule,
        entity=subject(name, departure.members, subject_label(context, dataset, departure.members)),
        status=rule.threshold.judge(departure.share),
        value=departure.share,
        format="rate:1",
        detector="surveillance",
        window=None if after - first == HOURS else Window(context.on, first * 3600.0, after * 3600.0),
        since=worked_before(context, departure.days - 1) if departure.days else context.on,
        # what moves a little each day began at some time before it shows
        since_is_bound=departure.days > 0,
        comparison=Comparison("expected", expected),
        figures={
            "seen": seen,
            "expected": expected,
            "improbable": departure.improbable,
            "strength": departure.strength,
            **({"days": float(departure.days)} if departure.days else {}),
            **({"counterpart": departure.counterpart_moved} if departure.counterpart else {}),
        },
        details=_details(context, name, departure),
    )
    if finding.status == "critical" and not is_of_endings(finding) and _is_bearable(departure, finding):
        return replace(finding, status="warning")
    return finding


def _details(context: CheckContext, name: str, departure: Departure) -> dict[str, Detail]:
    """Return what a finding of a departure tells besides its numbers."""
    dataset = DATASETS[name]
    value = value_named(dataset, departure.value) if departure.value else None
    details: dict[str, Detail] = {
        "dataset": name,
        "events": dataset.label,
        "value": value.label if value else "",
        "form": form_of(value) if value else "integer",
        "is_ending": _tells_ending(dataset, departure.members),
        "is_over": departure.is_over,
    }
    if value in planned_terms(dataset):
        details["is_planned"] = True
    if departure.is_flat:
        details["is_flat"] = True
    return {**details, **_leads(context, name, departure)}


def usual_day(context: CheckContext, rule: Rule, name: str, events: float, usual: ExpectedRange) -> list[Finding]:
    """Return the number of all events of a dataset of which nothing departs; none where no such day is judged.

    A number outside of its range is not called usual, though it departs too little to be told.
    """
    if usual.expected is None or usual.expected < LEAST_EVENTS or usual.place(events) != "within":
        return []
    finding = Finding(
        rule=rule,
        entity=subject(name, (), subject_label(context, DATASETS[name], ())),
        status="ok",
        value=events,
        format="integer",
        detector="surveillance",
        comparison=Comparison("expected", usual.expected, usual.low, usual.high),
        details={"events": DATASETS[name].label},
    )
    return [finding]


def is_of_endings(finding: Finding) -> bool:
    """Return whether a subject is about how events ended."""
    return bool(finding.details.get("is_ending"))


def _tells_ending(dataset: Dataset, members: Members) -> bool:
    columns = (column_of(dataset, name) for name, _ in members)
    return any(tells_outcome(column) or tells_reason(column) for column in columns if column is not None)


def _leads(context: CheckContext, name: str, departure: Departure) -> dict[str, Detail]:
    """Return what leads to the cause of a departure: what all of it has in common, and what moved the other way."""
    dataset = DATASETS[name]
    leads: dict[str, Detail] = {}
    if system := dict(departure.also).get("subsystem"):
        leads["subsystem"] = system
    if departure.system:
        leads["service"] = departure.system
    columns = ((pair, column_of(dataset, pair[0])) for pair in departure.also)
    also = tuple(pair for pair, column in columns if column is None or tells_reason(column) or not tells_what(column))[
        :_MOST_LEADS
    ]
    if also:
        leads["also"] = subject_label(context, dataset, also)
        leads["also_members"] = tuple(member for _, member in also)
        leads["also_key"] = subject(name, (*departure.members, *also), "").key
    if departure.is_emptied:
        leads["unrecorded"] = label_of(dataset, departure.members[-1][0])
    if departure.counterpart:
        (other,) = (pair for pair in departure.counterpart if pair not in departure.members)
        column, label = column_of(dataset, other[0]), subject_label(context, dataset, (other,))
        leads["counterpart"] = label
        if departure.direction < 0 and other[1] == NO_MEMBER:
            leads["unrecorded"] = label_of(dataset, other[0])
        elif departure.direction < 0 and (column is None or not tells_what(column)):
            leads["instead"] = label
        leads["counterpart_key"] = subject(name, departure.counterpart, "").key
    return leads


def worked_before(context: CheckContext, number: int) -> date:
    """Return the worked day that is so many worked days before the inspected one."""
    worked = [day for day in context.nearby_working_days(HISTORY_DAYS) if day <= context.on]
    return worked[-1 - number]


def _is_bearable(departure: Departure, finding: Finding) -> bool:
    """Return whether a surge would be less than three times of all events, or a duration or size that of the usual."""
    seen, expected = (float(finding.figures[name] or 0) for name in ("seen", "expected"))
    if departure.value:
        is_large = max(seen, expected) >= _UNBEARABLE * min(seen, expected)
        return finding.details["form"] in WITHOUT_END and not is_large
    return departure.direction > 0 and not departure.started and departure.share < 1 - 1 / _UNBEARABLE
