"""Made city: counts of units and terminals by day and hour, in which something can be damaged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import UNKNOWN, departures

DAYS = [dt.date(2026, 11, 20) - dt.timedelta(days=back) for back in range(20, -1, -1)]
ON = len(DAYS) - 1
UNITS = [f"unit-{number:02d}" for number in range(30)]
TERMINALS = ["pc", "mobile"]
#: Share of a day's events in each hour: office hours, with a dip at noon.
PROFILE = np.array([0] * 8 + [10, 14, 14, 12, 4, 8, 12, 12, 10, 4] + [0] * 6) / 100


@dataclass
class City:
    """Counts of day, unit, terminal and hour around their means, and what was done to them."""

    seed: int = 1
    day_factor: Callable[[int], float] = lambda _day: 1.0
    counts: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        draws = np.random.default_rng(self.seed)
        sizes = draws.uniform(40, 400, len(UNITS))
        means = np.array([self.day_factor(day) for day in range(len(DAYS))])[:, None, None, None]
        means = means * sizes[None, :, None, None] * np.array([0.7, 0.3])[None, None, :, None] * PROFILE
        self.counts = draws.poisson(means)

    def told(self, usual: ExpectedRange = UNKNOWN) -> list[Departure]:
        """Return what departs on the last day."""
        return departures(self.table(), DAYS, ["unit", "terminal"], usual=usual)

    def table(self) -> pa.Table:
        """Return the counts as the metric of leaves gives them."""
        places = np.argwhere(self.counts > 0)
        return pa.table(
            {
                "day": pa.array([DAYS[place] for place in places[:, 0]], pa.date32()),
                "hour": places[:, 3],
                "unit": [UNITS[place] for place in places[:, 1]],
                "terminal": [TERMINALS[place] for place in places[:, 2]],
                "events": self.counts[self.counts > 0].astype(float),
            }
        )
