"""Days of which no case is open any more, so that their files need not be read for what is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from ntanalytics.contract import Dataset
from ntanalytics.metrics.rows import rows
from ntanalytics.workspace.daily_counts import Count, CountedLake, DailyCount, count_by_day

if TYPE_CHECKING:
    import ibis.expr.types as ir


def days_without_open_cases(workspace: CountedLake, dataset: Dataset, before: dt.date) -> frozenset[dt.date]:
    """Return the days before a day whose files have no case without a moment of its end.

    The bounds of a file tell it of cases that end in one way. Of those that end in several, each column has nulls in
    every file, and years of them would be read for the few that are open: they are counted once for each day's files.

    Args:
        workspace: the site.
        dataset: a dataset of cases.
        before: the local day.
    """
    last = before - dt.timedelta(days=1)
    files = workspace.files_by_day(dataset.name, dt.date.min, last) if len(dataset.ended) > 1 else None
    if not files:
        return frozenset()  # the bounds tell it, or not all rows of a file are known

    def count_open(table: ir.Table) -> Iterable[Count]:
        open_cases = table.filter(reduce(and_, (table[name].isnull() for name in dataset.ended)))
        return rows(open_cases.group_by("day").aggregate(open=open_cases.count()))

    counted = count_by_day(
        workspace, dataset, min(files), max(files), DailyCount(("open cases", *dataset.ended), count_open)
    )
    return frozenset(files) - {row["day"] for row in counted}
