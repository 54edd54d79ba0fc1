"""Campaign: the mutations of some seeds, each tried on the untouched estate of its seed, in some processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from ntanalytics.errors import UsageError
from ntanalytics.evaluation.estate import Progress, Wanted, prepare, read_estate
from ntanalytics.evaluation.inspections import PROCESSES
from ntanalytics.evaluation.mutations.damaged_workspace import DamagedWorkspace
from ntanalytics.evaluation.mutations.drawing import Drawing, Trial
from ntanalytics.evaluation.mutations.judging import Alert, inspect
from ntanalytics.evaluation.mutations.scoring import Outcome, inspected_days, try_out
from ntanalytics.evaluation.sightings import APART
from ntanalytics.language import tr
from ntanalytics.periods import days_between

#: An estate: its folder, and which it is.
Place = tuple[Path, Wanted]

T = TypeVar("T")


@dataclass(frozen=True)
class UntouchedAlarm:
    """A matter that an inspection tells of an untouched estate.

    Attributes:
        day: the first day on which it is told.
        alert: what is told.
    """

    day: dt.date
    alert: Alert


@dataclass(frozen=True)
class MutationScore:
    """The mutations of one seed.

    Attributes:
        seed: seed of the estate and of the draws.
        outcomes: result of each mutation, in the order of their numbers.
        untouched_days: days that were inspected without damage.
        alarms: matters that were told of them: all of them are false alarms.
    """

    seed: int
    outcomes: tuple[Outcome, ...]
    untouched_days: tuple[dt.date, ...]
    alarms: tuple[UntouchedAlarm, ...]


def evaluate_mutations(
    directory: Path, wanted: Sequence[Wanted], count: int, judged: int, progress: Progress = lambda _step, _count: None
) -> list[MutationScore]:
    """Return the results of some mutations of each of some estates.

    Args:
        directory: folder of the estates, a folder below it each.
        wanted: the untouched estates.
        count: number of mutations of each.
        judged: number of last days on which a mutation may begin.
        progress: receives what is done, and a count.

    Raises:
        UsageError: nothing is to be drawn, or an estate has fewer days than are judged.
        LakeError: an estate could not be extracted.
    """
    if count < 1 or not wanted or any(not 1 <= judged <= item.days for item in wanted):
        raise UsageError(tr("mutations need a seed, and a demo city with at least as many days as are judged"))
    places = [(directory / f"untouched-{item.seed}", item) for item in wanted]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"), max_tasks_per_child=None) as pool:
        _collect([pool.submit(_prepare, place) for place in places], "untouched estates", progress)
        return [_score(pool, place, count, judged, progress) for place in places]


def _score(pool: Executor, place: Place, count: int, judged: int, progress: Progress) -> MutationScore:
    wanted = place[1]
    days = days_between(wanted.last - dt.timedelta(days=judged - 1), wanted.last)
    draws = [pool.submit(_draw, place, number, days) for number in range(1, count + 1)]
    drawn = _collect(draws, f"mutations drawn for seed {wanted.seed}", progress)
    trials = sorted((trial for trial in drawn if trial is not None), key=lambda trial: trial.mutation.number)
    inspected = sorted({day for trial in trials for day in inspected_days(trial.mutation, wanted.last)})
    inspections = [pool.submit(_inspect, place, day) for day in inspected]
    untouched = dict(_collect(inspections, f"untouched days of seed {wanted.seed}", progress))
    attempts = [pool.submit(_try, place, trial, _of_trial(trial, wanted.last, untouched)) for trial in trials]
    outcomes = _collect(attempts, f"mutations tried of seed {wanted.seed}", progress)
    return MutationScore(
        wanted.seed,
        tuple(sorted(outcomes, key=lambda outcome: outcome.trial.mutation.number)),
        tuple(inspected),
        tuple(opened(untouched)),
    )


def _of_trial(trial: Trial, last: dt.date, untouched: dict[dt.date, list[Alert]]) -> dict[dt.date, list[Alert]]:
    return {day: untouched[day] for day in inspected_days(trial.mutation, last)}


def opened(untouched: dict[dt.date, list[Alert]]) -> list[UntouchedAlarm]:
    """Return the matters of some days, each on the first day of its run; days apart are runs of their own."""
    seen: dict[str, dt.date] = {}
    alarms = []
    for day, alerts_of_day in sorted(untouched.items()):
        for item in alerts_of_day:
            before = seen.get(item.identity)
            if before is None or day - before > APART:
                alarms.append(UntouchedAlarm(day, item))
            seen[item.identity] = day
    return alarms


def _collect(futures: Sequence[Future[T]], step: str, progress: Progress) -> list[T]:
    """Return the results in the order in which they come, and tell how many there are."""
    results = []
    for number, future in enumerate(as_completed(futures), start=1):
        results.append(future.result())
        progress(step, number)
    return results


@lru_cache(maxsize=1)
def _workspace(place: Place) -> DamagedWorkspace:
    """Return the workspace of an estate, read once by each process."""
    return DamagedWorkspace(read_estate(*place).settings)


def _prepare(place: Place) -> None:
    prepare(*place, lambda _step, _count: None)


def _draw(place: Place, number: int, days: list[dt.date]) -> Trial | None:
    return Drawing(_workspace(place), days, place[1].seed).trial(number)


def _inspect(place: Place, day: dt.date) -> tuple[dt.date, list[Alert]]:
    return day, inspect(_workspace(place), day)


def _try(place: Place, trial: Trial, untouched: dict[dt.date, list[Alert]]) -> Outcome:
    return try_out(_workspace(place), trial, untouched, place[1].last)
