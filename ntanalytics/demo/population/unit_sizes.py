"""Sizes of the units of a seed's city, relative to one another."""

from __future__ import annotations

import numpy as np

from ntanalytics.demo.arrays import Floats
from ntanalytics.demo.population.units import EDITION_OF, UNITS

#: Stream of the people's random numbers; the sizes of the units are drawn first.
PEOPLE = 101

#: Mean number of accounts of a unit by edition, relative to one another; without OA under the empty key.
_SIZES = {"party": 110.0, "government": 180.0, "general": 190.0, "wecom": 70.0, "": 100.0}


def unit_sizes(rng: np.random.Generator) -> Floats:
    """Return the number of accounts of each of ``UNITS``, relative to one another.

    Args:
        rng: random numbers of the people, from their beginning.
    """
    means = np.array([_SIZES[EDITION_OF.get(unit, "")] for unit in UNITS])
    sizes: Floats = means * rng.lognormal(0, 0.45, len(UNITS))
    return sizes


def large_units(seed: int) -> tuple[str, ...]:
    """Return the larger half of the units that use the OA at their desks: their incidents show in the numbers."""
    sizes = unit_sizes(np.random.default_rng([seed, PEOPLE]))
    able = [index for index, unit in enumerate(UNITS) if EDITION_OF.get(unit) in ("party", "government", "general")]
    middle = np.median(sizes[able])
    return tuple(UNITS[index] for index in able if sizes[index] >= middle)
