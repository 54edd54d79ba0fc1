"""Minutes: events of each source by day and minute, from which clocks are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract import DATASETS, Kind, Type
from ntanalytics.detectors.comparable_days import comparable_days
from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.minute_profile import MINUTES
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.slots import slot_of
from ntanalytics.workspace.dataset_view import DatasetView

#: Days before the inspected one among which comparable ones show the usual minutes: those that surveillance reads, too.
MINUTE_DAYS = HISTORY_DAYS

#: Most comparable days that are read.
_MOST_DAYS = 10

#: Datasets that a monitor makes every few minutes, so that their day has no profile.
_SAMPLED = frozenset({"infra.checks"})

#: Datasets whose rows have a minute; moments that people write down show no clock.
BY_MINUTE = tuple(
    name
    for name, contract in DATASETS.items()
    if contract.kind is not Kind.STATE
    if contract.time and contract.column(contract.time).type is Type.TIMESTAMP
    if contract.column(contract.time).grain != "hour"
    if contract.subsystem != "desk" and name not in _SAMPLED
)

#: A dataset, a source of it, and a part of that, which is empty where the dataset has none.
MinuteSeries = tuple[str, str, str]

_MINUTE_S = 60.0


def minutes_by_series(context: CheckContext) -> dict[MinuteSeries, Floats]:
    """Return dataset, source and part → events by day and minute, the inspected day last.

    A source that lacks the day, or gave a part of it or other hours of it, is left out.

    Args:
        context: the context of a day.
    """
    views = {name: context.dataset(name, MINUTE_DAYS) for name in BY_MINUTE}
    views = {name: view for name, view in views.items() if set(view.sources) - view.gap_sources}
    days = {name: _days(context, view) for name, view in views.items()}
    if not views:
        return {}
    wanted = sorted(set().union(*days.values()))
    events = ibis.union(*(_timed(view, context) for view in views.values()), distinct=False)
    counted = events.filter(events.day.isin(wanted)).group_by(*events.columns).aggregate(events=ibis._.count())
    series = _by_series(counted.to_pyarrow(), days)
    return {key: counts for key, counts in series.items() if key[1] not in views[key[0]].gap_sources}


def _days(context: CheckContext, view: DatasetView) -> list[date]:
    return [*reversed(comparable_days(rows(view.days), context.on, _MOST_DAYS)), context.on]


def _timed(view: DatasetView, context: CheckContext) -> ir.Table:
    """Return the rows of a dataset by day and minute, with dataset, source and part."""
    events, contract = view.recent, view.contract
    return events.select(
        "day",
        "source",
        slot=slot_of(events[contract.time], context.utc_offset_h, int(_MINUTE_S)),
        dataset=ibis.literal(BY_MINUTE.index(contract.name), "int8"),
        part=events[contract.part].fill_null("") if contract.part else ibis.literal(""),
    )


def _by_series(counted: pa.Table, days: Mapping[str, Sequence[date]]) -> dict[MinuteSeries, Floats]:
    """Return dataset, source and part → events by day and minute, the inspected day last."""
    names = [counted[name].combine_chunks().dictionary_encode() for name in ("dataset", "source", "part")]
    code = np.zeros(len(counted), dtype=np.int64)
    for name in names:
        code = code * len(name.dictionary) + name.indices.to_numpy()
    codes, row = np.unique(code, return_index=True)
    day, slot, events = (counted[name].to_numpy() for name in ("day", "slot", "events"))
    series = {}
    for own, index in zip(codes, row, strict=True):
        dataset, source, part = (name[int(index)].as_py() for name in names)
        dataset = BY_MINUTE[dataset]
        moments = np.array(days[dataset], dtype="datetime64[D]")
        place = np.minimum(np.searchsorted(moments, day), len(moments) - 1)
        is_own = (code == own) & (moments[place] == day)
        counts = np.zeros((len(moments), MINUTES))
        counts[place[is_own], slot[is_own]] = events[is_own]
        series[dataset, source, part] = counts
    return series
