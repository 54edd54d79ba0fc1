"""Listings: files that a program rewrites as a whole, such as the JSON inventory of a backup tool.

The mapping, in DuckDB's SQL, reads one view, ``documents(file, document)``: file name without folder, and whole text. A
listing shows the state of everything at its time of writing. So nothing happened on a day without rows, except for the
days after that time.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from ntanalytics.catalog import Mapping, Product
from ntanalytics.errors import SourceError, SourceUnreachable
from ntanalytics.language import tr
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.archive_limits import unpacked
from ntanalytics.sources.duckdb_tables import query_tables
from ntanalytics.sources.logs import find_files, printable_name
from ntanalytics.sources.source import SourceBase


class ListingSource(SourceBase):
    """Files with one complete listing each, such as one of each backup repository.

    Args:
        name: name of the source in ntanalytics.yml.
        settings: its settings; ``paths`` are the globs.
        product: product that writes the files.
        zone: time zone of naive times, and of the days on which the files were written.
    """

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        super().__init__(name, product, zone)
        self._globs = settings.paths

    def absent_days(self, mapping: Mapping, days: list[dt.date]) -> set[dt.date]:
        """Return the days that are not complete in the oldest listing."""
        written_at = min(path.stat().st_mtime for path in find_files(self._globs, self.name))
        last_day = dt.datetime.fromtimestamp(written_at, self.zone).date()
        today = dt.datetime.now(self.zone).date()
        return {day for day in days if day > last_day or (day == last_day and day < today)}

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """Yield the rows of the mapping in the window; see :meth:`Source.read`.

        Raises:
            SourceUnreachable: no file matches, or a file cannot be read.
            SourceRefused: DuckDB refuses the mapping.
            SourceError: a compressed file is damaged.
        """
        files = find_files(self._globs, self.name)
        documents = [self._text(path) for path in files]
        table = pa.table(
            {"file": [printable_name(path.name) for path in files], "document": pa.array(documents, pa.large_string())}
        )
        with query_tables({"documents": table}, mapping, since, until, self.zone) as batches:
            yield batches

    def _text(self, path: Path) -> str:
        where = f"{self.name}, {path}"
        try:
            with path.open("rb") as file:
                return unpacked(file, path.stat().st_size, where).read().decode("utf-8-sig", "replace")
        except (EOFError, zlib.error) as error:
            raise SourceError(tr("the compressed file is damaged: {error}", error=error), where=where) from error
        except OSError as error:
            raise SourceUnreachable(
                tr("cannot read the file: {strerror}", strerror=error.strerror),
                where=where,
                todo=tr("let the user that runs ntanalytics read it"),
            ) from error
