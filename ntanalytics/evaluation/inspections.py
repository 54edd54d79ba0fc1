"""The inspection of many past days of one estate, in some processes: what each of them found to be wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from ntanalytics.evaluation.estate import Told, Wanted, prepare, read_estate
from ntanalytics.evaluation.past_workspace import PastWorkspace, report_of
from ntanalytics.findings.finding import State
from ntanalytics.report_content.daily_inspection import inspect

#: What is wrong in a finding, the worst last; the others say nothing of an incident.
WRONG: tuple[State, ...] = ("warning", "critical")
#: Each of them takes a processor, and reads the lake of its estate for itself.
PROCESSES = 2


@dataclass(frozen=True)
class DayFindings:
    """A finding of one day that was not in order.

    Attributes:
        day: the inspected day.
        code: the rule's.
        subsystem: the subsystem's id.
        subject: what was checked, in Chinese.
        state: ``warning`` or ``critical``.
        evidence: the finding's sentence.
    """

    day: dt.date
    code: str
    subsystem: str
    subject: str
    state: State
    evidence: str

    @property
    def identity(self) -> str:
        """What stays the same from day to day."""
        return f"{self.code}:{self.subject}"


def inspect_days(directory: Path, wanted: Wanted, days: Iterable[dt.date]) -> list[DayFindings]:
    """What the inspection of some days found, each with no more than was known on the next morning.

    Args:
        directory: an estate that was prepared.
        wanted: which it is.
        days: the days.
    """
    estate = read_estate(directory, wanted)
    closed = {each.subject: each.start for each in estate.incidents if each.kind == "unit_closed"}
    workspace = PastWorkspace(estate.settings, closed)
    return [
        DayFindings(day, each.code, each.subsystem, each.subject, each.state, each.evidence)
        for day in days
        for each in inspect(report_of(workspace, day)).findings
        if each.state in WRONG
    ]


def inspect_day(
    places: Sequence[tuple[Path, Wanted]], days: Sequence[dt.date], told: Told, processes: int = PROCESSES
) -> list[list[DayFindings]]:
    """What the inspections of some estates found, an entry each; their estates are prepared first where need be.

    Args:
        places: where each estate is, and which.
        days: the days that are inspected in each.
        told: told how far it is.
        processes: how many work at once; 1 is this one.

    Raises:
        UsageError, LakeError: an estate cannot be prepared.
    """
    if processes == 1:
        for directory, wanted in places:
            prepare(directory, wanted, told)
        return [inspect_days(directory, wanted, days) for directory, wanted in places]
    # each part has days of all the time, since a day late in the estate has more to look at
    parts = [list(days)[number::_PARTS] for number in range(min(_PARTS, len(days)))]
    done, count = 0, len(places) * len(parts)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        written = [pool.submit(_prepare, directory, wanted) for directory, wanted in places]
        for (_, wanted), each in zip(places, written, strict=True):
            told(f"estate of seed {wanted.seed}", 0)
            each.result()
        pending = [[pool.submit(inspect_days, *place, part) for part in parts] for place in places]
        found = []
        for (_, wanted), parts_of in zip(places, pending, strict=True):
            told(f"inspections of seed {wanted.seed}", done * len(days) // len(parts))
            found.append([each for part in parts_of for each in part.result()])
            done += len(parts)
        told("inspections", count)
    return [sorted(each, key=lambda found: (found.day, found.code, found.subject)) for each in found]


#: Into how many parts the days of an estate go; each reads the lake anew, which takes as long as an inspection or two.
_PARTS = 2


def _prepare(directory: Path, wanted: Wanted) -> None:
    prepare(directory, wanted, lambda _what, _rows: None)
