"""Tables of the scores of some estates: for the terminal, for docs/evaluation.md and as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from ntanalytics.evaluation.rulebook import is_of_quarter
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

Cells = tuple[str, ...]


@dataclass(frozen=True)
class ScoreTable:
    """A table.

    Attributes:
        title: its title.
        columns: heads of its columns.
        rows: its rows.
        is_wide: whether its cells are sentences, which a terminal shows better in lines.
    """

    title: str
    columns: Cells
    rows: tuple[Cells, ...]
    is_wide: bool = False


def tables(scores: Sequence[Score], codes: Iterable[str]) -> list[ScoreTable]:
    """Return every table of the scores, the totals first.

    Args:
        scores: one an estate.
        codes: codes of all rules.
    """
    return [
        totals(scores),
        *([seed_table(scores)] if len(scores) > 1 else []),
        kind_table(scores),
        rule_table(scores, codes),
        misses(scores),
        false_alarms(scores),
        standing(scores),
    ]


def _outcomes(scores: Iterable[Score]) -> list[IncidentOutcome]:
    return list(chain.from_iterable(score.outcomes for score in scores))


def totals(scores: Sequence[Score]) -> ScoreTable:
    """Return the aims beside the results."""
    outcomes, days = _outcomes(scores), sum(score.days for score in scores)
    rows: list[Cells] = []
    for severity, within in WITHIN.items():
        seen = recall(outcome for outcome in outcomes if outcome.incident.severity == severity)
        label = f"recall of {severity} within {within} day{'s' if within > 1 else ''}"
        rows.append((label, f"≥ {AIM[severity]:.2f}", _share(seen.rate), f"{seen.in_time} of {seen.incidents}"))
        rows.append((f"recall of {severity} at all", "", _share(_over(seen)), f"{seen.found} of {seen.incidents}"))
        rows.append((f"median delay of {severity} in days", "", _number(seen.delay), ""))
        share = _share(_ratio(seen.as_severe, seen.found))
        rows.append((f"said to be {severity}", "", share, f"{seen.as_severe} of {seen.found}"))
    alarms = sum(len(score.false_alarms) for score in scores)
    rows.append(("false alarms a day", f"≤ {AIM_FALSE}", _number(_ratio(alarms, days), 2), f"{alarms} in {days} days"))
    opened = [run for score in scores for run in score.runs if not run.is_standing]
    right = sum(not run.is_false for run in opened)
    rows.append(("precision", "", _share(_ratio(right, len(opened))), f"{right} of {len(opened)} matters"))
    lookalikes = sum(bool(alarm.why) and "after" not in alarm.why for score in scores for alarm in score.false_alarms)
    rows.append(("false alarms by harmless events", "", "", f"{lookalikes}"))
    return ScoreTable("Total", ("", "aim", "result", "of"), tuple(rows))


def seed_table(scores: Sequence[Score]) -> ScoreTable:
    """Return recall and false alarms by estate."""
    rows = []
    for score in scores:
        recalls = [
            recall(outcome for outcome in score.outcomes if outcome.incident.severity == severity)
            for severity in WITHIN
        ]
        alarms = len(score.false_alarms)
        rows.append((str(score.seed), *map(_in_time, recalls), str(alarms), _number(_ratio(alarms, score.days), 2)))
    heads = (f"{name} in time" for name in WITHIN)
    return ScoreTable("By seed", ("seed", *heads, "false alarms", "a day"), tuple(rows))


def kind_table(scores: Sequence[Score]) -> ScoreTable:
    """Return recall by kind and severity."""
    by_kind: defaultdict[tuple[str, str], list[IncidentOutcome]] = defaultdict(list)
    for outcome in _outcomes(scores):
        by_kind[outcome.incident.kind, outcome.incident.severity].append(outcome)
    rows = []
    for (kind, severity), outcomes in sorted(by_kind.items()):
        seen = recall(outcomes)
        counts = map(str, (seen.incidents, seen.in_time, seen.found, seen.as_severe))
        rows.append((kind, severity, *counts, _number(seen.delay)))
    heads = ("kind", "severity", "planted", "in time", "found", "as severe", "median delay")
    return ScoreTable("By kind", heads, tuple(rows))


def rule_table(scores: Sequence[Score], codes: Iterable[str]) -> ScoreTable:
    """Return the matters of each rule; rules that are evaluated over a quarter only are left out."""
    evaluated = [code for code in codes if not is_of_quarter(code)]
    rows = [
        (
            item.code,
            *(str(count or "") for count in (item.named, item.followed, item.false, item.standing)),
            _share(item.precision) or "silent",
        )
        for item in by_rule(scores, evaluated)
    ]
    return ScoreTable("By rule", ("rule", "true", "consequence", "false", "standing", "precision"), tuple(rows))


def misses(scores: Sequence[Score]) -> ScoreTable:
    """Return the incidents that were not found in time, with the findings beside."""
    rows = []
    for score in scores:
        for outcome in score.misses:
            incident = outcome.incident
            delay = f"after {outcome.delay} days: {outcome.first.code}" if outcome.first else "never"
            beside = "; ".join(dict.fromkeys(f"{finding.code} {finding.entity.label}" for finding in outcome.beside))
            rows.append(
                (
                    str(score.seed),
                    incident.id,
                    incident.severity,
                    f"{incident.start:%Y-%m-%d %H:%M}",
                    incident.subject,
                    f"{incident.size:g} {incident.shape}",
                    incident.description,
                    delay,
                    beside,
                )
            )
    heads = ("seed", "incident", "severity", "start", "subject", "size", "what", "found", "seen beside")
    return ScoreTable("Missed, or found too late", heads, tuple(rows), is_wide=True)


def false_alarms(scores: Sequence[Score]) -> ScoreTable:
    """Return the matters that belong to no incident."""
    rows = [
        (
            str(score.seed),
            f"{alarm.finding.day}",
            str(alarm.days),
            alarm.finding.code,
            severity_of(alarm.finding.status),
            alarm.finding.entity.label,
            alarm.finding.evidence,
            alarm.why,
        )
        for score in scores
        for alarm in score.false_alarms
    ]
    heads = ("seed", "day", "days", "rule", "state", "subject", "evidence", "because of")
    return ScoreTable("False alarms", heads, tuple(rows), is_wide=True)


def standing(scores: Sequence[Score]) -> ScoreTable:
    """Return the matters that were open before the judged days."""
    rows = [
        (
            str(score.seed),
            run.opening.code,
            run.opening.entity.label,
            f"{run.sightings[-1].finding.day}",
            run.opening.evidence,
        )
        for score in scores
        for run in score.standing
    ]
    heads = ("seed", "rule", "subject", "until", "evidence")
    return ScoreTable("Standing before the judged days", heads, tuple(rows), is_wide=True)


def as_data(shown: Iterable[ScoreTable]) -> dict[str, object]:
    """Return tables for JSON: title → records."""
    return {table.title: [dict(zip(table.columns, row, strict=True)) for row in table.rows] for table in shown}


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
