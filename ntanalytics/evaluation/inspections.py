"""Inspections of many past days of some estates, in some processes: the violations that each of them found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from ntanalytics.evaluation.estate import Progress, Wanted, prepare, read_estate
from ntanalytics.evaluation.past_workspace import PastWorkspace, report_of
from ntanalytics.findings.finding import Entity, Finding, violations
from ntanalytics.findings.related_subjects import rose
from ntanalytics.findings.subjects import dataset_of
from ntanalytics.findings.threshold import Status
from ntanalytics.language import tr
from ntanalytics.report_content.contents import judge_report
from ntanalytics.subsystems import word

#: Number of processes; each takes a processor and reads the lake of its estate for itself.
PROCESSES = 2

#: Number of parts of an estate's days; each part reads the lake anew, which takes as long as an inspection or two.
_PARTS = 2


@dataclass(frozen=True, kw_only=True)
class DayFinding:
    """A violation that the inspection of one day found.

    Attributes:
        day: the inspected day.
        code: code of the rule.
        entity: what was checked.
        status: ``warning`` or ``critical``.
        evidence: sentence of what was measured.
        direction: of surveillance 1 for more than usual and -1 for less; 0 of any other finding.
    """

    day: dt.date
    code: str
    entity: Entity
    status: Status
    evidence: str
    direction: int = 0

    @property
    def identity(self) -> str:
        """Rule and entity, as :attr:`Finding.identity`."""
        return f"{self.code}:{self.entity.identity}"


def inspect_days(directory: Path, wanted: Wanted, days: Iterable[dt.date]) -> list[DayFinding]:
    """Return the violations of some days, each with no more than was known on the next morning.

    Args:
        directory: an estate that was prepared.
        wanted: which it is.
        days: the days.
    """
    estate = read_estate(directory, wanted)
    closed = {incident.subject: incident.start for incident in estate.incidents if incident.kind == "unit_closed"}
    workspace = PastWorkspace(estate.settings, closed)
    return [
        _day_finding(day, finding)
        for day in days
        for finding in violations(judge_report(report_of(workspace, day)).findings)
    ]


def _day_finding(day: dt.date, finding: Finding) -> DayFinding:
    direction = 0 if not dataset_of(finding) else 1 if rose(finding) else -1
    return DayFinding(
        day=day,
        code=finding.code,
        entity=finding.entity,
        status=finding.status,
        evidence=word(finding).evidence,
        direction=direction,
    )


def inspect_estates(
    places: Sequence[tuple[Path, Wanted]], days: Sequence[dt.date], progress: Progress, processes: int = PROCESSES
) -> list[list[DayFinding]]:
    """Return the violations of some estates, an entry each; an estate that is not there is prepared first.

    Args:
        places: folder of each estate, and which it is.
        days: the days that are inspected in each.
        progress: receives what is done, and a count.
        processes: number of processes; 1 is this one.

    Raises:
        UsageError, LakeError: an estate cannot be prepared.
    """
    if processes == 1:
        for directory, wanted in places:
            prepare(directory, wanted, progress)
        return [inspect_days(directory, wanted, days) for directory, wanted in places]
    # every part has early and late days, since a late day has more history to read
    parts = [list(days)[number::_PARTS] for number in range(min(_PARTS, len(days)))]
    done, count = 0, len(places) * len(parts)
    # an estate's tables stay in memory until its process ends
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        prepared = [pool.submit(_prepare, directory, wanted) for directory, wanted in places]
        for (_, wanted), future in zip(places, prepared, strict=True):
            progress(tr("demo city of seed {seed}", seed=wanted.seed), 0)
            future.result()
        pending = [[pool.submit(inspect_days, *place, part) for part in parts] for place in places]
        by_estate = []
        for (_, wanted), futures in zip(places, pending, strict=True):
            progress(tr("inspections of seed {seed}", seed=wanted.seed), done * len(days) // len(parts))
            by_estate.append([finding for future in futures for finding in future.result()])
            done += len(parts)
        progress(tr("inspections"), count)
    return [sorted(findings, key=lambda finding: (finding.day, finding.identity)) for findings in by_estate]


def _prepare(directory: Path, wanted: Wanted) -> None:
    prepare(directory, wanted, lambda _step, _count: None)
