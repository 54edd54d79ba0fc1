"""The scores of some estates as tables: for the terminal, for docs/evaluation.md and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from ntanalytics.evaluation.scoring import (
    AIM,
    AIM_FALSE,
    WITHIN,
    IncidentOutcome,
    Recall,
    Score,
    by_rule,
    recall,
    severity_of,
)
from ntanalytics.findings.rule import Rule

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """A table.

    Attributes:
        title: its title.
        columns: the heads of its columns.
        rows: its rows.
        is_wide: whether its cells are sentences, which a terminal shows better in lines.
    """

    title: str
    columns: Cells
    rows: tuple[Cells, ...]
    is_wide: bool = False


def tables(scores: Sequence[Score], rules: Mapping[str, Rule]) -> list[Listed]:
    """Every table of the scores, the totals first.

    Args:
        scores: one an estate.
        rules: every rule of the inspection by code.
    """
    return [
        totals(scores),
        *([of_seeds(scores)] if len(scores) > 1 else []),
        kinds(scores),
        of_rules(scores, rules),
        misses(scores),
        false_alarms(scores),
        standing(scores),
    ]


def _outcomes(scores: Iterable[Score]) -> list[IncidentOutcome]:
    return list(chain.from_iterable(score.outcomes for score in scores))


def totals(scores: Sequence[Score]) -> Listed:
    """The aim beside the result."""
    outcomes, days = _outcomes(scores), sum(score.days for score in scores)
    rows: list[Cells] = []
    for severity, within in WITHIN.items():
        seen = recall(each for each in outcomes if each.incident.severity == severity)
        what = f"recall of {severity} within {within} day{'s' if within > 1 else ''}"
        rows.append((what, f"≥ {AIM[severity]:.2f}", _share(seen.rate), f"{seen.in_time} of {seen.incidents}"))
        rows.append((f"recall of {severity} at all", "", _share(_over(seen)), f"{seen.found} of {seen.incidents}"))
        rows.append((f"median delay of {severity} in days", "", _number(seen.delay), ""))
        rows.append(
            (
                f"said to be {severity}",
                "",
                _share(_ratio(seen.as_severe, seen.found)),
                f"{seen.as_severe} of {seen.found}",
            )
        )
    alarms = sum(len(score.false_alarms) for score in scores)
    rows.append(("false alarms a day", f"≤ {AIM_FALSE}", _number(_ratio(alarms, days), 2), f"{alarms} in {days} days"))
    opened = [run for score in scores for run in score.runs if not run.is_standing]
    right = sum(not run.is_false for run in opened)
    rows.append(("precision", "", _share(_ratio(right, len(opened))), f"{right} of {len(opened)} matters"))
    lookalikes = sum(bool(each.why) and "after" not in each.why for score in scores for each in score.false_alarms)
    rows.append(("false alarms by harmless events", "", "", f"{lookalikes}"))
    return Listed("Total", ("", "aim", "result", "of"), tuple(rows))


def of_seeds(scores: Sequence[Score]) -> Listed:
    """The same by estate."""
    rows = []
    for score in scores:
        seen = {name: recall(each for each in score.outcomes if each.incident.severity == name) for name in WITHIN}
        rows.append(
            (
                str(score.seed),
                *(_in_time(seen[name]) for name in WITHIN),
                str(len(score.false_alarms)),
                _number(_ratio(len(score.false_alarms), score.days), 2),
            )
        )
    heads = (f"{name} in time" for name in WITHIN)
    return Listed("By seed", ("seed", *heads, "false alarms", "a day"), tuple(rows))


def kinds(scores: Sequence[Score]) -> Listed:
    """Recall by kind and severity."""
    outcomes = _outcomes(scores)
    rows = []
    for kind, severity in sorted({(each.incident.kind, each.incident.severity) for each in outcomes}):
        seen = recall(each for each in outcomes if (each.incident.kind, each.incident.severity) == (kind, severity))
        rows.append(
            (
                kind,
                severity,
                str(seen.incidents),
                str(seen.in_time),
                str(seen.found),
                str(seen.as_severe),
                _number(seen.delay),
            )
        )
    heads = ("kind", "severity", "planted", "in time", "found", "as severe", "median delay")
    return Listed("By kind", heads, tuple(rows))


def of_rules(scores: Sequence[Score], rules: Mapping[str, Rule]) -> Listed:
    """What each rule said; those that only a quarter asks are left out."""
    asked = [code for code, rule in rules.items() if not rule.is_of_quarter]
    rows = [
        (
            each.code,
            *(str(count or "") for count in (each.named, each.followed, each.false, each.standing)),
            _share(each.precision) or "silent",
        )
        for each in by_rule(scores, asked)
    ]
    return Listed("By rule", ("rule", "true", "consequence", "false", "standing", "precision"), tuple(rows))


def misses(scores: Sequence[Score]) -> Listed:
    """Incidents that were not found in time, and what was found beside."""
    rows = []
    for score in scores:
        for each in score.misses:
            incident = each.incident
            came = f"after {each.delay} days: {each.first.code}" if each.first else "never"
            beside = "; ".join(dict.fromkeys(f"{found.code} {found.subject}" for found in each.beside))
            rows.append(
                (
                    str(score.seed),
                    incident.id,
                    incident.severity,
                    f"{incident.start:%Y-%m-%d %H:%M}",
                    incident.subject,
                    f"{incident.size:g} {incident.shape}",
                    incident.description,
                    came,
                    beside,
                )
            )
    heads = ("seed", "incident", "severity", "start", "subject", "size", "what", "found", "seen beside")
    return Listed("Missed, or found too late", heads, tuple(rows), is_wide=True)


def false_alarms(scores: Sequence[Score]) -> Listed:
    """Matters that belong to no incident."""
    rows = [
        (
            str(score.seed),
            f"{each.found.day}",
            str(each.days),
            each.found.code,
            severity_of(each.found.state),
            each.found.subject,
            each.found.evidence,
            each.why,
        )
        for score in scores
        for each in score.false_alarms
    ]
    heads = ("seed", "day", "days", "rule", "state", "subject", "evidence", "because of")
    return Listed("False alarms", heads, tuple(rows), is_wide=True)


def standing(scores: Sequence[Score]) -> Listed:
    """What was open before the judged days."""
    rows = [
        (str(score.seed), run.opening.code, run.opening.subject, f"{run.sightings[-1].found.day}", run.opening.evidence)
        for score in scores
        for run in score.standing
    ]
    heads = ("seed", "rule", "subject", "until", "evidence")
    return Listed("Standing before the judged days", heads, tuple(rows), is_wide=True)


def as_data(scores: Sequence[Score], rules: Mapping[str, Rule]) -> dict[str, object]:
    """The tables as JSON: a list of records by the table's title."""
    return {
        each.title: [dict(zip(each.columns, row, strict=True)) for row in each.rows] for each in tables(scores, rules)
    }


def _in_time(seen: Recall) -> str:
    return f"{seen.in_time} of {seen.incidents} ({_share(seen.rate)})" if seen.incidents else ""


def _over(seen: Recall) -> float | None:
    return _ratio(seen.found, seen.incidents)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}"
