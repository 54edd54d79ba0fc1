"""A mapping in DuckDB's SQL over one table in memory, for the kinds of source that fetch a whole table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from ntanalytics.catalog import Mapping
from ntanalytics.errors import SourceError, SourceRefused
from ntanalytics.sources.binding import bound_window, rename_parameters
from ntanalytics.sources.source import BATCH_ROWS

#: What DuckDB raises when the SQL itself is at fault; no value is quoted in these.
REFUSALS = (
    duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.SyntaxException,
    duckdb.NotImplementedException, duckdb.PermissionException,
)  # fmt: skip


@contextmanager
def over_table(
    name: str, table: pa.Table, mapping: Mapping, since: dt.datetime, until: dt.datetime, zone: ZoneInfo
) -> Iterator[Iterator[pa.RecordBatch]]:
    """The mapping's rows in the window, over a view ``name`` of ``table`` and nothing else of the machine.

    Raises:
        SourceRefused: DuckDB refuses the mapping.
        SourceError: it failed on a value.
    """
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_external_access = false")
        connection.register(name, table)
        connection.execute("SET lock_configuration = true")
        values = bound_window(mapping.window_form, since, until, zone)
        try:
            rows = connection.sql(rename_parameters(mapping.sql, "$"), params=values).to_arrow_table(BATCH_ROWS)
        except REFUSALS as error:
            raise SourceRefused(f"DuckDB refuses the mapping: {error}", where=str(mapping.path)) from None
        except duckdb.Error as error:
            # DuckDB quotes the value that it could not convert: what kind of failure it was says enough.
            what = str(error).partition("\n")[0].partition(": ")[0]
            raise SourceError(f"DuckDB failed on the mapping: {what}", where=str(mapping.path)) from None
        yield iter(rows.to_batches())
