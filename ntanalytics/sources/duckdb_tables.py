"""Mappings in DuckDB's SQL over tables in memory, for sources that fetch all their data at once."""

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
from ntanalytics.language import tr
from ntanalytics.sources.binding import bound_window, rename_parameters
from ntanalytics.sources.source import BATCH_ROWS
from ntanalytics.sources.sql_mistakes import first_line, naming_mistakes

#: Errors of DuckDB about the SQL itself; their messages contain no values.
REFUSALS = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.SyntaxException,
    duckdb.NotImplementedException,
    duckdb.PermissionException,
)


@contextmanager
def query_tables(
    tables: Map[str, pa.Table],
    mapping: Mapping,
    since: dt.datetime,
    until: dt.datetime,
    zone: ZoneInfo,
    *,
    missing: str = "DuckDB refuses the mapping",
    todo: str = "",
) -> Iterator[Iterator[pa.RecordBatch]]:
    """Yield the rows of a mapping in the window, from these tables only.

    Args:
        tables: view → table.
        mapping: mapping in DuckDB's SQL.
        since: start of the window.
        until: end of the window.
        zone: time zone of the source's naive times.
        missing: message for a missing view or column.
        todo: remedy for it.

    Raises:
        SourceRefused: DuckDB refuses the mapping.
        SourceError: DuckDB failed on a value.
    """
    with naming_mistakes(mapping), duckdb_sandbox.open_connection() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        duckdb_sandbox.lock(connection)
        values = bound_window(mapping.window_form, since, until, zone)
        where = str(mapping.path)
        try:
            rows = connection.sql(rename_parameters(mapping.sql, "$"), params=values).to_arrow_table(BATCH_ROWS)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise SourceRefused(f"{missing}: {first_line(error)}", where=where, todo=todo) from None
        except REFUSALS as error:
            raise SourceRefused(
                tr("DuckDB refuses the mapping: {error}", error=first_line(error)), where=where
            ) from None
        except duckdb.Error as error:
            # The kind of the failure only: the message contains the value.
            kind = str(error).partition("\n")[0].partition(": ")[0]
            raise SourceError(tr("DuckDB failed on the mapping: {kind}", kind=kind), where=where) from None
        reader: pa.RecordBatchReader = rows.to_reader()
        yield reader
