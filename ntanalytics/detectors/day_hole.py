"""Hours in the middle of a day without a row, and parts of a source that lack hours.

A source, or one of its parts, that gives nothing for hours and then goes on leaves a day whose sums look like those of
a quiet one. Only hours in which comparable days have rows for certain can tell it: nights, lunch and days off may be
silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np

from ntanalytics.detectors.day_profile import MIN_DAYS, MIN_EXPECTED, MIN_ROWS, ProfileDamage, profile_damage
from ntanalytics.detectors.detection import Floats

#: Full hours that a hole has at least, and its share of the rows of a usual day.
MIN_HOURS, MIN_SHARE = 2, 0.1

#: Share of the comparable days that may lack the hours themselves, as the day of an earlier hole does.
_MAY_LACK = 0.1


def hole(today: Floats, usual: Floats) -> ProfileDamage | None:
    """Return the largest hole of a day; None without any, or where too little is known to say so.

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
    lacking = int(len(usual) * _MAY_LACK)
    is_certain = np.sort(usual, axis=0)[lacking] > 0
    filled = np.flatnonzero(today)
    holes = []
    for is_empty, run in groupby(range(filled[0], filled[-1]), lambda hour: not today[hour]):
        certain = [hour for hour in run if is_empty and is_certain[hour]]
        if len(certain) < MIN_HOURS:
            continue
        hours = range(certain[0], certain[-1] + 1)
        share = float(shares[hours].sum())
        expected = rows * share / max(1 - share, 1e-9)
        fewest = float(np.sort(usual[:, hours].sum(axis=1))[lacking])
        if share >= MIN_SHARE and expected >= MIN_EXPECTED and fewest >= MIN_ROWS:
            holes.append(ProfileDamage("hole", hours.start, share, until=hours.stop))
    return max(holes, key=lambda found: found.share, default=None)


def partial_parts(today: Mapping[str, Floats], usual: Sequence[Mapping[str, Floats]]) -> list[ProfileDamage]:
    """Return the hours that parts of a source lack, those with most rows first; parts with the same hours are one.

    Args:
        today: part → its rows by hour of the day.
        usual: the same of comparable days before it.
    """
    nothing = np.zeros(24)
    by_hours: dict[ProfileDamage, dict[str, float]] = {}
    every = sum(float(hours.sum()) for day in usual for hours in day.values())
    for part, hours in sorted(today.items()):
        days = np.array([day.get(part, nothing) for day in usual])
        damage = _cut(hours, days) or hole(hours, days)
        if damage is not None:
            missing = float(days[:, damage.missing_hours].sum()) / max(every, 1.0)
            same = ProfileDamage(damage.kind, damage.hour, 0.0, since=damage.since, until=damage.until)
            by_hours.setdefault(same, {})[part] = missing
    found = [
        ProfileDamage(same.kind, same.hour, sum(parts.values()), tuple(parts), same.since, same.until)
        for same, parts in by_hours.items()
    ]
    return sorted(found, key=lambda damage: -damage.share)


def _cut(today: Floats, usual: Floats) -> ProfileDamage | None:
    """Return the missing end or beginning of a part's day, if a tenth of the day or more lies in it."""
    damage = profile_damage(today, usual)
    is_cut = damage is not None and damage.kind in ("ends_early", "begins_late") and damage.share >= MIN_SHARE
    return damage if is_cut else None
