"""What every kind of source offers: the rows of one mapping within one window, as Arrow batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol
from zoneinfo import ZoneInfo

import pyarrow as pa

from ntanalytics.catalog import Mapping, Product

#: Rows in a batch: large enough for vectorised work, small enough that memory stays flat.
BATCH_ROWS = 32_768


class Source(Protocol):
    """A place to read from; only ever read.

    Attributes:
        name: its name in ntanalytics.yml.
        product: what it is.
        zone: the zone of its naive times.
        chunk_days: how many days to ask for at once; 0 for the whole window in one pass.
        silence_is_absence: whether a day without a row means that its data are not there (a log
            that was rotated away), rather than that nothing happened.
    """

    name: str
    product: Product
    zone: ZoneInfo
    chunk_days: int
    silence_is_absence: bool

    def mapping(self, dataset: str) -> Mapping:
        """The mapping that this source uses for a dataset.

        Raises:
            UnknownName: its product does not feed that dataset.
        """
        ...

    def absent_days(self, mapping: Mapping, days: list[dt.date]) -> set[dt.date]:
        """Of ``days``, those whose data the source is known not to hold."""
        ...

    def read(
        self, mapping: Mapping, since: dt.datetime, until: dt.datetime
    ) -> AbstractContextManager[Iterator[pa.RecordBatch]]:
        """The mapping's rows in ``[since, until)``, in batches of the source's own types.

        Raises:
            SourceError: it could not be read; see the tree in ``ntanalytics.errors``.
        """
        ...
