"""Daily aggregates: what a metric makes of each day's rows, kept beside the lake for the files that it was made of."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

import ntanalytics.metrics
from ntanalytics.metrics.rows import rows
from ntanalytics.workspace.code_digest import code_digest
from ntanalytics.workspace.daily_counts import CountedLake, DailyCount, count_by_day

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ntanalytics.contract import Dataset


@dataclass(frozen=True)
class DailyAggregate:
    """Metric of each day, made of its rows alone.

    Attributes:
        metric: a function of ``ntanalytics.metrics``: makes rows with ``day``, words and numbers of those of a dataset.
        arguments: arguments of the metric; the rows of a day follow from them and from its own.
        varying: further arguments, which change the rows of some days alone, as the moment does that a report is of.
        varies: whether the rows of a day follow from ``varying``, too: they are made each time.
        reach: days before a day of whose rows its own are made, too.
    """

    metric: Callable[..., ir.Table]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    varying: Mapping[str, Any] = field(default_factory=dict)
    varies: Callable[[dt.date], bool] = lambda _: False
    reach: int = 0

    def __post_init__(self) -> None:
        """Refuse what is not known by its name and the digest of the code.

        Raises:
            ValueError: the function is none of the metrics, or has no name.
        """
        if not self.metric.__module__.startswith(f"{ntanalytics.metrics.__name__}.") or "<" in self.metric.__qualname__:
            raise ValueError(f"{self.metric.__module__}.{self.metric.__qualname__} is no metric: it would not be kept")

    @property
    def words(self) -> tuple[str, ...]:
        """The name of the metric, and the arguments that count on every day."""
        return f"{self.metric.__module__}.{self.metric.__qualname__}", repr(sorted(self.arguments.items()))

    def make(self, table: ir.Table) -> ir.Table:
        """Return what the metric makes of some rows."""
        return self.metric(table, **self.arguments, **self.varying)


def aggregate_by_day(
    workspace: CountedLake, dataset: Dataset, first: dt.date, last: dt.date, aggregate: DailyAggregate
) -> ir.Table:
    """Return what a metric makes of the rows of each day, in memory and in no order.

    Args:
        workspace: the site.
        dataset: the dataset.
        first: the first local day.
        last: the last local day, included.
        aggregate: the metric.
    """
    counting = DailyCount(
        aggregate.words, lambda table: rows(aggregate.make(table)), reach=aggregate.reach, varies=aggregate.varies
    )
    made = count_by_day(workspace, dataset, first, last, counting)
    return ibis.memtable(pa.Table.from_pylist(made, schema=_schema(workspace, dataset, aggregate)))


def _schema(workspace: CountedLake, dataset: Dataset, aggregate: DailyAggregate) -> pa.Schema:
    """Return the columns that a metric makes; to make its expression for them takes as long as to ask it."""
    key = f"columns of {' '.join((dataset.name, *aggregate.words))}"
    made_by, encoded = json.loads(workspace.cached_daily_counts.get(key) or '["", ""]')
    if made_by == code_digest():
        return pa.ipc.read_schema(pa.BufferReader(base64.b64decode(encoded)))
    schema = aggregate.make(workspace.reader.table(dataset, None)).schema().to_pyarrow()
    text = json.dumps([code_digest(), base64.b64encode(schema.serialize()).decode()])
    workspace.cached_daily_counts.put({key: text})
    return schema
