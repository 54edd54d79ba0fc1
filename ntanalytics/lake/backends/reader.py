"""Reading the lake as Ibis tables, whatever the engine: a table is the file list of one Delta version."""

from __future__ import annotations

import datetime as dt
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.contract import Dataset
from ntanalytics.lake.delta import DeltaLake

#: Files from which on it counts how long it takes to open them, and the rows of one that are read in that time.
_MANY, _FEW = 20, 100

#: Seconds after which a table of an object store's is looked at anew: less than what was used stays.
_FRESH_S = 1800


class Reader(ABC):
    """Ibis tables over a lake, all of one engine.

    Args:
        lake: whose tables.

    Attributes:
        connection: the Ibis backend.
    """

    connection: Any

    def __init__(self, lake: DeltaLake) -> None:
        self._lake = lake
        self._tables: dict[tuple[str, int, dt.date | None, dt.date | None], tuple[ir.Table, float]] = {}

    def table(
        self, dataset: Dataset, version: int | None, first: dt.date | None = None, last: dt.date | None = None
    ) -> ir.Table:
        """The rows of a version from day ``first`` to ``last``; an empty table where there are none.

        Args:
            dataset: whose.
            version: the table's version; None when nothing was ever written.
            first: the first local day; None for no bound.
            last: the last local day, included; None for no bound.
        """
        if version is None:
            return self._nothing(dataset)
        asked = (dataset.name, version, first, last)
        made, made_at = self._tables.get(asked, (None, 0.0))
        # What is kept here of an object store may go when it was not used for long.
        if made is None or (self._lake.bucket and time.monotonic() - made_at > _FRESH_S):
            made = self._read(dataset, version, first, last)
            self._tables[asked] = made, time.monotonic()
        return made

    def _read(self, dataset: Dataset, version: int, first: dt.date | None, last: dt.date | None) -> ir.Table:
        files = self._lake.files(dataset.name, version, first, last)
        if not files:
            return self._nothing(dataset)
        read = self._open(dataset, files)
        types = _types(dataset)
        rows = read.select([read[name].cast(type_).name(name) for name, type_ in types.items()])
        told = self._lake.rows(dataset.name, version, first, last) if len(files) >= _MANY else None
        return self._known(dataset, rows, is_scattered=told is not None and told <= _FEW * len(files))

    @abstractmethod
    def _open(self, dataset: Dataset, files: Sequence[str]) -> ir.Table:
        """The rows of some files of a dataset, at least one: the contract's columns, and the partition's ``day``."""

    def _known(self, dataset: Dataset, rows: ir.Table, *, is_scattered: bool) -> ir.Table:  # noqa: ARG002 - what an engine may want
        """The rows of files, as the engine knows them best; few rows of many files may be read at once."""
        return rows

    def _nothing(self, dataset: Dataset) -> ir.Table:
        return self.memory(_types(dataset).to_pyarrow().empty_table())

    def memory(self, table: pa.Table) -> ir.Table:
        """A small table in memory as an Ibis table, which goes with those of any engine."""
        made: ir.Table = ibis.memtable(table)
        return made


def _types(dataset: Dataset) -> ibis.Schema:
    """The contract's columns; any may be null, for that is all that an engine tells of a view."""
    types = ibis.Schema.from_pyarrow(dataset.schema())
    return ibis.schema({name: type_.copy(nullable=True) for name, type_ in types.items()})
