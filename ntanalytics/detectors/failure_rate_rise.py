"""Failure rate rise: the run of slots of a day in which a larger share went wrong than usual.

Every run of slots is held against the usual share of the same series. The likelihood ratio of its own share and the
usual one is held against chance, and against the worst runs of the days before.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.detection import Detection, Floats, KeyOf, Sensitivity
from ntanalytics.detectors.slot_matrix import DAY_S, run_sums, runs, slot_matrix
from ntanalytics.metrics.rows import Rows, rows

#: Days before the inspected one that are needed, and their events.
MIN_DAYS, MIN_EVENTS = 5, 50

#: Hits that are needed; fewer may be one person's.
MIN_HITS = 6

#: Log likelihood ratio that is needed: chance does not reach it in the runs of ten weeks.
MIN_LOG_RATIO = 12.0

#: Events that a run needs for a meaningful share.
MIN_EVENTS_IN_RUN = 10


@dataclass(frozen=True)
class _History:
    """Usual share of a series, and the days that it is taken from.

    Attributes:
        share: usual share of the events that go wrong.
        log_ratios: days × runs: log likelihood ratio of each run.
        known: indices of the days with events before the rise began.
        begin: index of the first day of the rise.
    """

    share: float
    log_ratios: Floats
    known: NDArray[np.int64]
    begin: int


def failure_rate_rise(
    slots: Rows, days: Rows, on: date, *, slot_s: int, key: KeyOf, sensitivity: Sensitivity
) -> list[Detection]:
    """Return the worst run of slots of a day for each series of which an unusual share went wrong.

    Args:
        slots: ``day``, ``slot``, ``events``, ``hits`` (events that went wrong) and the columns of the key, of some
            weeks up to ``on``.
        days: the days of those weeks (``metrics.days``).
        on: the inspected day.
        slot_s: seconds of a slot; 86,400 for a whole day.
        key: key of the series of a row.
        sensitivity: the share that went wrong beyond the usual share; events of the run.

    Returns:
        Detections with the share that went wrong as value, and as departure its excess over the usual share; figures
        ``usual``, ``events`` and ``hits``. None where the day is a gap or its history is short.
    """
    covered = sorted(row["day"] for row in rows(days) if row["is_covered"] and row["day"] <= on)
    if on not in covered or len(covered) <= MIN_DAYS:
        return []
    matrix = slot_matrix(slots, covered, slot_s=slot_s, columns=["events", "hits"], key=key)
    detections = (
        _detect(name, (counts["events"], counts["hits"]), covered, slot_s, sensitivity)
        for name, counts in matrix.items()
    )
    return [detection for detection in detections if detection is not None]


def _detect(
    key: Hashable, counts: tuple[Floats, Floats], days: Sequence[date], slot_s: int, sensitivity: Sensitivity
) -> Detection | None:
    events, hits = counts
    known = np.flatnonzero(events[:-1].sum(axis=1) > 0)
    if len(known) < MIN_DAYS or events[:-1].sum() < MIN_EVENTS or hits[-1].sum() < MIN_HITS:
        return None
    sums = run_sums(events), run_sums(hits)
    history = _history(counts, sums, known, sensitivity)
    log_ratios = history.log_ratios
    first, after = runs(events.shape[1])
    # the shortest of runs that say the same
    best = int(np.argmax(log_ratios[-1] - 1e-6 * (after - first)))
    usual_worst = float(np.quantile(log_ratios[history.known].max(axis=1), 0.95))
    if log_ratios[-1, best] < max(MIN_LOG_RATIO, 1.3 * usual_worst):
        return None
    events_of_run, hits_of_run = (float(sums_of_days[-1, best]) for sums_of_days in sums)
    value = hits_of_run / events_of_run
    if not sensitivity.is_beyond(value - history.share):
        return None
    return Detection(
        key=key,
        value=value,
        departure=value - history.share,
        window=None if slot_s >= DAY_S else (float(first[best] * slot_s), float(after[best] * slot_s)),
        since=days[history.begin],
        figures={"usual": history.share, "events": events_of_run, "hits": hits_of_run},
    )


def _history(
    counts: tuple[Floats, Floats], sums: tuple[Floats, Floats], known: NDArray[np.int64], sensitivity: Sensitivity
) -> _History:
    """Return the usual share of the days before the rise began; counts and run sums are those of events and hits."""
    events, hits = counts
    events_of_days, begin = events.sum(axis=1), len(events) - 1
    while True:
        share, dispersion = usual_share(events_of_days[known], hits[known].sum(axis=1))
        log_ratios = _log_ratios(*sums, share, sensitivity) / dispersion
        # days that belong to the rise must not tell what is usual
        earlier = _begin(log_ratios.max(axis=1), events_of_days >= sensitivity.min_count)
        before = known[known < earlier]
        if earlier == begin or len(before) < MIN_DAYS:
            return _History(share, log_ratios, known, begin)
        begin, known = earlier, before


def _begin(log_ratios: Floats, has_enough: NDArray[np.bool_]) -> int:
    """Return the index of the first of the days that depart up to the last; a day of few events is passed over."""
    begin = len(log_ratios) - 1
    for index in range(len(log_ratios) - 2, -1, -1):
        if log_ratios[index] >= MIN_LOG_RATIO:
            begin = index
        elif has_enough[index]:
            break
    return begin


def _log_ratios(events: Floats, hits: Floats, usual: float, sensitivity: Sensitivity) -> Floats:
    """Return for every run the log likelihood ratio of its own share and the usual one; 0 where it does not matter."""
    is_run = (events >= max(sensitivity.min_count, MIN_EVENTS_IN_RUN)) & (hits >= MIN_HITS)
    is_run &= hits - events * usual > sensitivity.least * events
    expected = np.maximum(events * usual, 1e-9)
    log_ratios = hits * np.log(np.maximum(hits, 1) / expected) - (hits - expected)
    return np.asarray(np.where(is_run, log_ratios, 0.0), dtype=np.float64)


def usual_share(events: Floats, hits: Floats) -> tuple[float, float]:
    """Return the usual share of events that go wrong, and its dispersion from day to day.

    A tenth of the days, the worst ones, is left out.

    Args:
        events: events of each day; positive.
        hits: events of each day that went wrong.

    Returns:
        The share, 0 to 1, and the variance against that of a Poisson count; at least 1.
    """
    kept = np.argsort(hits / events)[: max(1, len(events) - len(events) // 10)]
    kept_events, kept_hits = events[kept], hits[kept]
    share = float((kept_hits.sum() + 0.5) / (kept_events.sum() + 1))
    if float(np.median(hits)) >= MIN_HITS:
        # a median is not moved by a rise that lasted for some weeks
        share = min(share, float(np.median(hits / events)))
    errors = (kept_hits - kept_events * share) ** 2 / np.maximum(kept_events * share, 0.5)
    # 2.2 medians of a squared normal value are its mean; unusual days do not move a median
    return share, max(1.0, 2.2 * float(np.median(errors)))
