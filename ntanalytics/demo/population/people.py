"""Accounts of the demo city: one set for all subsystems, so that one account is the same person everywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.arrays import Bools, Floats, Ints, Rng, Times
from ntanalytics.demo.incidents.incident import SPAN_DAYS
from ntanalytics.demo.population.units import EDITION_OF, UNITS

#: Stream of the people's random numbers; the sizes of the units are drawn first.
PEOPLE = 101

#: Mean number of accounts of a unit by edition, relative to one another; without OA under the empty key.
_SIZES = {"party": 110.0, "government": 180.0, "general": 190.0, "wecom": 70.0, "": 100.0}

ACCOUNTS = 36_000
#: Smallest scale of a city with all accounts; a larger city has more actions an account, a smaller one fewer accounts.
FULL = 0.02

#: Editions in the order of ``People.edition``, whose -1 is none.
EDITIONS = ("party", "government", "general", "wecom")
#: Mean share of plain working days on which an account is used, by edition; without OA under the empty key.
_ADOPTION = {"party": 0.62, "government": 0.66, "general": 0.55, "wecom": 0.48, "": 0.12}
#: Share of domestic (信创) desks, and mean share of days with an action by telephone.
_XINCHUANG = {"party": 0.78, "government": 0.66, "general": 0.42, "wecom": 0.25, "": 0.3}
_MOBILE = {"party": 0.18, "government": 0.24, "general": 0.3, "wecom": 0.72, "": 0.05}
#: Shares of accounts that nobody uses, that are disabled, and that were opened within the span.
_UNUSED, _DISABLED, _RECENT = 0.11, 0.03, 0.015
#: Bounds of a unit's adoption, and share of days on which its clerk is there.
_LEVELS, _CLERK = (0.04, 0.93), 0.96

#: Units that joined the platform during the span: working days before the last one.
ONBOARDED = {"崇川区民政局": 31, "开发区科技局": 18}


@dataclass(frozen=True, kw_only=True)
class People:
    """Accounts, an array item each, in order of their number."""

    id: Ints  # number of the account, the same in every subsystem
    unit: Ints  # index into UNITS
    edition: Ints  # index into EDITIONS; -1 for an account without OA
    opened_on: Times  # in days
    is_enabled: Bools  # at the estate's end
    presence: Floats  # share of plain working days on which the account is used
    is_xinchuang: Bools  # whether the desk is a domestic terminal
    mobile: Floats  # share of these days on which the person also acts by telephone

    def __len__(self) -> int:
        return len(self.id)


def unit_sizes(rng: Rng) -> Floats:
    """Return the number of accounts of each of ``UNITS``, relative to one another, from the beginning of ``rng``."""
    means = np.array([_SIZES[EDITION_OF.get(unit, "")] for unit in UNITS])
    sizes: Floats = means * rng.lognormal(0, 0.45, len(UNITS))
    return sizes


def large_units(seed: int) -> tuple[str, ...]:
    """Return the larger half of the units that use the OA at their desks: their incidents show in the numbers."""
    sizes = unit_sizes(np.random.default_rng([seed, PEOPLE]))
    able = [index for index, unit in enumerate(UNITS) if EDITION_OF.get(unit) in ("party", "government", "general")]
    middle = np.median(sizes[able])
    return tuple(UNITS[index] for index in able if sizes[index] >= middle)


def draw_people(rng: Rng, scale: float, worked: Sequence[dt.date], until: dt.date) -> People:
    """Return the accounts: ``ACCOUNTS`` of them at ``FULL`` scale and above, at least one a unit below.

    Args:
        rng: random numbers of the people.
        scale: factor of the volumes.
        worked: working days of the last ``SPAN_DAYS``, the last one first.
        until: last day of the estate.
    """
    weight = unit_sizes(rng)
    editions = [EDITION_OF.get(unit, "") for unit in UNITS]
    count = max(round(ACCOUNTS * min(1.0, scale / FULL)), len(UNITS))
    bounds = np.round(np.cumsum(weight) / weight.sum() * (count - len(UNITS))).astype(np.int64)
    unit = np.repeat(np.arange(len(UNITS)), np.diff(bounds, prepend=0) + 1)
    is_clerk = np.concatenate(([True], unit[1:] != unit[:-1]))

    level = np.array([_ADOPTION[edition] for edition in editions])
    level = (level * rng.lognormal(0, 0.22, len(UNITS))).clip(*_LEVELS)
    presence = rng.beta(4 * level[unit], 4 * (1 - level[unit]))
    presence = np.where(rng.random(count) < _UNUSED, 0.0, presence)
    opened = np.datetime64("2023-03-01") + rng.integers(0, 1200, count).astype("timedelta64[D]")
    is_recent = rng.random(count) < _RECENT
    age = rng.integers(0, SPAN_DAYS, count).astype("timedelta64[D]")
    opened = np.where(is_recent, np.datetime64(until) - age, opened)
    for name, back in ONBOARDED.items():
        opened = np.where(unit == UNITS.index(name), np.datetime64(worked[back]), opened)
    is_enabled = (rng.random(count) >= _DISABLED) | is_clerk
    is_xinchuang = rng.random(count) < np.array([_XINCHUANG[edition] for edition in editions])[unit]
    mobile = np.array([_MOBILE[edition] for edition in editions])[unit] * rng.lognormal(0, 0.4, count)
    return People(
        id=np.arange(10_001, 10_001 + count),
        unit=unit,
        edition=np.array([EDITIONS.index(edition) if edition else -1 for edition in editions])[unit],
        opened_on=opened,
        is_enabled=is_enabled,
        presence=np.where(is_clerk, _CLERK, presence),
        is_xinchuang=is_xinchuang,
        mobile=mobile.clip(0, 1),
    )
