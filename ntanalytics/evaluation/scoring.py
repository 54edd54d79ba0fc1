"""Scores: the incidents of an estate that were found, when, and the false alarms."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ntanalytics.demo import Incident
from ntanalytics.evaluation.entity_names import is_about, keys_of, speaks_of
from ntanalytics.evaluation.inspections import DayFinding
from ntanalytics.evaluation.sightings import Sighting, SightingRun, first_finding_day, known_from, sighting_runs
from ntanalytics.findings.finding import subsystem_entity
from ntanalytics.findings.subjects import subject_members
from ntanalytics.findings.threshold import STATUSES, Status, worst

#: Severity → days within which an incident of it is to be found.
WITHIN: Mapping[str, int] = {"异常": 1, "关注": 3}
#: Severity → least share of incidents that are found in time; and most false alarms a day.
AIM: Mapping[str, float] = {"异常": 0.95, "关注": 0.8}
AIM_FALSE = 0.2
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class IncidentOutcome:
    """Result of one incident.

    Attributes:
        incident: the incident.
        first: the first finding that names it; None where it was missed.
        severity: the worst severity of the findings that name it, in the words of the incidents; empty where it was
            missed.
        beside: findings that may follow from it, whether it was named or not.
    """

    incident: Incident
    first: DayFinding | None
    severity: str
    beside: tuple[DayFinding, ...]

    @property
    def delay(self) -> int | None:
        """Days from the first day that can show it to the inspection that found it; None where it was missed."""
        return None if self.first is None else max((self.first.day - known_from(self.incident)).days, 0)

    @property
    def is_in_time(self) -> bool:
        """Return whether it was detected within the days that its severity allows."""
        return self.delay is not None and self.delay <= WITHIN[self.incident.severity]


@dataclass(frozen=True)
class Recall:
    """Numbers of some incidents and of those that were found.

    Attributes:
        incidents: number of incidents.
        in_time: number found in time.
        found: number found at all.
        as_severe: number found with the severity that they have.
        delay: median delay in days of those that were found; None where none was.
    """

    incidents: int
    in_time: int
    found: int
    as_severe: int
    delay: float | None

    @property
    def rate(self) -> float | None:
        """Share that was found in time; None without an incident."""
        return self.in_time / self.incidents if self.incidents else None


@dataclass(frozen=True)
class FalseAlarm:
    """A matter that belongs to no incident.

    Attributes:
        run: the matter.
        finding: its first finding that belongs to none.
        days: number of such days.
        why: the harmless event that looked like an incident, or the incident after which it stayed open; empty where
            there is neither.
    """

    run: SightingRun
    finding: DayFinding
    days: int
    why: str


@dataclass(frozen=True, kw_only=True)
class Score:
    """The score of one estate.

    Attributes:
        seed: seed of the estate.
        first: the first judged day.
        last: the last judged day.
        outcomes: result of each incident, in order of its start.
        runs: every matter.
        false_alarms: the matters that belong to no incident.
    """

    seed: int
    first: dt.date
    last: dt.date
    outcomes: tuple[IncidentOutcome, ...]
    runs: tuple[SightingRun, ...]
    false_alarms: tuple[FalseAlarm, ...]

    @property
    def days(self) -> int:
        """Number of judged days."""
        return (self.last - self.first).days + 1

    @property
    def misses(self) -> tuple[IncidentOutcome, ...]:
        """The incidents that were not found in time."""
        return tuple(outcome for outcome in self.outcomes if not outcome.is_in_time)

    @property
    def standing(self) -> tuple[SightingRun, ...]:
        """The matters that were open before the judged days."""
        return tuple(run for run in self.runs if run.is_standing)


def score(
    seed: int,
    findings: Sequence[DayFinding],
    incidents: Sequence[Incident],
    benign_events: Sequence[Incident],
    first: dt.date,
    last: dt.date,
) -> Score:
    """Return the score of one estate.

    Args:
        seed: seed of the estate.
        findings: violations of the judged days, and of some days before them.
        incidents: the planted incidents; those that begin on a judged day are to be found, all of them explain.
        benign_events: planted events that must raise nothing.
        first: the first judged day.
        last: the last judged day.
    """
    runs = sighting_runs(findings, incidents, first)
    judged = [incident for incident in incidents if first <= incident.day and known_from(incident) <= last]
    outcomes = [_outcome(incident, runs) for incident in judged]
    alarms = [_alarm(run, benign_events) for run in runs if run.is_false]
    return Score(
        seed=seed, first=first, last=last, outcomes=tuple(outcomes), runs=tuple(runs), false_alarms=tuple(alarms)
    )


def _outcome(incident: Incident, runs: Iterable[SightingRun]) -> IncidentOutcome:
    naming, beside = list[DayFinding](), list[DayFinding]()
    for run in runs:
        before: Sighting | None = None
        for sighting in run.sightings:
            if incident in sighting.names:
                if _is_news(sighting, before, incident):
                    naming.append(sighting.finding)
            elif incident in sighting.follows:
                beside.append(sighting.finding)
            if sighting.finding.day < first_finding_day(incident):
                before = sighting
    naming.sort(key=lambda finding: finding.day)
    severity = severity_of(worst(finding.status for finding in naming)) if naming else ""
    return IncidentOutcome(incident, naming[0] if naming else None, severity, tuple(beside))


def _is_news(sighting: Sighting, before: Sighting | None, incident: Incident) -> bool:
    """Return whether a finding is news: it was not there before the incident, or is worse than before."""
    return before is None or before.is_explained or sighting.is_worse_than(before) or incident in before.names


def _alarm(run: SightingRun, harmless: Iterable[Incident]) -> FalseAlarm:
    first = run.unexplained[0].finding
    why = next((f"{event.kind} {event.subject}" for event in harmless if _resembles(first, event)), "")
    earlier = [item for item in run.sightings if item.finding.day < first.day and item.is_explained]
    if not why and earlier:
        last = earlier[-1]
        why = f"still open after {(last.names or last.follows)[0].id}"
    return FalseAlarm(run, first, len(run.unexplained), why)


def _resembles(finding: DayFinding, harmless: Incident) -> bool:
    """Return whether a finding of the subject or the whole subsystem of a harmless event falls on its days.

    Of surveillance that is a whole dataset, or a subject that names either.
    """
    is_on = harmless.day <= finding.day <= (harmless.end + _DAY).date()
    members = set(subject_members(finding.entity).values())
    is_counted = finding.code == f"{harmless.subsystem}.surveillance" and not members
    is_whole = finding.entity == subsystem_entity(harmless.subsystem) or is_counted or harmless.subsystem in members
    keys = keys_of(harmless)
    return is_on and (is_whole or is_about(finding.entity, keys) or speaks_of(finding.entity, keys))


def recall(outcomes: Iterable[IncidentOutcome]) -> Recall:
    """Return the numbers of some incidents and of those that were found."""
    listed = list(outcomes)
    delays = [outcome.delay for outcome in listed if outcome.delay is not None]
    return Recall(
        incidents=len(listed),
        in_time=sum(outcome.is_in_time for outcome in listed),
        found=len(delays),
        as_severe=sum(outcome.severity == outcome.incident.severity for outcome in listed),
        delay=statistics.median(delays) if delays else None,
    )


@dataclass(frozen=True)
class RuleScore:
    """Matters of one rule.

    Attributes:
        code: code of the rule.
        named: matters that name an incident.
        followed: matters that only follow from one.
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
        """Share of its matters that come from an incident; None without a matter."""
        opened = self.named + self.followed + self.false
        return (self.named + self.followed) / opened if opened else None


def by_rule(scores: Iterable[Score], codes: Iterable[str]) -> list[RuleScore]:
    """Return the matters of each rule over some estates: of ``codes`` and of any other rule that has one."""
    counts = {name: Counter[str]() for name in ("named", "followed", "false", "standing")}
    for run in (run for score in scores for run in score.runs):
        group = "false" if run.is_false else "standing" if run.is_standing else "named" if run.is_true else "followed"
        counts[group][run.opening.code] += 1
    every = list(dict.fromkeys([*codes, *sorted({code for counter in counts.values() for code in counter})]))
    return [RuleScore(code, *(counts[name][code] for name in counts)) for code in every]


def severity_of(status: Status) -> str:
    """Return the word of a status, as the incidents write it."""
    return STATUSES[status].partition(" ")[2]
