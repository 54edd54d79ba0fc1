"""Tables of the mutations of some seeds: for the terminal, for docs/evaluation.md and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, pairwise

from ntanalytics.evaluation.mutations.campaign import MutationScore
from ntanalytics.evaluation.mutations.mutation import KINDS
from ntanalytics.evaluation.mutations.scoring import Outcome
from ntanalytics.evaluation.scoring import AIM_FALSE, severity_of
from ntanalytics.evaluation.tables import Cells, ScoreTable

#: Bounds of the sizes of a power curve, in half-widths.
_BOUNDS = (0.0, 1.0, 2.0, 3.0, 5.0, 10.0, float("inf"))

#: Kinds that take a share of the events: share, expected events, and the least recall of such damage.
_TAKING, _AIMS = ("fall", "cut"), ((1 / 3, 50, 0.9), (1 / 4, 20, 0.7))

#: Half-widths from which the recall is held against the oracle's, and how far below it may be.
_CLEAR, _BELOW_ORACLE = 3.0, 0.1

#: Heads of the table of all mutations.
_HEADS = (
    "number",
    "subject",
    "damage",
    "time",
    "events",
    "half-widths",
    "oracle after days",
    "told after days",
    "very subject",
    "new and not counted",
)

#: Least share of the told ones of which the very subject is told.
_AIM_RIGHT = 0.85


def mutation_tables(scores: Sequence[MutationScore]) -> list[ScoreTable]:
    """Return every table of the mutations, the totals first."""
    outcomes = list(chain.from_iterable(score.outcomes for score in scores))
    return [
        totals(scores, outcomes),
        _curve("Power curve", outcomes),
        _grouped("By kind", outcomes, "kind", lambda outcome: outcome.trial.mutation.kind, KINDS),
        _grouped("By dataset", outcomes, "dataset", lambda outcome: outcome.trial.mutation.dataset),
        every_mutation(scores),
        untouched_alarms(scores),
    ]


def totals(scores: Sequence[MutationScore], outcomes: Sequence[Outcome]) -> ScoreTable:
    """Return the aims beside the results."""
    rows: list[Cells] = [("told of all", "", *_recall(outcomes)), ("told by the oracle", "", *_oracle(outcomes))]
    for share, events, aim in _AIMS:
        taken = [item for item in outcomes if _takes(item, share, events)]
        rows.append((f"told, {share:.0%} or more lost of {events} events or more", f"≥ {aim}", *_recall(taken)))
    clear = [item for item in outcomes if item.trial.half_widths >= _CLEAR]
    rows.append((f"told from {_CLEAR:g} half-widths on", f"≥ oracle − {_BELOW_ORACLE}", *_recall(clear)))
    rows.append((f"told by the oracle from {_CLEAR:g} half-widths on", "", *_oracle(clear)))
    detected = [item for item in outcomes if item.day is not None]
    rows.append(
        ("the very subject, of the told", f"≥ {_AIM_RIGHT}", *_share(sum(item.is_right for item in detected), detected))
    )
    rows.append(("of these, named as a part by a wider finding", "", *_share(_named(detected), detected)))
    delays = [item.delay for item in detected if item.delay is not None]
    rows.append(("median delay in days", "", f"{statistics.median(delays):g}" if delays else "", ""))
    days = sum(len(score.untouched_days) for score in scores)
    alarms = sum(len(score.alarms) for score in scores)
    a_day = f"{alarms / days:.2f}" if days else ""
    rows.append(("false alarms a day, untouched", f"≤ {AIM_FALSE}", a_day, f"{alarms} in {days} days"))
    return ScoreTable("Total", ("", "aim", "result", "of"), tuple(rows))


def _named(outcomes: Sequence[Outcome]) -> int:
    return sum(item.is_named for item in outcomes)


def _takes(outcome: Outcome, share: float, events: float) -> bool:
    trial = outcome.trial
    return trial.mutation.kind in _TAKING and trial.mutation.size >= share and trial.events >= events


def _share(part: int, whole: Sequence[Outcome]) -> tuple[str, str]:
    return (f"{part / len(whole):.2f}" if whole else "", f"{part} of {len(whole)}")


def _recall(outcomes: Sequence[Outcome]) -> tuple[str, str]:
    return _share(sum(item.day is not None for item in outcomes), outcomes)


def _oracle(outcomes: Sequence[Outcome]) -> tuple[str, str]:
    return _share(sum(item.trial.oracle_day is not None for item in outcomes), outcomes)


def _curve(title: str, outcomes: Sequence[Outcome]) -> ScoreTable:
    """Return recall and localisation by size in half-widths, beside the oracle."""
    rows: list[Cells] = []
    for low, high in pairwise(_BOUNDS):
        within = [item for item in outcomes if low <= item.trial.half_widths < high]
        detected = [item for item in within if item.day is not None]
        right = _share(sum(item.is_right for item in detected), detected)[0]
        name = f"{low:g} to {high:g}" if high < _BOUNDS[-1] else f"{low:g} or more"
        rows.append((name, str(len(within)), _recall(within)[0], right, _oracle(within)[0]))
    return ScoreTable(title, ("half-widths", "mutations", "told", "very subject", "oracle"), tuple(rows))


def _grouped(
    title: str, outcomes: Sequence[Outcome], head: str, group: Callable[[Outcome], str], order: Iterable[str] = ()
) -> ScoreTable:
    """Return ``told / oracle of mutations`` by group and size in half-widths."""
    names = sorted({group(item) for item in outcomes})
    listed = [name for name in order if name in names] or names
    rows: list[Cells] = []
    for name in listed:
        own = [item for item in outcomes if group(item) == name]
        cells = [
            _ratio_of([item for item in own if low <= item.trial.half_widths < high]) for low, high in pairwise(_BOUNDS)
        ]
        detected = [item for item in own if item.day is not None]
        rows.append((name, *cells, _ratio_of(own), str(sum(item.is_right for item in detected))))
    bins = [f"{low:g} to {high:g}" if high < _BOUNDS[-1] else f"{low:g} or more" for low, high in pairwise(_BOUNDS)]
    return ScoreTable(f"{title}: told / oracle of mutations", (head, *bins, "all", "very subject"), tuple(rows))


def _ratio_of(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return ""
    detected = sum(item.day is not None for item in outcomes)
    seen = sum(item.trial.oracle_day is not None for item in outcomes)
    return f"{detected} / {seen} of {len(outcomes)}"


def every_mutation(scores: Sequence[MutationScore]) -> ScoreTable:
    """Return each mutation with what was told of it."""
    rows = []
    for score in scores:
        for outcome in score.outcomes:
            trial, mutation = outcome.trial, outcome.trial.mutation
            begin, end = (f"{moment:%m-%d %H:%M}" for moment in (mutation.begins_at, mutation.ends_at))
            seen = "" if trial.oracle_day is None else str((trial.oracle_day - mutation.days[0]).days)
            detected = "" if outcome.day is None else f"{outcome.delay}: {'; '.join(outcome.detected_by)}"
            rows.append(
                (
                    f"{score.seed}-{mutation.number}",
                    f"{mutation.dataset} {mutation.subject or 'whole'}",
                    f"{mutation.kind} {mutation.size:g} ({mutation.quantity})",
                    f"{begin} to {end}",
                    f"{trial.events:.0f}",
                    f"{trial.half_widths:.1f}",
                    seen,
                    detected,
                    ""
                    if outcome.day is None
                    else "named"
                    if outcome.is_named
                    else "yes"
                    if outcome.is_right
                    else "wider",
                    "; ".join(outcome.wrong),
                )
            )
    return ScoreTable("Each mutation", _HEADS, tuple(rows), is_wide=True)


def untouched_alarms(scores: Sequence[MutationScore]) -> ScoreTable:
    """Return the matters that were told of untouched days."""
    rows = [
        (
            str(score.seed),
            f"{alarm.day}",
            alarm.alert.code,
            severity_of(alarm.alert.status),
            alarm.alert.subject.entity.label,
            alarm.alert.evidence,
        )
        for score in scores
        for alarm in score.alarms
    ]
    heads = ("seed", "day", "rule", "state", "subject", "evidence")
    return ScoreTable("False alarms of untouched days", heads, tuple(rows), is_wide=True)
