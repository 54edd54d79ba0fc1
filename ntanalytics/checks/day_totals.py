"""Totals of days: the events of a dataset or subject by day, their expected range, and how the day of others is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.watched_datasets import COMPANIONS, WATCHED
from ntanalytics.detectors.expected_range import ExpectedRange, expected_range
from ntanalytics.detectors.surveillance.departures import MIN_DAYS
from ntanalytics.detectors.surveillance.leaf_table import ANY_MEMBER, NO_MEMBER, Members
from ntanalytics.metrics.leaf_counts import leaf_counts
from ntanalytics.metrics.rows import rows
from ntanalytics.workspace.dataset_view import DatasetView

#: Expected events from which a dataset tells how the day is: of fewer, chance is a large share.
_MANY_EVENTS = 500.0

#: Cases that must have begun on a day so that their number tells to how many something happens.
_FEW_STARTED = 20.0


def known_days(view: DatasetView) -> list[Mapping[str, Any]]:
    """Return the days of a dataset from the first that has a row: before it there was no source."""
    first = view.recent.day.min().to_pyarrow().as_py()
    return [row for row in rows(view.days) if first is not None and row["day"] >= first]


def usual_total(known: Sequence[Mapping[str, Any]], totals: Mapping[date, float], on: date) -> ExpectedRange:
    """Return the expected range of all events of a day, from the days before it.

    Args:
        known: the days of a dataset (:func:`known_days`).
        totals: events by day, of those that have some.
        on: the day.
    """
    return expected_range([{**row, "value": totals.get(row["day"], 0.0)} for row in known], on)


def usual_of_started(
    totals: Mapping[date, float], started: Mapping[date, float], before: Sequence[date], on: date
) -> ExpectedRange | None:
    """Return between what the number of cases to which something happened lies, by how many began on the day.

    What nearly all cases do on their first day, such as to arrive, varies as they do.

    Args:
        totals: cases by the day on which it happened.
        started: cases by the day of their begin.
        before: the comparable days before the judged one.
        on: that day.

    Returns:
        None where too few cases began on these days.
    """
    shares = [totals.get(day, 0.0) / started[day] for day in before if started.get(day, 0.0) >= _FEW_STARTED]
    number = started.get(on, 0.0)
    if len(shares) < MIN_DAYS or number < _FEW_STARTED:
        return None
    return ExpectedRange(expected=median(shares) * number, low=min(shares) * number, high=max(shares) * number)


def totals_by_day(events: ir.Table, weight: str) -> dict[date, float]:
    """Return the number of all events of each day that has some.

    Args:
        events: rows of a dataset.
        weight: column of how many events a row stands for; empty where it is one.
    """
    return sums_by_day(leaf_counts(events, "", 0, (), weight=weight).to_pyarrow())


def sums_by_day(counted: pa.Table) -> dict[date, float]:
    """Return the sum of the events of each day among counts."""
    sums = counted.group_by("day").aggregate([("events", "sum")]).to_pydict()
    return dict(zip(sums["day"], sums["events_sum"], strict=True))


def of_members(counted: pa.Table, members: Members) -> pa.Table:
    """Return the counts of a subject.

    Args:
        counted: the result of ``metrics.leaf_counts``.
        members: pairs of dimension and member; ``NO_MEMBER`` are those without one, ``ANY_MEMBER`` those that usually
            have one, or a value.
    """
    for dimension, member in members:
        if member == ANY_MEMBER:
            continue
        column = counted[dimension]
        counted = counted.filter(pc.is_null(column) if member == NO_MEMBER else pc.equal(column, member))
    return counted


def shares_of_others(context: CheckContext, name: str) -> list[float]:
    """Return the events of each other dataset that tells how the day is, as a share of what is expected of it."""
    shares = (context.shared(_share_of_expected, other) for other in COMPANIONS if other != name)
    return [share for share in shares if share is not None]


def _share_of_expected(context: CheckContext, name: str) -> float | None:
    """Return a dataset's events of the day as a share of what is expected; None where few or no such number is."""
    view, columns = context.dataset(name, HISTORY_DAYS), WATCHED[name]
    if not view.sources or not view.is_complete:
        return None
    known = known_days(view)
    totals = totals_by_day(view.recent, columns.weight)
    expected = usual_total(known, totals, context.on).expected
    return totals.get(context.on, 0.0) / expected if expected is not None and expected >= _MANY_EVENTS else None
