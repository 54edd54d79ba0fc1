"""Day profile: half a day that is missing, and a clock that is off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.detectors.day_profile import ProfileDamage, profile_damage, shifted_parts

WORK = np.array([0, 0, 0, 0, 0, 0, 0, 2, 20, 40, 30, 14, 6, 8, 30, 36, 22, 9, 3, 2, 1, 0, 0, 0], dtype=float)
USUAL = np.array([WORK * (1 + 0.05 * (day % 3)) for day in range(10)]).round()


def test_a_usual_day_has_no_damage() -> None:
    assert profile_damage(WORK, USUAL) is None


def test_a_day_that_ends_at_noon_is_told_with_its_share() -> None:
    morning = np.where(np.arange(24) < 12, WORK, 0)
    damage = profile_damage(morning, USUAL)
    assert damage is not None
    assert (damage.kind, damage.hour) == ("ends_early", 12)
    assert damage.share == pytest.approx(WORK[12:].sum() / WORK.sum(), abs=0.01)


def test_a_day_that_begins_at_noon_is_told() -> None:
    damage = profile_damage(np.where(np.arange(24) >= 12, WORK, 0), USUAL)
    assert damage is not None
    assert (damage.kind, damage.hour) == ("begins_late", 13 if WORK[12] == 0 else 12)


@pytest.mark.parametrize("hour", [6, 9, 12, 14, 18])
def test_a_probe_that_asks_at_any_hour_alike_and_stops_is_cut_and_not_shifted(hour: int) -> None:
    probe, usual = np.full(24, 48.0), np.full((10, 24), 48.0)
    early = profile_damage(np.where(np.arange(24) < hour, probe, 0), usual)
    late = profile_damage(np.where(np.arange(24) >= hour, probe, 0), usual)
    assert early is not None
    assert late is not None
    assert (early.kind, early.hour, late.kind, late.hour) == ("ends_early", hour, "begins_late", hour)


@pytest.mark.parametrize("hours", [8, -8, 3])
def test_a_clock_that_is_off_is_a_shift_and_no_missing_half(hours: int) -> None:
    assert profile_damage(np.roll(WORK, hours), USUAL) == ProfileDamage("shifted", hours, 0.0)


@pytest.mark.parametrize("hours", [8, -8, 6])
def test_the_first_day_of_a_clock_that_is_off_lacks_what_moved_beyond_midnight(hours: int) -> None:
    moved = np.zeros(24)
    moved[max(0, hours) : 24 + min(0, hours)] = WORK[max(0, -hours) : 24 - max(0, hours)]
    assert profile_damage(moved, USUAL) == ProfileDamage("shifted", hours, 0.0)


#: Forty rows of a working day, from eight to five.
FEW = np.array([0] * 8 + [4, 8, 7, 4, 1, 2, 6, 5, 3] + [0] * 7, dtype=float)
FEW_USUAL = np.tile(FEW, (8, 1))


@pytest.mark.parametrize("hours", [8, -8])
def test_a_shift_is_told_of_few_rows_where_they_have_the_profile_and_the_number_of_a_usual_day(hours: int) -> None:
    moved = np.zeros(24)
    moved[max(0, hours) : 24 + min(0, hours)] = FEW[max(0, -hours) : 24 - max(0, hours)]
    assert profile_damage(moved, FEW_USUAL) == ProfileDamage("shifted", hours, 0.0)


def test_rows_that_come_in_bundles_are_no_shift() -> None:
    draws = np.random.default_rng(3)
    noon = np.exp(-0.5 * ((np.arange(24) - 12.5) / 2) ** 2)

    def day() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        documents = max(1, draws.poisson(10))  # each with one row or more in one hour
        hours = draws.choice(24, documents, p=noon / noon.sum())
        return np.bincount(hours, weights=1 + draws.poisson(1, documents), minlength=24)

    told = [profile_damage(day(), np.array([day() for _ in range(12)])) for _ in range(1500)]
    assert [damage for damage in told if damage is not None and damage.kind == "shifted"] == []


def test_rows_by_night_beside_those_of_the_day_and_a_batch_of_one_hour_are_no_shift() -> None:
    by_night, batch = np.zeros(24), np.zeros(24)
    by_night[20:24], batch[22] = [3, 4, 3, 3], 40
    assert profile_damage(FEW + by_night, FEW_USUAL) is None
    damage = profile_damage(batch, FEW_USUAL)
    assert damage is None or damage.kind != "shifted"


def test_a_quiet_evening_is_no_missing_half() -> None:
    until_six = np.where(np.arange(24) < 18, WORK, 0)
    assert profile_damage(until_six, USUAL) is None


def test_half_of_the_rows_at_every_hour_is_no_damage_of_the_profile() -> None:
    assert profile_damage((WORK / 2).round(), USUAL) is None


def test_few_rows_or_days_say_nothing() -> None:
    assert profile_damage(np.where(np.arange(24) < 12, WORK, 0) / 10, USUAL) is None
    assert profile_damage(np.where(np.arange(24) < 12, WORK, 0), USUAL[:4]) is None


@settings(max_examples=200)
@given(st.integers(0, 2**32 - 1), st.integers(5, 5000))
def test_chance_makes_no_damage(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    days = rng.multinomial(rows, (WORK + 0.02) / (WORK + 0.02).sum(), size=11).astype(float)
    assert profile_damage(days[0], days[1:]) is None


@settings(max_examples=50)
@given(st.lists(st.integers(0, 3), min_size=24, max_size=24), st.lists(st.integers(0, 3), min_size=48, max_size=48))
def test_any_table_of_counts_is_judged_without_an_error(today: list[int], usual: list[int]) -> None:
    profile_damage(np.array(today, dtype=float), np.array(usual, dtype=float).reshape(2, 24).repeat(4, axis=0))


def test_a_part_whose_clock_is_off_is_named_by_its_name() -> None:
    usual = [{"portal": day, "oa": day} for day in USUAL]
    assert shifted_parts({"portal": np.roll(WORK, 8), "oa": WORK}, usual) == ProfileDamage(
        "shifted", 8, 0.0, ("portal",)
    )
    assert shifted_parts({"portal": WORK, "oa": WORK}, usual) is None


def _jobs(*hours: int) -> np.ndarray:
    """Return one row in each hour."""
    return np.bincount(hours, minlength=24).astype(float)


@pytest.mark.parametrize(
    ("today", "usual", "by"),
    [
        ((10, 11), [(2, 3)] * 6, 8),  # a zone that is not added
        ((18, 19), [(2, 3)] * 6, None),
        ((18, 19), [(10, 11)] * 6, 8),
        ((2, 3), [(10, 11)] * 6, -8),
        ((7, 8), [(2, 3)] * 6, None),  # somebody began them later
        ((10,), [(2,)] * 6, None),  # one job says too little
        ((10, 12), [(2, 3)] * 6, None),
        ((10, 11), [(2, 3)] * 5 + [(2, 4)], None),  # no schedule
        ((10, 11), [(2, 3)] * 4, None),
    ],
)
def test_a_few_rows_of_a_schedule_are_shifted_by_a_zone_alone(
    today: tuple[int, ...], usual: list[tuple[int, ...]], by: int | None
) -> None:
    damage = profile_damage(_jobs(*today), np.array([_jobs(*day) for day in usual]))
    assert damage == (None if by is None else ProfileDamage("shifted", by, 0.0))
