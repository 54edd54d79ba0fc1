"""Findings of successive days that are one matter, and the incidents to which each day of it belongs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ntanalytics.demo import Incident
from ntanalytics.evaluation.entity_names import names_entity, names_of
from ntanalytics.evaluation.expected import EXPECTED
from ntanalytics.evaluation.inspections import DayFindings
from ntanalytics.findings.finding import ORDER
from ntanalytics.findings.lifecycle import SAME_MATTER
from ntanalytics.periods import Period

#: A matter that is seen again within so many days after it was last seen was not closed for good (findings.life).
APART = SAME_MATTER + dt.timedelta(days=1)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Sighting:
    """One finding of one day, with the incidents that explain it.

    Attributes:
        found: the finding.
        names: incidents that it names.
        follows: incidents that it may follow from, or that are about its subject.
    """

    found: DayFindings
    names: tuple[Incident, ...]
    follows: tuple[Incident, ...]

    @property
    def is_explained(self) -> bool:
        """Whether there is any incident that it comes from."""
        return bool(self.names or self.follows)

    def is_worse_than(self, other: Sighting) -> bool:
        """Whether its state is worse than that of another day."""
        return ORDER.index(self.found.state) < ORDER.index(other.found.state)


@dataclass(frozen=True)
class SightingRun:
    """One matter: the findings of one identity from its opening to its close.

    Attributes:
        sightings: its days, in order.
        is_standing: whether it was open before the judged days.
    """

    sightings: tuple[Sighting, ...]
    is_standing: bool

    @property
    def opening(self) -> DayFindings:
        """The first finding."""
        return self.sightings[0].found

    @property
    def unexplained(self) -> tuple[Sighting, ...]:
        """Its days that belong to no incident."""
        return tuple(each for each in self.sightings if not each.is_explained)

    @property
    def is_false(self) -> bool:
        """Whether it is a false alarm: on a day at least it belongs to no incident, and it was not there before."""
        return not self.is_standing and bool(self.unexplained)

    @property
    def is_true(self) -> bool:
        """Whether it names an incident, and is no false alarm."""
        return not self.is_false and any(each.names for each in self.sightings)


def last_day(incident: Incident) -> dt.date:
    """The last local day of an incident."""
    return (incident.end - dt.timedelta(microseconds=1)).date()


def known_from(incident: Incident) -> dt.date:
    """The day whose inspection can see it first."""
    match EXPECTED[incident.kind].from_:
        case "end":
            return incident.end.date()
        case "week":
            return Period.week(incident.day).last
        case _:
            return incident.day


def begins(incident: Incident) -> dt.date:
    """The first day on which a finding may come from it."""
    expected = EXPECTED[incident.kind]
    return known_from(incident) if expected.from_ == "end" else incident.day - expected.early * _DAY


def explained(found: DayFindings, incidents: Iterable[Incident]) -> Sighting:
    """A finding with the incidents that were active on its day, or of which a rule may still speak."""
    names, follows = list[Incident](), list[Incident]()
    for incident in incidents:
        expected = EXPECTED[incident.kind]
        if not begins(incident) <= found.day <= last_day(incident) + expected.lingers * _DAY:
            continue
        called = names_of(incident)
        if expected.is_named_by(found.code, found.subject, called):
            names.append(incident)
        elif expected.may_bring(found.code, found.subject) or names_entity(found.subject, called):
            follows.append(incident)
    return Sighting(found, tuple(names), tuple(follows))


def runs_of(found: Sequence[DayFindings], incidents: Sequence[Incident], first: dt.date) -> list[SightingRun]:
    """The matters of an estate, in order of their opening.

    Args:
        found: the findings of the judged days, and of some days before them.
        incidents: the incidents of the estate.
        first: the first judged day; what was open before is standing.
    """
    by_identity: defaultdict[str, list[DayFindings]] = defaultdict(list)
    for each in sorted(found, key=lambda each: each.day):
        by_identity[each.identity].append(each)
    runs = []
    for days in by_identity.values():
        for part in _split(days, lambda one, next_: next_.day - one.day > APART):
            judged = [each for each in part if each.day >= first]
            if judged:
                sightings = tuple(explained(each, incidents) for each in part)
                runs.append(SightingRun(sightings, is_standing=len(judged) < len(part)))
    return sorted(runs, key=lambda run: (run.opening.day, run.opening.identity))


def _split(days: list[DayFindings], is_apart: Callable[[DayFindings, DayFindings], bool]) -> list[list[DayFindings]]:
    parts = [[days[0]]]
    for before, each in pairwise(days):
        if is_apart(before, each):
            parts.append([])
        parts[-1].append(each)
    return parts
