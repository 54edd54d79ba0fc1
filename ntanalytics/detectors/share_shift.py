"""Share shift: series of a large group of which an unusual share went wrong over the last days.

Each of hundreds of units has few events, so the usual share of one is drawn towards that of all. The last days are
judged together, by the likelihood ratio of their own share and the usual one.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow.compute as pc

from ntanalytics.detectors.detection import Detection, Floats, KeyOf, Sensitivity
from ntanalytics.detectors.slot_matrix import DAY_S, slot_matrix
from ntanalytics.metrics.rows import Rows, arrow_table

#: Log likelihood ratio that is needed: chance reaches six in ten weeks of three hundred units.
MIN_LOG_RATIO = 9.0

#: Hits of a series that are needed, and events of all series before the last days.
MIN_HITS, MIN_EVENTS = 4, 500

#: Events of its own that the usual share of all counts like for a series.
PRIOR_EVENTS = 20.0


def share_shift(table: Rows, on: date, *, key: KeyOf, sensitivity: Sensitivity, together: int) -> list[Detection]:
    """Return the series of which an unusual share went wrong over the last days.

    Args:
        table: ``day``, ``events``, ``hits`` (events that went wrong) and the columns of the key, of some weeks.
        on: the inspected day.
        key: key of the series of a row.
        sensitivity: the share that went wrong; number of events.
        together: largest number of days up to ``on`` that are judged together; the most telling number is told.

    Returns:
        Detections with the share as value and departure; figures ``usual``, ``events``, ``hits`` and ``days``. None
        where the history is short.
    """
    counted = arrow_table(table)
    if not counted.num_rows or (first := pc.min(counted["day"]).as_py()) > on:
        return []
    days = [first + timedelta(days=offset) for offset in range((on - first).days + 1)]
    if len(days) <= 2 * together:
        return []
    matrix = slot_matrix(counted, days, slot_s=DAY_S, columns=["events", "hits"], key=key)
    before = [(counts["events"][:-together].sum(), counts["hits"][:-together].sum()) for counts in matrix.values()]
    events, hits = (float(sum(column)) for column in zip(*before, strict=True))
    if events < MIN_EVENTS:
        return []
    usual_of_all = (hits + 0.5) / (events + 1)
    detections = []
    for (name, counts), (events_before, hits_before) in zip(matrix.items(), before, strict=True):
        usual = float((hits_before + PRIOR_EVENTS * usual_of_all) / (events_before + PRIOR_EVENTS))
        last = counts["events"][-together:, 0], counts["hits"][-together:, 0]
        detection = _detect(name, last, usual, days[-together:], sensitivity)
        if detection is not None:
            detections.append(detection)
    return detections


def _detect(
    key: Hashable, counts: tuple[Floats, Floats], usual: float, days: Sequence[date], sensitivity: Sensitivity
) -> Detection | None:
    best, length = MIN_LOG_RATIO, 0
    for last in range(1, len(days) + 1):
        events, hits = (float(column[-last:].sum()) for column in counts)
        if hits < MIN_HITS or events < sensitivity.min_count or hits / events <= max(sensitivity.least, usual):
            continue
        log_ratio = hits * float(np.log(hits / (events * usual))) - (hits - events * usual)
        if log_ratio > best:
            best, length = log_ratio, last
    if not length:
        return None
    events, hits = (float(column[-length:].sum()) for column in counts)
    begin = next(index for index in range(len(days) - length, len(days)) if counts[1][index])
    return Detection(
        key=key,
        value=hits / events,
        departure=hits / events,
        since=days[begin],
        since_is_bound=not counts[0][:begin].any(),
        figures={"usual": usual, "events": events, "hits": hits, "days": float(length)},
    )
