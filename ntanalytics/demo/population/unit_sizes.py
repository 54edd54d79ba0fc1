"""How large the units of a seed's city are, relative to one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.units import EDITION_OF, UNITS

#: Stream of the people's random numbers, of which the sizes of the units are the first.
PEOPLE = 101

#: Accounts of a unit, by its edition ("": it only exchanges documents), relative to one another.
_SIZES = {"party": 110.0, "government": 180.0, "general": 190.0, "wecom": 70.0, "": 100.0}


def unit_sizes(rng: np.random.Generator) -> NDArray[np.float64]:
    """Accounts of each of ``UNITS``, relative to one another; ``rng`` is that of the people, as it begins."""
    sizes = np.array([_SIZES[EDITION_OF.get(unit, "")] for unit in UNITS])
    drawn: NDArray[np.float64] = sizes * rng.lognormal(0, 0.45, len(UNITS))
    return drawn


def large_units(seed: int) -> tuple[str, ...]:
    """The larger half of the units that use the OA at their desks: what happens to one of them is seen in numbers."""
    sizes = unit_sizes(np.random.default_rng([seed, PEOPLE]))
    able = [index for index, unit in enumerate(UNITS) if EDITION_OF.get(unit) in ("party", "government", "general")]
    middle = np.median(sizes[able])
    return tuple(UNITS[index] for index in able if sizes[index] >= middle)
