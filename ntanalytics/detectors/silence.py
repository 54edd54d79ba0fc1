"""Silence: slots of a day in which nearly nothing came in, where comparable days have events.

A day's sum hides an outage of an hour, so each slot is judged. A slot is silent where nearly nothing came in and
comparable days have events. The longest run of silent slots is told with its length. On a day on which less comes at
its other hours, too (a holiday is no weekend), less is missing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.detectors.comparable_days import comparable_days, is_covered, may_be_older
from ntanalytics.detectors.detection import Detection, Floats, KeyOf
from ntanalytics.detectors.slot_matrix import slot_matrix
from ntanalytics.metrics.rows import Rows, rows

#: Comparable days that are needed.
MIN_DAYS = 5

#: Largest share of the usual events that a silent slot has.
MAX_SHARE_IN_SILENCE = 0.1

#: Usual events of a silent run: by chance so many are missing once in ten thousand years (Poisson: e to the power -n).
MIN_EXPECTED = 15.0

#: Usual events that a slot needs to be silent.
MIN_EXPECTED_IN_SLOT = 1.0


def silence(slots: Rows, days: Rows, on: date, *, slot_s: int, key: KeyOf, min_count: int = 0) -> list[Detection]:
    """Return the longest silence of each series on a day.

    Args:
        slots: events by slot (``metrics.slots.by_slot``) of some weeks up to ``on``.
        days: the days of those weeks (``metrics.days``); a slot without a row is empty on a covered day.
        on: the inspected day.
        slot_s: seconds of a slot.
        key: key of the series of a row.
        min_count: least number of events that are usual in a silence, where more than ``MIN_EXPECTED``.

    Returns:
        A detection for each series: value and departure are the length in seconds, 0 without a silence; figures
        ``expected`` and ``events_after`` (those of the day after it); it may have begun before where the day before is
        a gap and nothing came on this day before it. A single one without a key where the day is a gap
        or its history is short.
    """
    calendar = rows(days)
    if not is_covered(calendar, on):
        return [Detection(key=None, unjudged="missing")]
    history = comparable_days(calendar, on)
    if len(history) < MIN_DAYS:
        return [Detection(key=None, unjudged="short_history")]
    places = {row["day"]: place for place, row in enumerate(calendar)}
    known, today = [places[day] for day in history], places[on]
    min_expected = max(float(min_count), MIN_EXPECTED)
    detections = []
    for name, counts in slot_matrix(slots, list(places), slot_s=slot_s, columns=["events"], key=key).items():
        usual = np.median(counts["events"][known], axis=0)
        detection = _detect(name, usual, counts["events"][today], on, slot_s, min_expected)
        detections.append(_dated(detection, counts["events"][today], calendar, on, slot_s))
    return detections


def _detect(key: Hashable, usual: Floats, counts: Floats, on: date, slot_s: int, min_expected: float) -> Detection:
    first, after, expected = _longest_silence(usual, counts, min_expected / _level(usual, counts))
    length_s = float((after - first) * slot_s)
    later = float(counts[after:].sum())
    return Detection(
        key=key,
        value=length_s,
        departure=length_s,
        window=(float(first * slot_s), float(after * slot_s)) if length_s else None,
        since=on,
        figures={"expected": expected, "events_after": later},
    )


def _dated(
    detection: Detection, counts: Floats, calendar: Sequence[Mapping[str, Any]], on: date, slot_s: int
) -> Detection:
    """Return a detection with whether the silence may have begun before the day."""
    if detection.window is None:
        return detection
    earlier = float(counts[: int(detection.window[0] // slot_s)].sum())
    return replace(detection, since_is_bound=may_be_older(calendar, on, earlier))


def _is_silent(usual: Floats, counts: Floats) -> NDArray[np.bool_]:
    """Return for each slot whether events are usual in it, and next to none came."""
    return (usual >= MIN_EXPECTED_IN_SLOT) & (counts <= MAX_SHARE_IN_SILENCE * usual)


def _level(usual: Floats, counts: Floats) -> float:
    """Return the share of the usual events that came in the slots that are not silent; 1 at most, or without such."""
    others = ~_is_silent(usual, counts)
    expected, seen = float(usual[others].sum()), float(counts[others].sum())
    return min(seen / expected, 1.0) if seen and expected else 1.0


def _longest_silence(usual: Floats, counts: Floats, min_expected: float) -> tuple[int, int, float]:
    """Return the first slot, the slot after the last and the expected events of the longest silent run, or zeros."""
    longest, first, expected = (0, 0, 0.0), 0, 0.0
    for slot, is_silent in enumerate([*_is_silent(usual, counts).tolist(), False]):
        if is_silent:
            expected += float(usual[slot])
            continue
        if expected >= min_expected and slot - first > longest[1] - longest[0]:
            longest = (first, slot, expected)
        first, expected = slot + 1, 0.0
    return longest
