"""Base of the readers of the lake. An Ibis table is the file list of one Delta version."""

from __future__ import annotations

import datetime as dt
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import and_
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.contract import Dataset
from ntanalytics.lake.delta import DeltaLake

#: From this number of files on, opening them takes notable time; and the rows that are read in the same time.
_MANY_FILES, _FEW_ROWS = 20, 100

#: Seconds after which the files of an object store are fetched again; the cache keeps used files for longer.
_MAX_AGE_S = 1800


class Reader(ABC):
    """Ibis tables of a lake by one engine.

    Args:
        lake: the lake.

    Attributes:
        connection: Ibis backend.
    """

    connection: Any

    def __init__(self, lake: DeltaLake) -> None:
        self._lake = lake
        self._older_cases: dict[tuple[str, int, dt.date, dt.datetime], ir.Table] = {}
        self._types: dict[str, ibis.Schema] = {}
        self._tables: dict[tuple[str, int, dt.date | None, dt.date | None], tuple[ir.Table, float]] = {}

    def table(
        self, dataset: Dataset, version: int | None, first: dt.date | None = None, last: dt.date | None = None
    ) -> ir.Table:
        """Return the rows of a version from day ``first`` to ``last``.

        Args:
            dataset: dataset of the table.
            version: version of the table; None (no table): an empty table is returned.
            first: first local day; None: no bound.
            last: last local day, included; None: no bound.
        """
        if version is None:
            return self._empty(dataset)
        key = (dataset.name, version, first, last)
        table, read_at = self._tables.get(key, (None, 0.0))
        # The cache of an object store may remove files that were not used for long.
        if table is None or (self._lake.bucket and time.monotonic() - read_at > _MAX_AGE_S):
            table = self._read(dataset, version, first, last)
            self._tables[key] = table, time.monotonic()
        return table

    def older_cases(
        self,
        dataset: Dataset,
        version: int | None,
        before: dt.date,
        since: dt.datetime,
        closed: AbstractSet[dt.date] = frozenset(),
    ) -> ir.Table:
        """Return the cases of a version that began before a day, and were open or changed at a moment or later.

        They are few beside all that ever were, and held in memory.

        Args:
            dataset: a dataset of cases.
            version: version of the table; None (no table): an empty table is returned.
            before: the local day.
            since: the moment, aware.
            closed: days known to have no open case in this version.
        """
        if version is None:
            return self._empty(dataset)
        key = (dataset.name, version, before, since)
        if key not in self._older_cases:
            files = self._lake.case_files(dataset, version, before, since, closed)
            if not files:
                return self._empty(dataset)
            table = cases_since(dataset, self._open(dataset, files), since)
            self._older_cases[key] = self.from_arrow(self._of_contract(dataset, table).to_pyarrow())
        return self._older_cases[key]

    def _read(self, dataset: Dataset, version: int, first: dt.date | None, last: dt.date | None) -> ir.Table:
        files = self._lake.files(dataset.name, version, first, last)
        if not files:
            return self._empty(dataset)
        rows = self._of_contract(dataset, self._open(dataset, files))
        count = self._lake.rows(dataset.name, version, first, last) if len(files) >= _MANY_FILES else None
        return self._cached(dataset, rows, has_small_files=count is not None and count <= _FEW_ROWS * len(files))

    @abstractmethod
    def _open(self, dataset: Dataset, files: Sequence[str]) -> ir.Table:
        """Return the rows of one or more files: the columns of the contract, and the partition column ``day``."""

    def _cached(self, dataset: Dataset, rows: ir.Table, *, has_small_files: bool) -> ir.Table:  # noqa: ARG002 - for the engines
        """Return the rows in the best form for the engine, such as a table in memory for few rows of many files."""
        return rows

    def _empty(self, dataset: Dataset) -> ir.Table:
        return self.from_arrow(self.types(dataset).to_pyarrow().empty_table())

    def types(self, dataset: Dataset) -> ibis.Schema:
        """Return the columns of the contract as nullable, since a view of an engine has no other information."""
        types = self._types.get(dataset.name)
        if types is None:
            of_arrow = ibis.Schema.from_pyarrow(dataset.schema())
            types = ibis.schema({name: type_.copy(nullable=True) for name, type_ in of_arrow.items()})
            self._types[dataset.name] = types
        return types

    def _of_contract(self, dataset: Dataset, table: ir.Table) -> ir.Table:
        """Return the columns of the contract; one that an older version of a table does not have is null."""
        types = self.types(dataset)
        if table.schema() == types:
            return table
        columns = []
        for name, type_ in types.items():
            value = table[name].cast(type_) if name in table.columns else ibis.null(type_)
            columns.append(value.name(name))
        return table.select(columns)

    def from_arrow(self, table: pa.Table) -> ir.Table:
        """Return a small table in memory as an Ibis table, which can be combined with those of the engine."""
        memory_table: ir.Table = ibis.memtable(table)
        return memory_table


def cases_since(dataset: Dataset, table: ir.Table, since: dt.datetime) -> ir.Table:
    """Return the rows of a dataset of cases that were open or changed at a moment or later.

    A case without a moment of its end counts as open: the metrics know which states end one.
    """
    may_be_open = reduce(and_, (table[name].isnull() for name in dataset.ended))
    return table.filter((table[dataset.changed] >= ibis.literal(since)) | may_be_open)
