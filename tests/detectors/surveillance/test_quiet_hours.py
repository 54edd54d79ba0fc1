"""Quiet hours: what comes when nothing ever does."""

from __future__ import annotations

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.quiet_hours import QuietBurst, quiet_bursts


def _counts(*night: float, hour: int = 3, by_day: float = 50.0) -> Floats:
    """Return twenty-one days of one series, with events from 8 to 17, and some of a night on the last ones."""
    counts = np.zeros((1, 21, 24))
    counts[:, :, 8:18] = by_day
    for place, events in enumerate(night):
        counts[0, 21 - len(night) + place, hour] = events
    return counts


def _found(counts: Floats) -> list[QuietBurst]:
    return list(quiet_bursts(counts, counts.sum(axis=0)))


def test_a_burst_by_night_is_found_with_its_hour() -> None:
    assert _found(_counts(36)) == [QuietBurst(0, (3, 4))]


def test_one_that_goes_on_is_found_with_all_its_hours() -> None:
    counts = _counts(30)
    counts[0, -1, 4] = 20
    assert _found(counts) == [QuietBurst(0, (3, 5))]


def test_a_few_events_and_what_comes_by_night_as_well_are_none() -> None:
    assert not _found(_counts(15))
    assert not _found(_counts(15, 0, 36))


def test_hours_in_which_events_come_are_not_quiet() -> None:
    counts = _counts(by_day=50)
    counts[0, -1, 9] = 400
    assert not _found(counts)


def test_a_dataset_that_never_rests_has_no_quiet_hours() -> None:
    counts = np.full((1, 21, 24), 40.0)
    counts[0, -1, 3] = 400
    assert not _found(counts)
