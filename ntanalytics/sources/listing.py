"""Listings: files that a program writes anew as a whole, such as the JSON of a backup tool's inventory.

The mapping, in DuckDB's SQL, sees one view, ``documents(file, document)``: the file's name without
its folder, and its whole text. A log grows and is rotated away; a listing says how everything is at
the moment when it is written. So a day without a row is a day on which nothing happened, unless it
lies after that moment.
"""

from __future__ import annotations

import datetime as dt
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from ntanalytics.catalog import Mapping, Product
from ntanalytics.errors import SourceError, SourceUnreachable
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.archive_limits import ArchiveLimits
from ntanalytics.sources.duckdb_tables import over_tables
from ntanalytics.sources.logs import matching_files, readable


class ListingSource:
    """Files of which each holds a whole listing; of several, each is one repository's.

    Args:
        name: its name in ntanalytics.yml.
        settings: its entry there; ``paths`` are the globs.
        product: what writes the files.
        zone: the zone of the naive times in them, and of the day on which they were written.
    """

    chunk_days = 0
    silence_is_absence = False

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        self.name = name
        self.product = product
        self.zone = zone
        self._globs = settings.paths

    def mapping(self, dataset: str) -> Mapping:
        """The product's mapping for a dataset."""
        return self.product.mapping(dataset)

    def absent_days(self, mapping: Mapping, days: list[dt.date]) -> set[dt.date]:
        """The days that the oldest of the listings cannot tell of, or not to their end."""
        written = min(path.stat().st_mtime for path in matching_files(self._globs, self.name))
        told_until = dt.datetime.fromtimestamp(written, self.zone).date()
        today = dt.datetime.now(self.zone).date()
        return {day for day in days if day > told_until or (day == told_until and day < today)}

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """The mapping's rows in the window; see :class:`ntanalytics.sources.source.Source`.

        Raises:
            SourceUnreachable: no file matches, or one cannot be read.
            SourceRefused: DuckDB refuses the mapping.
            SourceError: a compressed file is damaged.
        """
        files = matching_files(self._globs, self.name)
        documents = [self._text(path) for path in files]
        table = pa.table(
            {"file": [readable(path.name) for path in files], "document": pa.array(documents, pa.large_string())}
        )
        with over_tables({"documents": table}, mapping, since, until, self.zone) as batches:
            yield batches

    def _text(self, path: Path) -> str:
        where = f"{self.name}, {path}"
        try:
            with path.open("rb") as file:
                packed = path.suffix == ".gz"
                stream = ArchiveLimits(file, path.stat().st_size, where) if packed else file
                return stream.read().decode("utf-8", "replace")
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise SourceError(f"the compressed file is damaged: {error}", where=where) from error
        except OSError as error:
            raise SourceUnreachable(
                f"cannot read the file: {error.strerror}",
                where=where,
                todo="let the user that runs ntanalytics read it",
            ) from error
