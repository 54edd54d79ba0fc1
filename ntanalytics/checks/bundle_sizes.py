"""Bundle sizes: how many cases belong to one and the same, such as the units that a document is delivered to.

The number of cases varies as that of what they belong to, and as whom each is for: of a day on which each document
reaches a third of its units that number may be usual. How many belong to each is measured as any other value.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis.expr.types as ir

from ntanalytics.contract import Dataset
from ntanalytics.contract.dimensions import bundle_size, referred
from ntanalytics.detectors.surveillance.bundles import tells_mean
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import departures
from ntanalytics.metrics.leaf_counts import bundles, leaf_counts, level_of

#: Share of the usual size up to which bundles are smaller, or of which the usual size is one.
_FAR = 0.6


def unusual_bundles(dataset: Dataset, cases: ir.Table, days: Sequence[date], utc_offset_h: int) -> list[Departure]:
    """Return the departure of the size of the bundles of a day; none where cases belong to nothing.

    Args:
        dataset: the dataset.
        cases: its rows of the days.
        days: the comparable days, the judged one last.
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    belongs, size = referred(dataset), bundle_size(dataset)
    if belongs is None or size is None:
        return []
    column, _, named = belongs
    names = [name.name for name in named if name.name in cases.columns]
    table = bundles(cases.filter(cases.day.isin(days)), column.name, dataset.time, names, size.name)
    counted = leaf_counts(table, dataset.time, utc_offset_h, names, values=[size.name]).to_pyarrow()
    of_day = sum(row["events"] for row in counted.select(["day", "events"]).to_pylist() if row["day"] == days[-1])
    departing = departures(counted, days, names, [size.name])
    return [item for item in departing if item.value and not item.days and _is_far(item) and tells_mean(item, of_day)]


def _is_far(departure: Departure) -> bool:
    seen, expected = (level_of(departure.value, level) for level in (departure.seen, departure.expected))
    return seen <= _FAR * expected or expected <= _FAR * seen
