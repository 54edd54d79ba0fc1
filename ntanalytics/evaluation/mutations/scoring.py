"""Scoring: whether a mutation was told, on which day, and of the right subject; lenient nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ntanalytics.evaluation.mutations.damaged_workspace import DamagedWorkspace
from ntanalytics.evaluation.mutations.drawing import SAME, Trial
from ntanalytics.evaluation.mutations.judging import Alert, inspect_dataset, news
from ntanalytics.evaluation.mutations.mutation import Mutation
from ntanalytics.evaluation.mutations.series import DamagedRows, events_of, rows_of_first_day
from ntanalytics.evaluation.mutations.shape import DatasetShape, shape_of
from ntanalytics.evaluation.mutations.subjects import MemberNames, member_names, subject_members

#: Least share of a wider subject's departure that the damage must explain.
EXPLAINED = 0.5

#: Days after the damage on which it may still be told for the first time.
_DAYS_AFTER = 1

#: Days from one inspection of a long damage to the next.
_STEP, _LONG = 3, 5

#: What a finding is to the damage: of its subject, of a wider one that names it, of a wider one that it explains, or
#: neither.
Match = Literal["right", "named", "wider", "wrong"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Result of a trial.

    Attributes:
        trial: the mutation with its size.
        day: day of the first finding that counts; None where none did.
        is_right: whether one of that day's findings is of the damaged subject itself, or names it as a part of its own.
        is_named: whether no finding of that day is of the damaged subject itself, and a wider one names it.
        detected_by: codes and labels of that day's findings that count.
        wrong: codes and labels of findings that are new with the damage and do not count.
    """

    trial: Trial
    day: dt.date | None = None
    is_right: bool = False
    is_named: bool = False
    detected_by: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def delay(self) -> int | None:
        """Days from the begin of the damage to the finding; None where it was missed."""
        return None if self.day is None else (self.day - self.trial.mutation.days[0]).days


def inspected_days(mutation: Mutation, last: dt.date) -> list[dt.date]:
    """Return the days on which a mutation may be told: its days, and one after; every third of a long one."""
    days = mutation.days
    if len(days) > _LONG:
        days = sorted({*days[::_STEP], days[-1]})
    after = [days[-1] + dt.timedelta(days=number) for number in range(1, _DAYS_AFTER + 1)]
    return [day for day in (*days, *after) if day <= last]


def try_out(
    workspace: DamagedWorkspace, trial: Trial, untouched: Mapping[dt.date, Sequence[Alert]], last: dt.date
) -> Outcome:
    """Return the result of a trial: the inspection of each of its days until one tells it.

    Args:
        workspace: the untouched estate.
        trial: the mutation.
        untouched: day → what the inspection tells without the damage.
        last: last day of the estate.
    """
    mutation = trial.mutation
    known = member_names(workspace, mutation)
    wrong: list[str] = []
    with workspace.damaged(mutation) as rows:
        for day in inspected_days(mutation, last):
            matches: dict[Match, list[str]] = {"right": [], "named": [], "wider": [], "wrong": []}
            for item in news(inspect_dataset(workspace, day, mutation.dataset), untouched[day]):
                match = match_of_alert(rows, mutation, known, item, day)
                matches[match].append(f"{item.code} {item.subject.entity.label}")
            wrong += matches["wrong"]
            if counted := [*matches["right"], *matches["named"], *matches["wider"]]:
                is_right = bool(matches["right"] or matches["named"])
                return Outcome(
                    trial=trial,
                    day=day,
                    is_right=is_right,
                    is_named=is_right and not matches["right"],
                    detected_by=tuple(counted),
                    wrong=tuple(dict.fromkeys(wrong)),
                )
    return Outcome(trial=trial, wrong=tuple(dict.fromkeys(wrong)))


def match_of_alert(given: DamagedRows, mutation: Mutation, known: MemberNames, alert: Alert, day: dt.date) -> Match:
    """Return what a finding is to the damage, and whether a wider one names the damaged part of itself."""
    subjects = [alert.subject, *([alert.part] if alert.part else [])]
    named = [subject_members(subject, mutation.dataset, known) for subject in subjects]
    own, *part = ["wrong" if members is None else match_of(given, mutation, members, day) for members in named]
    return "named" if own == "wider" and part == ["right"] else own


def match_of(given: DamagedRows, mutation: Mutation, members: Mapping[str, str], day: dt.date) -> Match:
    """Return what a finding of some members is to the damage.

    ``right``: its events are those of the damaged members, but for a twentieth. ``wider``: it has the damaged members
    among others, and the damage is at least half of its departure from what is expected, on one damaged day up to
    the finding's. Of damage that makes events fail, outcome and reason are what happened, and no part of whom it
    happened to.

    Args:
        given: rows of the damaged dataset.
        mutation: the damage.
        members: dimension → member that the finding is about.
        day: day of the finding.
    """
    if day < mutation.days[0]:
        return "wrong"
    shape = shape_of(mutation.dataset)
    if mutation.kind == "failure":
        members = {name: member for name, member in members.items() if not says_what_happened(shape, name, member)}
    rows = rows_of_first_day(given.untouched, mutation, given.offset_h)
    own, theirs = (events_of(rows, shape, dict(chosen)) for chosen in (mutation.members, members))
    both = events_of(rows, shape, {**mutation.members, **members}) if _agree(mutation.members, members) else 0.0
    if not own or both < SAME * own:
        return "wrong"
    if both >= SAME * theirs:
        return "right"
    departed = given.departures(mutation, members)
    explained = max((item.explained for item in departed if item.day <= day), default=0.0)
    return "wider" if explained >= EXPLAINED else "wrong"


def says_what_happened(shape: DatasetShape, dimension: str, member: str) -> bool:
    """Return whether a member tells how events failed: an outcome of failures, or a reason of them."""
    return shape.is_failure(dimension, member) or dimension in shape.reasons


def _agree(members: Mapping[str, str], others: Mapping[str, str]) -> bool:
    return all(others.get(name, member) == member for name, member in members.items())
