"""Hours in the middle of a day without a row, and parts of a source that lack hours.

A source, or one of its parts, that gives nothing for hours and then goes on leaves a day whose sums look like those of
a quiet one. Only hours in which comparable days have rows for certain can tell it: nights, lunch and days off may be
silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from ntanalytics.detectors.day_profile import MIN_DAYS, MIN_EXPECTED, MIN_ROWS, ProfileDamage, profile_damage
from ntanalytics.detectors.detection import Floats

#: Full hours that are missing at least, and their share of the rows of a usual day.
MIN_HOURS, MIN_SHARE = 2, 0.1

#: Share of the comparable days that may lack the hours themselves, as a damaged day among them does.
MAY_LACK = 0.1


def hours_missing(today: Floats, usual: Floats) -> ProfileDamage | None:
    """Return the hours within a day of which nothing came, those with most rows; None without any.

    Args:
        today: rows by hour of the day, 24 numbers.
        usual: the same of comparable days before it, one row a day; days without rows are left out.
    """
    totals = usual.sum(axis=1)
    usual, totals = usual[totals > 0], totals[totals > 0]
    rows = float(today.sum())
    if len(usual) < MIN_DAYS or rows < MIN_ROWS:
        return None
    shares = (usual / totals[:, np.newaxis]).mean(axis=0)
    lacking = int(len(usual) * MAY_LACK)
    is_certain = np.sort(usual, axis=0)[lacking] > 0
    filled = np.flatnonzero(today)
    damages = []
    for is_empty, run in groupby(range(filled[0], filled[-1]), lambda hour: not today[hour]):
        certain = [hour for hour in run if is_empty and is_certain[hour]]
        if len(certain) < MIN_HOURS:
            continue
        first, end = certain[0], certain[-1] + 1
        share = float(shares[first:end].sum())
        expected = rows * share / max(1 - share, 1e-9)
        fewest = float(np.sort(usual[:, first:end].sum(axis=1))[lacking])
        if share >= MIN_SHARE and expected >= MIN_EXPECTED and fewest >= MIN_ROWS:
            damages.append(ProfileDamage("hours_missing", first, share, hours=(first, end)))
    return max(damages, key=lambda damage: damage.share, default=None)


def partial_parts(today: Mapping[str, Floats], usual: Sequence[Mapping[str, Floats]]) -> list[ProfileDamage]:
    """Return the hours that parts of a source lack, those with most rows first; parts with the same hours are one.

    Args:
        today: part → its rows by hour of the day.
        usual: the same of comparable days before it.
    """
    nothing = np.zeros(24)
    every = sum(float(hours.sum()) for day in usual for hours in day.values())
    shares: dict[ProfileDamage, dict[str, float]] = {}
    for part, hours in sorted(today.items()):
        days = np.array([day.get(part, nothing) for day in usual])
        damage = _cut(hours, days) or hours_missing(hours, days)
        if damage is not None:
            share = float(days[:, damage.missing_hours].sum()) / max(every, 1.0)
            shares.setdefault(replace(damage, share=0.0), {})[part] = share
    damages = [replace(same, share=sum(parts.values()), parts=tuple(parts)) for same, parts in shares.items()]
    return sorted(damages, key=lambda damage: -damage.share)


def _cut(today: Floats, usual: Floats) -> ProfileDamage | None:
    """Return the missing end or beginning of a part's day, if a tenth of the day or more lies in it."""
    damage = profile_damage(today, usual)
    is_cut = damage is not None and damage.kind in ("ends_early", "begins_late") and damage.share >= MIN_SHARE
    return damage if is_cut else None
