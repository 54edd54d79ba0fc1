"""Interface of all kinds of sources, and their common base."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol
from zoneinfo import ZoneInfo

import pyarrow as pa

from ntanalytics.catalog import Mapping, Product

#: Rows of a batch: many enough for vectorised work, few enough for little memory.
BATCH_ROWS = 65_536


class Source(Protocol):
    """A source of data, opened for reading only.

    Attributes:
        name: name in ntanalytics.yml.
        product: product of the source.
        zone: time zone of its naive times.
        chunk_days: days to read at once; 0 for the whole window in one pass.
        empty_means_absent: whether a day without rows has no data in the source (such as a log that was rotated away);
            if False, nothing happened on that day.
        is_read_whole: whether each extraction reads the whole source (a workbook), so that each of them meets every row
            that its mapping rejects.
    """

    name: str
    product: Product
    zone: ZoneInfo
    chunk_days: int
    empty_means_absent: bool
    is_read_whole: bool

    def mapping(self, dataset: str) -> Mapping:
        """Return the mapping of this source for a dataset.

        Raises:
            UnknownName: its product does not feed that dataset.
        """
        ...

    def absent_days(self, mapping: Mapping, days: list[dt.date]) -> set[dt.date]:
        """Return the days without data in the source, as far as it is known before reading."""
        ...

    def require_rows(self, mapping: Mapping) -> None:
        """Check that what a mapping reads has a row at all, as far as it is known before reading.

        Raises:
            SourceEmptied: it is there, and has none; of a mapping that has given rows this is a loss.
        """
        ...

    def read(
        self, mapping: Mapping, since: dt.datetime, until: dt.datetime
    ) -> AbstractContextManager[Iterator[pa.RecordBatch]]:
        """Yield the rows of the mapping in ``[since, until)``, in batches of the source's own types.

        Raises:
            SourceError: the source cannot be read; see the tree in ``ntanalytics.errors``.
        """
        ...


class SourceBase:
    """Common attributes and methods of the sources; see :class:`Source`.

    Args:
        name: name of the source in ntanalytics.yml.
        product: product of the source.
        zone: time zone of its naive times.
    """

    chunk_days = 0
    empty_means_absent = False
    is_read_whole = False

    def __init__(self, name: str, product: Product, zone: ZoneInfo) -> None:
        self.name, self.product, self.zone = name, product, zone

    def mapping(self, dataset: str) -> Mapping:
        """Return the mapping for a dataset; see :meth:`Source.mapping`."""
        return self.product.mapping(dataset, "duckdb")

    def absent_days(self, mapping: Mapping, days: list[dt.date]) -> set[dt.date]:
        """Return no day: nothing is known before reading."""
        return set()

    def require_rows(self, mapping: Mapping) -> None:
        """Check nothing: it is not known before reading."""
