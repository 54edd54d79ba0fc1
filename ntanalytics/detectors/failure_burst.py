"""Failure burst: the stretch of a day in which more failed than usual.

A share of all attempts always fails. The stretch is searched whose failures chance explains least, given its attempts
and the usual share of failures. It is told where chance does not explain it and where it is large enough to matter.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from ntanalytics.detectors.comparable_days import comparable_days, is_covered
from ntanalytics.detectors.detection import Detection, Floats, KeyOf, Sensitivity
from ntanalytics.detectors.slot_matrix import DAY_S
from ntanalytics.metrics.rows import Rows, rows

#: Comparable days that are needed, and the number of the worst of them that are left out.
MIN_DAYS, DROPPED_DAYS = 5, 2

#: Factor by which the usual share may rise on a day without a cause.
MARGIN = 1.25

#: Probability below which chance does not explain a stretch; a day has some hundred stretches.
CHANCE = 1e-6

CountsByDay = Mapping[date, Floats]


@dataclass(frozen=True, kw_only=True)
class BurstSearch:
    """Parameters of a search of stretches of failures.

    Attributes:
        slot_s: seconds of a slot.
        is_of_all: whether ``attempts`` are not broken down as failures are: failures by reason are a part of all
            attempts.
        chance: probability below which chance does not explain a stretch.
        without: begin and end in seconds after midnight between which nothing is counted, such as a known outage.
    """

    slot_s: int
    is_of_all: bool = False
    chance: float = CHANCE
    without: tuple[float, float] | None = None


@dataclass(frozen=True)
class _Usual:
    """Failures of comparable days.

    Attributes:
        share: usual share of the attempts that fail.
        dispersion: variance against that of independent attempts; at least 1.
    """

    share: float
    dispersion: float


def failure_burst(
    failures: Rows, attempts: Rows, days: Rows, on: date, search: BurstSearch, *, key: KeyOf, sensitivity: Sensitivity
) -> list[Detection]:
    """Return the worst stretch of a day for each series that has one.

    Args:
        failures: failures by slot (``metrics.slots.by_slot``) of the day and of some weeks before.
        attempts: attempts by slot, alike.
        days: the days of those weeks (``metrics.days``).
        on: the inspected day.
        search: how stretches are searched.
        key: key of the series of a row.
        sensitivity: the share of the attempts that failed beyond the usual share; number of failures.

    Returns:
        Detections with the share that failed as value, and as departure its excess over the usual share; figures
        ``usual``, ``attempts``, ``failures`` and ``events_after`` (attempts of the day after it). A single one without
        a key where the day is a gap or its history is short.
    """
    calendar = rows(days)
    if not is_covered(calendar, on):
        return [Detection(key=None, unjudged="missing")]
    history = comparable_days(calendar, on)
    if len(history) < MIN_DAYS:
        return [Detection(key=None, unjudged="short_history")]
    slots = DAY_S // search.slot_s
    failed = _counts(failures, key, slots)
    tried = _counts(attempts, _one_series if search.is_of_all else key, slots)
    detections = []
    for name, by_day in failed.items():
        attempts_by_day = tried.get(None if search.is_of_all else name, {})
        if on not in by_day or on not in attempts_by_day:
            continue
        usual = _usual(by_day, attempts_by_day, history)
        today = _without(search, by_day[on]), _without(search, attempts_by_day[on])
        detection = _detect(name, today, usual, search, sensitivity)
        if detection is not None:
            detections.append(replace(detection, since=on))
    return detections


def _one_series(_: Mapping[str, Any]) -> None:
    return None


def _counts(table: Rows, key: KeyOf, slots: int) -> dict[Hashable, dict[date, Floats]]:
    """Return series → day → events by slot."""
    counts: dict[Hashable, dict[date, Floats]] = {}
    for row in rows(table):
        by_day = counts.setdefault(key(row), {})
        by_day.setdefault(row["day"], np.zeros(slots))[row["slot"]] += float(row["events"])
    return counts


def _without(search: BurstSearch, counts: Floats) -> Floats:
    """Return the counts of a day, 0 in the slots that are left out."""
    if search.without is None:
        return counts
    begins_s = np.arange(len(counts)) * search.slot_s
    is_left_out = (begins_s < search.without[1]) & (begins_s + search.slot_s > search.without[0])
    return np.where(is_left_out, 0.0, counts)


def _usual(failed: CountsByDay, tried: CountsByDay, history: list[date]) -> _Usual:
    """Return the usual share of failures of comparable days without the worst of them.

    The share is drawn a little upwards. Failures come in bunches, since one person tries again and again; so more slots
    miss the usual share than with independent attempts.
    """
    known = [(failed.get(day, np.zeros_like(tried[day])), tried[day]) for day in history if day in tried]
    known.sort(key=lambda day: float(day[0].sum()) / max(float(day[1].sum()), 1.0))
    kept = known[: max(len(known) - DROPPED_DAYS, MIN_DAYS)]
    if not kept:
        return _Usual(1.0, 1.0)
    failures, attempts = np.stack([day[0] for day in kept]), np.stack([day[1] for day in kept])
    share = float((failures.sum() + 1) / (attempts.sum() + 2))
    variance = max(float((attempts * share * (1 - share)).sum()), 1e-9)
    return _Usual(share, max(1.0, float(((failures - attempts * share) ** 2).sum()) / variance))


def _detect(
    key: Hashable, today: tuple[Floats, Floats], usual: _Usual, search: BurstSearch, sensitivity: Sensitivity
) -> Detection | None:
    failed, tried = today
    first, last = np.triu_indices(len(failed))
    cumulated = (np.concatenate(([0.0], np.cumsum(counts))) for counts in (failed, np.maximum(tried, failed)))
    failures, attempts = (sums[last + 1] - sums[first] for sums in cumulated)
    attempts = np.maximum(attempts, failures)  # a small number is lost in the sum beside a huge one
    # a stretch begins and ends with a failure, so that the hours beside it are not counted in
    is_stretch = (failures >= max(sensitivity.min_count, 1)) & (failed[first] > 0) & (failed[last] > 0)
    if not is_stretch.any():
        return None
    first, last, failures, attempts = first[is_stretch], last[is_stretch], failures[is_stretch], attempts[is_stretch]
    odds = _log_odds(failures, attempts, min(MARGIN * usual.share, 0.999)) / usual.dispersion
    worst = int(np.argmax(odds))
    share = float(failures[worst] / attempts[worst])
    if odds[worst] < -math.log(search.chance) or not sensitivity.is_beyond(share - usual.share):
        return None
    return Detection(
        key=key,
        value=share,
        departure=share - usual.share,
        window=(float(first[worst] * search.slot_s), float((last[worst] + 1) * search.slot_s)),
        figures={
            "usual": usual.share,
            "attempts": float(attempts[worst]),
            "failures": float(failures[worst]),
            "events_after": float(tried[last[worst] + 1 :].sum()),
        },
    )


def _log_odds(failures: Floats, attempts: Floats, usual: float) -> Floats:
    """Return for each stretch the logarithm of one over its probability (Chernoff's bound).

    It is 0 where no larger share failed than usual.
    """
    share = failures / attempts
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(share < 1, (1 - share) * np.log((1 - share) / (1 - usual)), 0.0)
        odds = attempts * (share * np.log(share / usual) + rest)
    return np.asarray(np.where(share > usual, odds, 0.0), dtype=np.float64)
