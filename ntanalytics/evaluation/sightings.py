"""Sightings: violations of successive days that are one matter, and the incidents to which each day of it belongs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ntanalytics.demo import Incident
from ntanalytics.evaluation.entity_names import is_about, keys_of
from ntanalytics.evaluation.expected import EXPECTED
from ntanalytics.evaluation.inspections import DayFinding
from ntanalytics.findings.lifecycle import REOPENS_WITHIN
from ntanalytics.findings.threshold import ORDER
from ntanalytics.periods import Period

#: Time from one sighting to the next within which both are one matter (findings.lifecycle).
APART = REOPENS_WITHIN + dt.timedelta(days=1)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Sighting:
    """Finding of one day, with the incidents that explain it.

    Attributes:
        finding: the finding.
        names: incidents that it names.
        follows: incidents that it may follow from, or that are about its entity.
    """

    finding: DayFinding
    names: tuple[Incident, ...]
    follows: tuple[Incident, ...]

    @property
    def is_explained(self) -> bool:
        """Return whether an incident explains it."""
        return bool(self.names or self.follows)

    def is_worse_than(self, other: Sighting) -> bool:
        """Return whether its status is worse than that of another day."""
        return ORDER.index(self.finding.status) < ORDER.index(other.finding.status)


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
    def opening(self) -> DayFinding:
        """The first finding."""
        return self.sightings[0].finding

    @property
    def unexplained(self) -> tuple[Sighting, ...]:
        """Return the days that belong to no incident."""
        return tuple(sighting for sighting in self.sightings if not sighting.is_explained)

    @property
    def is_false(self) -> bool:
        """Return whether it is a false alarm: not standing, and on at least one day without an incident."""
        return not self.is_standing and bool(self.unexplained)

    @property
    def is_true(self) -> bool:
        """Return whether it names an incident and is no false alarm."""
        return not self.is_false and any(sighting.names for sighting in self.sightings)


def last_day(incident: Incident) -> dt.date:
    """Return the last local day of an incident."""
    return (incident.end - dt.timedelta(microseconds=1)).date()


def known_from(incident: Incident) -> dt.date:
    """Return the first day whose inspection can see an incident."""
    match EXPECTED[incident.kind].from_:
        case "end":
            return incident.end.date()
        case "week":
            return Period.week(incident.day).last
        case _:
            return incident.day


def first_finding_day(incident: Incident) -> dt.date:
    """Return the first day on which a finding may come from an incident."""
    expected = EXPECTED[incident.kind]
    return known_from(incident) if expected.from_ == "end" else incident.day - expected.early * _DAY


def explain(finding: DayFinding, incidents: Sequence[Incident]) -> Sighting:
    """Return a finding with the incidents that explain it."""
    names, follows = [], []
    for incident in incidents:
        expected = EXPECTED[incident.kind]
        if not first_finding_day(incident) <= finding.day <= last_day(incident) + expected.lingers * _DAY:
            continue
        keys = keys_of(incident)
        if expected.is_named_by(finding, keys):
            names.append(incident)
        elif expected.may_bring(finding, keys) or is_about(finding.entity, keys):
            follows.append(incident)
    return Sighting(finding, tuple(names), tuple(follows))


def sighting_runs(findings: Sequence[DayFinding], incidents: Sequence[Incident], first: dt.date) -> list[SightingRun]:
    """Return the matters of an estate, in order of their opening.

    Args:
        findings: the findings of the judged days, and of some days before them.
        incidents: the planted incidents.
        first: the first judged day; a matter that was open before is standing.
    """
    by_identity: defaultdict[str, list[DayFinding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda finding: finding.day):
        by_identity[finding.identity].append(finding)
    runs = []
    for observed in by_identity.values():
        for part in _split(observed):
            judged = [finding for finding in part if finding.day >= first]
            if judged:
                sightings = tuple(explain(finding, incidents) for finding in part)
                runs.append(SightingRun(sightings, is_standing=len(judged) < len(part)))
    return sorted(runs, key=lambda run: (run.opening.day, run.opening.identity))


def _split(findings: list[DayFinding]) -> list[list[DayFinding]]:
    """Return the findings of one identity in parts that lie further apart than ``APART``."""
    parts = [[findings[0]]]
    for before, finding in pairwise(findings):
        if finding.day - before.day > APART:
            parts.append([])
        parts[-1].append(finding)
    return parts
