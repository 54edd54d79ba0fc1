"""Departures of values that have become the same for all events of a subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.flattening import flat_series
from ntanalytics.detectors.surveillance.improbability import least_improbable
from ntanalytics.detectors.surveillance.leaf_table import HOURS, LEAST_DAILY, LeafTable


def flat_departures(leaves: LeafTable, values: Sequence[str]) -> list[Departure]:
    """Return the subject of each value of which all events of the day have one, and had not before.

    Args:
        leaves: the leaves of a dataset, of which no value is centred yet.
        values: the columns that measure each event.
    """
    return [departure for value in values for departure in _flattened(leaves, value)]


def _flattened(leaves: LeafTable, value: str) -> list[Departure]:
    """Return the subject of which all events of the day have one value, and had not before; none where that is chance.

    Of several it is the one with the most events; of those alike the one whose members usually have the fewest. The
    leaves are not centred yet.
    """
    columns = [f"{value}_{ending}" for ending in ("events", "log", "log2")]
    groups = list(leaves.groups(columns, {1: LEAST_DAILY[1]}))
    members = [subject for group in groups for subject in group.members]
    least = least_improbable(len(members))
    series = flat_series(*(np.concatenate([group.sums[column] for group in groups]) for column in columns))
    flat = [item for item in series if item.improbable >= least]
    if not flat:
        return []
    most = max(item.events for item in flat)
    first = min(
        (item for item in flat if item.events == most), key=lambda item: leaves.usual_events(members[item.index])
    )
    return [
        Departure(
            members=members[first.index],
            value=value,
            direction=1 if first.seen > first.expected else -1,
            strength=first.improbable,
            improbable=first.improbable,
            hours=(0, HOURS),
            seen=first.seen,
            expected=first.expected,
            share=first.events / max(float(groups[0].sums[columns[0]][0, -1].sum()), 1.0),
            is_flat=True,
        )
    ]


def not_of_flat(departing: Iterable[Departure], flat: Sequence[Departure]) -> list[Departure]:
    """Return the departures of values that are no part of a subject whose same value is flat: that tells them all."""
    return [
        departure
        for departure in departing
        if not any(item.value == departure.value and {*item.members} <= {*departure.members} for item in flat)
    ]
