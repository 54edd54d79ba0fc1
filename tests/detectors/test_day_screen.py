"""Screen of many days at once: every damage that is found day by day passes it, and a usual day does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.detectors.day_profile import profile_damage
from ntanalytics.detectors.day_screen import may_be_damaged
from ntanalytics.detectors.missing_hours import hours_missing

WORK = np.array([0, 0, 0, 0, 0, 0, 0, 2, 20, 40, 30, 14, 6, 8, 30, 36, 22, 9, 3, 2, 1, 0, 0, 0], dtype=float)
HOURS = np.arange(24)

#: Comparable days of which some are known, each with some of the usual rows.
_DAYS = st.lists(st.lists(st.integers(0, 3), min_size=24, max_size=24), max_size=20)

#: What happens to a day: hours between which nothing comes, and hours by which its clock is off.
_DAMAGES = st.tuples(st.integers(0, 24), st.integers(0, 24), st.integers(-12, 12), st.sampled_from([0.05, 0.3, 1, 4]))


def _judged(today: np.ndarray, usual: np.ndarray) -> bool:
    """Return whether a day is damaged; as its caller, without the comparable days that have no rows."""
    usual = usual[usual.any(axis=1)]
    return bool(len(usual)) and (profile_damage(today, usual) or hours_missing(today, usual)) is not None


def _screened(today: np.ndarray, usual: np.ndarray) -> bool:
    padded = np.zeros((20, 24))
    padded[: len(usual)] = usual
    return bool(may_be_damaged(today[np.newaxis], padded[np.newaxis])[0])


@given(_DAYS, _DAMAGES)
@settings(max_examples=600, deadline=None)
def test_every_damaged_day_passes(factors: list[list[int]], damage: tuple[int, int, int, float]) -> None:
    first, until, shift, volume = damage
    usual = np.array([WORK * day for day in factors]).reshape(-1, 24)
    today = np.roll(np.where((first <= HOURS) & (until > HOURS), 0.0, (WORK * volume).round()), shift)
    if today.any() and _judged(today, usual):
        assert _screened(today, usual)


@pytest.mark.parametrize(
    "today",
    [
        np.where(HOURS < 12, WORK, 0),  # ends at noon
        np.where(HOURS >= 12, WORK, 0),  # begins at noon
        np.where((HOURS >= 9) & (HOURS < 12), 0, WORK),  # three hours are missing
        np.roll(WORK, 8),  # in another zone
        np.eye(24)[10] + np.eye(24)[15],  # two rows of a schedule, which the usual days do not have
    ],
)
def test_days_with_a_damage_and_days_of_few_rows_are_judged_one_by_one(today: np.ndarray) -> None:
    assert _screened(today, np.tile(WORK, (10, 1)))


def test_a_schedule_by_another_zone_passes() -> None:
    usual, today = np.eye(24)[[1, 3]].sum(axis=0), np.eye(24)[[9, 11]].sum(axis=0)
    assert _judged(today, np.tile(usual, (6, 1)))
    assert _screened(today, np.tile(usual, (6, 1)))


@pytest.mark.parametrize("known", [5, 10, 20])
@pytest.mark.parametrize("today", [WORK, WORK * 3, np.where(HOURS == 12, 0, WORK), np.where(HOURS > 19, 0, WORK)])
def test_a_usual_day_needs_no_judgement(today: np.ndarray, known: int) -> None:
    assert not _screened(today, np.tile(WORK, (known, 1)))


def test_with_fewer_than_five_comparable_days_nothing_is_known() -> None:
    assert not _screened(np.roll(WORK, 8), np.tile(WORK, (4, 1)))


def test_each_day_is_held_against_its_own_comparable_days() -> None:
    off = np.roll(WORK, 8)
    today = np.array([WORK, off, WORK, off])
    usual = np.array([np.tile(day, (6, 1)) for day in (WORK, WORK, off, off)])
    assert may_be_damaged(today, usual).tolist() == [False, True, True, False]
