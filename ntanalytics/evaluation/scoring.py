"""How right the findings of an estate were: which incidents were found, when, and what was a false alarm."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.demo import Incident
from ntanalytics.evaluation.entity_names import names_entity, names_of
from ntanalytics.evaluation.inspections import DayFindings
from ntanalytics.evaluation.sightings import Sighting, SightingRun, begins, known_from, runs_of
from ntanalytics.findings.finding import STATES, State, worst

#: Severity → within how many days an incident of it is to be found.
WITHIN: Mapping[str, int] = {"异常": 1, "关注": 3}
#: Severity → the share that is to be found so, and how many false alarms a day there may be.
AIM: Mapping[str, float] = {"异常": 0.95, "关注": 0.8}
AIM_FALSE = 0.2
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class IncidentOutcome:
    """What became of one incident.

    Attributes:
        incident: the incident.
        first: the first finding that names it; None where it was missed.
        severity: the worst severity of a finding that names it, as the incidents write it; empty for a missed one.
        beside: findings that it may have brought, whether it was named or not.
    """

    incident: Incident
    first: DayFindings | None
    severity: str
    beside: tuple[DayFindings, ...]

    @property
    def delay(self) -> int | None:
        """Days from the day that could show it to the inspection that did; None for a missed one."""
        return None if self.first is None else max((self.first.day - known_from(self.incident)).days, 0)

    @property
    def is_in_time(self) -> bool:
        """Whether it was found within the days that its severity allows."""
        return self.delay is not None and self.delay <= WITHIN[self.incident.severity]


@dataclass(frozen=True)
class Recall:
    """How many of some incidents were found.

    Attributes:
        incidents: how many there were.
        in_time: how many were found in time.
        found: how many were found at all.
        as_severe: how many of them with the severity that they have.
        delay: median delay in days of those that were found; None where none was.
    """

    incidents: int
    in_time: int
    found: int
    as_severe: int
    delay: float | None

    @property
    def rate(self) -> float | None:
        """The share that was found in time."""
        return self.in_time / self.incidents if self.incidents else None


@dataclass(frozen=True)
class FalseAlarm:
    """A matter that belongs to no incident.

    Attributes:
        run: the matter.
        found: its first finding that belongs to none.
        days: on how many days it was so.
        why: the benign event that it took for an incident, or the incident after which it stayed open; empty where
            there is neither.
    """

    run: SightingRun
    found: DayFindings
    days: int
    why: str


@dataclass(frozen=True)
class Score:
    """The score of one estate.

    Attributes:
        seed: of the estate.
        first: the first judged day.
        last: the last one.
        outcomes: of each incident, in order of its start.
        runs: every matter.
        false_alarms: those that belong to no incident.
    """

    seed: int
    first: dt.date
    last: dt.date
    outcomes: tuple[IncidentOutcome, ...]
    runs: tuple[SightingRun, ...]
    false_alarms: tuple[FalseAlarm, ...]

    @property
    def days(self) -> int:
        """How many days were judged."""
        return (self.last - self.first).days + 1

    @property
    def misses(self) -> tuple[IncidentOutcome, ...]:
        """The incidents that were not found in time."""
        return tuple(each for each in self.outcomes if not each.is_in_time)

    @property
    def standing(self) -> tuple[SightingRun, ...]:
        """What was open before the judged days."""
        return tuple(run for run in self.runs if run.is_standing)


def score(
    seed: int,
    found: Sequence[DayFindings],
    incidents: Sequence[Incident],
    benign_events: Sequence[Incident],
    first: dt.date,
    last: dt.date,
) -> Score:
    """The score of one estate.

    Args:
        seed: of the estate.
        found: what the inspections of the judged days, and of some days before them, found.
        incidents: all incidents, which explain findings; those that begin on a judged day are to be found.
        benign_events: events that must raise nothing.
        first: the first judged day.
        last: the last one.
    """
    runs = runs_of(found, incidents, first)
    outcomes = [_outcome(each, runs) for each in incidents if first <= each.day and known_from(each) <= last]
    alarms = [_alarm(run, benign_events) for run in runs if run.is_false]
    return Score(seed, first, last, tuple(outcomes), tuple(runs), tuple(alarms))


def _outcome(incident: Incident, runs: Iterable[SightingRun]) -> IncidentOutcome:
    naming, beside = list[DayFindings](), list[DayFindings]()
    for run in runs:
        before: Sighting | None = None
        for sighting in run.sightings:
            if incident in sighting.names:
                if _is_news(sighting, before, incident):
                    naming.append(sighting.found)
            elif incident in sighting.follows:
                beside.append(sighting.found)
            if sighting.found.day < begins(incident):
                before = sighting
    naming.sort(key=lambda found: found.day)
    severity = severity_of(worst(found.state for found in naming)) if naming else ""
    return IncidentOutcome(incident, naming[0] if naming else None, severity, tuple(beside))


def _is_news(sighting: Sighting, before: Sighting | None, incident: Incident) -> bool:
    """Whether a finding says something that was not said before the incident: else it would be there without it."""
    return before is None or before.is_explained or sighting.is_worse_than(before) or incident in before.names


def _alarm(run: SightingRun, benign_events: Iterable[Incident]) -> FalseAlarm:
    first = run.unexplained[0].found
    why = next((f"{each.kind} {each.subject}" for each in benign_events if _looks_like(first, each)), "")
    earlier = [each for each in run.sightings if each.found.day < first.day and each.is_explained]
    if not why and earlier:
        last = earlier[-1]
        why = f"still open after {(last.names or last.follows)[0].id}"
    return FalseAlarm(run, first, len(run.unexplained), why)


def _looks_like(found: DayFindings, event: Incident) -> bool:
    """Whether a benign event was on when a finding of its subject, or of its whole subsystem, was opened."""
    is_on = event.day <= found.day <= (event.end + _DAY).date()
    is_whole = found.subject == SUBSYSTEMS[event.subsystem]
    return is_on and (is_whole or names_entity(found.subject, names_of(event)))


def recall(outcomes: Iterable[IncidentOutcome]) -> Recall:
    """How many of some incidents were found, when, and how severe they were said to be."""
    listed = list(outcomes)
    delays = [each.delay for each in listed if each.delay is not None]
    return Recall(
        incidents=len(listed),
        in_time=sum(each.is_in_time for each in listed),
        found=len(delays),
        as_severe=sum(each.severity == each.incident.severity for each in listed),
        delay=statistics.median(delays) if delays else None,
    )


@dataclass(frozen=True)
class RuleScore:
    """What one rule said.

    Attributes:
        code: the rule's.
        named: matters that name an incident.
        followed: matters that only followed from one.
        false: false alarms.
        standing: matters that were open before the judged days.
    """

    code: str
    named: int
    followed: int
    false: int
    standing: int

    @property
    def precision(self) -> float | None:
        """The share of its matters that come from an incident."""
        opened = self.named + self.followed + self.false
        return (self.named + self.followed) / opened if opened else None


def by_rule(scores: Iterable[Score], codes: Iterable[str]) -> list[RuleScore]:
    """What each rule said over some estates: those of ``codes`` and any other that said something."""
    counts = {name: Counter[str]() for name in ("named", "followed", "false", "standing")}
    for run in (run for score in scores for run in score.runs):
        what = "false" if run.is_false else "standing" if run.is_standing else "named" if run.is_true else "followed"
        counts[what][run.opening.code] += 1
    every = list(dict.fromkeys([*codes, *sorted({code for counter in counts.values() for code in counter})]))
    return [RuleScore(code, *(counts[name][code] for name in counts)) for code in every]


def severity_of(state: State) -> str:
    """A state in the incidents' word."""
    return STATES[state].partition(" ")[2]
