"""Damaged workspace: an untouched estate with one mutation, as if its source had given the data so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.evaluation.mutations.damages import damage
from ntanalytics.evaluation.mutations.mutation import Mutation
from ntanalytics.evaluation.mutations.series import DamagedRows
from ntanalytics.evaluation.mutations.shape import shape_of
from ntanalytics.evaluation.past_workspace import PastWorkspace
from ntanalytics.ledger import CoverageDay
from ntanalytics.settings import Settings


class DamagedWorkspace(PastWorkspace):
    """Lake of an untouched estate, in which one mutation after the other can be made.

    The damage is made in the engine's tables, before the rows are taken back to what was known on a morning; the lake
    itself is never written. The extraction is no part of it: what it counts of each day follows the damage.

    Args:
        settings: the site.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, {})
        self.untouched: Mapping[str, ir.Table] = dict(self._tables)

    @cached_property
    def offset_h(self) -> int:
        """Hours by which local time is ahead of UTC."""
        offset = dt.datetime.combine(max(self.lake_days), dt.time(), self.settings.zone).utcoffset()
        return round((offset or dt.timedelta()).total_seconds() / 3600)

    @cached_property
    def lake_days(self) -> list[dt.date]:
        """Days of which the lake has events, in order."""
        events = [name for name in self._tables if dataset_named(name).kind is Kind.EVENT]
        return sorted({covered.day for name in events for covered in self._coverage[name]})

    @cached_property
    def calendar_days(self) -> list[dict[str, object]]:
        """Days of the lake as :meth:`Workspace.days` has them."""
        days = self.lake_days
        rows: list[dict[str, object]] = self.days(days[0], days[-1], set(days)).to_pyarrow().to_pylist()
        return rows

    @contextmanager
    def damaged(self, mutation: Mutation) -> Iterator[DamagedRows]:
        """Have the lake read with a mutation, and yield the rows of its dataset."""
        name = mutation.dataset
        coverage = self._coverage[name]
        rows = damage(self.untouched[name], mutation, self.offset_h)
        table_name = ibis.util.gen_name("damaged")
        self._tables[name] = self.reader.connection.create_table(table_name, rows, temp=True)
        self._coverage[name] = self._counted(name, coverage, mutation)
        self._known_tables.clear()
        try:
            yield DamagedRows(
                untouched=self.untouched[name],
                damaged=self._tables[name],
                calendar=self.calendar_days,
                offset_h=self.offset_h,
            )
        finally:
            self._tables[name], self._coverage[name] = self.untouched[name], coverage
            self._known_tables.clear()
            self.reader.connection.raw_sql(f'DROP TABLE "{table_name}"')

    def files_by_day(self, dataset: str, first: dt.date, last: dt.date) -> Mapping[dt.date, Sequence[str]] | None:
        """Return None of a damaged dataset: what was counted of the lake's files is not what is read."""
        is_damaged = self._tables.get(dataset) is not self.untouched.get(dataset)
        return None if is_damaged else super().files_by_day(dataset, first, last)

    def _counted(self, dataset: str, coverage: list[CoverageDay], mutation: Mutation) -> list[CoverageDay]:
        """Return the coverage with the rows that the source would have given; cases are counted when they change."""
        if dataset_named(dataset).kind is not Kind.EVENT:
            return coverage
        # a clock moves rows to the days beside
        first, last = (day + dt.timedelta(days=days) for day, days in ((mutation.days[0], -1), (mutation.days[-1], 1)))
        before, after = (
            self._events(table, dataset, first, last) for table in (self.untouched[dataset], self._tables[dataset])
        )
        counted = []
        for item in coverage:
            given = before.get((item.source, item.day))
            share = after.get((item.source, item.day), 0) / given if given else 1.0
            rows, source_rows = round(item.rows * share), round(item.source_rows * share)
            counted.append(replace(item, rows=rows, source_rows=source_rows))
        return counted

    def _events(self, table: ir.Table, dataset: str, first: dt.date, last: dt.date) -> dict[tuple[str, dt.date], int]:
        rows = table.filter(table.day.between(first, last))
        counts = rows.group_by("source", "day").aggregate(events=shape_of(dataset).events(rows).sum())
        return {(row["source"], row["day"]): row["events"] for row in counts.to_pyarrow().to_pylist()}
