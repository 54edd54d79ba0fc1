"""A mapping in DuckDB's SQL over tables in memory, for the kinds of source that fetch what they hold as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from collections.abc import Mapping as Map
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from ntanalytics import duckdb_sandbox
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
def over_tables(
    tables: Map[str, pa.Table],
    mapping: Mapping,
    since: dt.datetime,
    until: dt.datetime,
    zone: ZoneInfo,
    *,
    missing: str = "DuckDB refuses the mapping",
    todo: str = "",
) -> Iterator[Iterator[pa.RecordBatch]]:
    """The mapping's rows in the window, over views of these tables and nothing else of the machine.

    Args:
        tables: view → what it shows.
        mapping: one whose SQL is DuckDB's.
        since: the window's beginning.
        until: its end.
        zone: the zone of the source's naive times.
        missing: what to say where the mapping names a view or a column that is not there.
        todo: what can be done about that.

    Raises:
        SourceRefused: DuckDB refuses the mapping.
        SourceError: it failed on a value.
    """
    with duckdb_sandbox.open_connection() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        duckdb_sandbox.lock(connection)
        values = bound_window(mapping.window_form, since, until, zone)
        where = str(mapping.path)
        try:
            rows = connection.sql(rename_parameters(mapping.sql, "$"), params=values).to_arrow_table(BATCH_ROWS)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise SourceRefused(f"{missing}: {str(error).splitlines()[0]}", where=where, todo=todo) from None
        except REFUSALS as error:
            raise SourceRefused(f"DuckDB refuses the mapping: {error}", where=where) from None
        except duckdb.Error as error:
            # DuckDB quotes the value that it could not convert: what kind of failure it was says enough.
            what = str(error).partition("\n")[0].partition(": ")[0]
            raise SourceError(f"DuckDB failed on the mapping: {what}", where=where) from None
        reader: pa.RecordBatchReader = rows.to_reader()
        yield reader
