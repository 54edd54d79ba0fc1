"""Day profile: the share of a source's rows by hour, to recognise a day of which a part is missing or that is shifted.

A source that stops in the middle of a day, and one whose clock or time zone is off, give rows that look like facts.
Their profile over the day tells them from the days before: nothing at all in hours that always had rows, or the usual
profile at other hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.order_statistics import median

#: Comparable days that must be known.
MIN_DAYS = 5

#: Rows that must be expected in the missing hours, and rows of a day whose profile is judged.
MIN_EXPECTED, MIN_ROWS = 15.0, 8

#: Hours of a day in which a schedule must make rows, and those between Nantong and UTC.
MIN_SCHEDULED, ZONE_H = 2, 8

#: Hours by which a stop must precede every stop of the comparable days.
MARGIN_H = 2

#: Largest distance of a shifted profile from the usual one, and least distance of the day itself.
MOST_APART, LEAST_APART = 0.15, 0.35

#: The same two as multiples of the distance that few rows have by chance, where that is more.
MOST_BY_CHANCE, LEAST_BY_CHANCE = 1.3, 2.0

#: Factor by which the rows of the first day of a shift may differ from those of a usual day.
MOST_ROWS = 1.3

#: Rows that a part had on each comparable day, so that a day without any lacks it.
MIN_PART_ROWS = 20

#: Damage of a day: rows only from an hour on, only up to an hour, none in some hours, at other hours, next to such a
#: day, none of some parts, none at all, or many that were rejected.
Damage = Literal[
    "begins_late", "ends_early", "hours_missing", "shifted", "beside_shifted", "part_missing", "no_rows", "rows_lost"
]


@dataclass(frozen=True)
class ProfileDamage:
    """Damage of one day.

    Attributes:
        kind: the damage.
        hour: first hour with rows, first hour without, or hours by which the day is late (negative: early).
        share: share of a usual day in the missing hours or parts, or of rows that could not be read; 0 where it is
            not known.
        parts: the parts that are missing, or that are shifted while the others are not.
        hours: the hours of which nothing came and usually something does: the first one, and the one after the last.
    """

    kind: Damage
    hour: int
    share: float
    parts: tuple[str, ...] = ()
    hours: tuple[int, int] = (0, 0)

    @property
    def missing_hours(self) -> range:
        """The hours of which nothing came and usually something does; none of a damage of another kind."""
        return range(*self.hours)


def profile_damage(today: Floats, usual: Floats) -> ProfileDamage | None:
    """Return the damage of a day; None where it has none, or where too little is known to say so.

    Args:
        today: rows by hour of the day, 24 numbers.
        usual: the same of comparable days before it, one row a day; days without rows are left out.
    """
    profile = _usual_profile(today, usual)
    if profile is None:
        return _scheduled_shift(today, usual)
    return _shift(today, profile) or _cut(today, profile)


def _scheduled_shift(today: Floats, usual: Floats) -> ProfileDamage | None:
    """Return the shift of a few rows that a schedule makes in the same hours of each day, by a zone and no other time.

    A chain of jobs that somebody began later by hand is shifted, too, by any number of hours.
    """
    schedules = {tuple(np.flatnonzero(day)) for day in usual if day.any()}
    hours = np.flatnonzero(today)
    if len(schedules) != 1 or len(usual) < MIN_DAYS or len(hours) < MIN_SCHEDULED:
        return None
    [schedule] = schedules
    moved = set((hours - np.array(schedule)).tolist()) if len(hours) == len(schedule) else set()
    [by] = moved if len(moved) == 1 else (0,)
    return ProfileDamage("shifted", by, 0.0) if abs(by) == ZONE_H else None


class _UsualProfile(NamedTuple):
    """Comparable days with rows, the mean share of each hour, and the median of their rows."""

    days: Floats
    shares: Floats
    rows: float


def _usual_profile(today: Floats, usual: Floats) -> _UsualProfile | None:
    """Return the profile of comparable days; None where too little is known."""
    rows = usual.sum(axis=1)
    usual, rows = usual[rows > 0], rows[rows > 0]
    if len(usual) < MIN_DAYS or float(today.sum()) < MIN_ROWS:
        return None
    return _UsualProfile(usual, (usual / rows[:, np.newaxis]).mean(axis=0), median(rows))


def shifted_parts(today: Mapping[str, Floats], usual: Sequence[Mapping[str, Floats]]) -> ProfileDamage | None:
    """Return the parts of a source that have their usual profile at other hours, the same of all; None without any.

    Args:
        today: part → its rows by hour of the day.
        usual: the same of comparable days before it.
    """
    nothing = np.zeros(24)
    by_hours: dict[int, list[str]] = {}
    for part, hours in today.items():
        profile = _usual_profile(hours, np.array([day.get(part, nothing) for day in usual]))
        damage = None if profile is None else _shift(hours, profile)
        if damage is not None:
            by_hours.setdefault(damage.hour, []).append(part)
    if not by_hours:
        return None
    hour = max(by_hours, key=lambda hours: len(by_hours[hours]))
    return ProfileDamage("shifted", hour, 0.0, tuple(sorted(by_hours[hour])))


def empty_day(usual: Sequence[float], least: float = MIN_PART_ROWS) -> ProfileDamage | None:
    """Return the damage of a day without a row, where each comparable day had many; else None.

    Args:
        usual: rows of comparable days before it, of those without a row, too, unless they are damaged themselves.
        least: what each of them must have.
    """
    if len(usual) < MIN_DAYS or min(usual) < least:
        return None
    return ProfileDamage("no_rows", 0, 1.0, hours=(0, 24))


def _shift(today: Floats, usual: _UsualProfile) -> ProfileDamage | None:
    """Return a shift by two hours or more that explains a profile unlike the usual one.

    From its second day on a clock that is off turns the profile. On its first day the hours that it moved beyond
    midnight are missing; then as many rows must have come as a usual day has in the others, since half a day that is
    missing may look alike. Where both would explain the rows, as with a probe that asks at any hour alike, the day is
    cut: of a shift nothing is to be seen.
    """
    total, shares = float(today.sum()), usual.shares
    profile = today / total
    away = _distance(profile, shares)
    if away < LEAST_APART:  # nearly every day: what chance does need not be asked
        return None
    chance = _distance_by_chance(shares, total)
    if away < LEAST_BY_CHANCE * max(chance, _distance_of_days(usual, total)):
        return None
    most_apart = max(MOST_APART, MOST_BY_CHANCE * chance)
    if _is_at_its_hours(today, usual, most_apart):
        return None
    apart: dict[int, float] = {}
    for hours in (hours for hours in range(-12, 13) if abs(hours) > 1):
        apart[hours] = _distance(profile, np.roll(shares, hours))
        kept = _moved(shares, hours)
        left = float(kept.sum())
        if left and _is_usual(total, usual.rows * left):
            apart[hours] = min(apart[hours], _distance(profile, kept / left))
    best = min(apart, key=lambda hours: (apart[hours], abs(hours)))
    return ProfileDamage("shifted", best, 0.0) if apart[best] <= most_apart else None


def _is_at_its_hours(today: Floats, usual: _UsualProfile, most_apart: float) -> bool:
    """Return whether the rows between the first and the last hour of a day are those of a usual day there."""
    hours = np.flatnonzero(today)
    kept = np.zeros_like(usual.shares)
    kept[hours[0] : hours[-1] + 1] = usual.shares[hours[0] : hours[-1] + 1]
    total, left = float(today.sum()), float(kept.sum())
    return bool(left) and _is_usual(total, usual.rows * left) and _distance(today / total, kept / left) <= most_apart


def _is_usual(rows: float, expected: float) -> bool:
    """Return whether so many rows may be those of a usual day; few of them vary more by chance."""
    return 1 / MOST_ROWS <= rows / expected <= MOST_ROWS or abs(rows - expected) <= 2 * np.sqrt(expected)


def _moved(shares: Floats, hours: int) -> Floats:
    """Return the shares at other hours of the same day; what moves beyond midnight is lost."""
    moved = np.zeros_like(shares)
    if hours > 0:
        moved[hours:] = shares[:-hours]
    else:
        moved[:hours] = shares[-hours:]
    return moved


def _cut(today: Floats, usual: _UsualProfile) -> ProfileDamage | None:
    """Return the missing end or beginning of a day, where no comparable day ever lacked so much."""
    hours = np.flatnonzero(today)
    until, since = int(hours[-1]) + 1, int(hours[0])
    has_rows, shares = usual.days != 0, usual.shares
    first_end = 24 - int(has_rows[:, ::-1].argmax(axis=1).max())
    last_begin = int(has_rows.argmax(axis=1).max())
    damages = (
        ("ends_early", until, float(shares[until:].sum()), first_end - until),
        ("begins_late", since, float(shares[:since].sum()), since - last_begin),
    )
    kind, hour, share, margin = max(damages, key=lambda damage: damage[2])
    expected = float(today.sum()) * share / max(1 - share, 1e-9)
    if margin < MARGIN_H or expected < MIN_EXPECTED:
        return None
    if kind == "ends_early":
        return ProfileDamage("ends_early", hour, share, hours=(hour, 24))
    return ProfileDamage("begins_late", hour, share, hours=(last_begin, hour))


def _distance(one: Floats, other: Floats) -> float:
    """Return the share of rows that lie at other hours (total variation)."""
    return float(np.abs(one - other).sum() / 2)


def _distance_of_days(usual: _UsualProfile, rows: float) -> float:
    """Return the mean distance that usual days of some rows have; more than by chance where rows come in bundles."""
    totals = usual.days.sum(axis=1)
    apart = np.abs(usual.days / totals[:, np.newaxis] - usual.shares).sum(axis=1) / 2
    return float((apart * np.sqrt(totals / rows)).mean())


def _distance_by_chance(shares: Floats, rows: float) -> float:
    """Return the mean distance of the profile of some rows from the one that they are drawn from."""
    return float(np.sqrt(2 * shares * (1 - shares) / (np.pi * rows)).sum() / 2)
