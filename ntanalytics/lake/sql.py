"""SQL of an analyst over the lake: one SELECT over the datasets and nothing else.

Each query runs in an own in-memory DuckDB with a view for each dataset in the query. That connection is locked first:
it can open the files of these views only (see :mod:`ntanalytics.duckdb_sandbox`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import duckdb
import pandas as pd
import pyarrow as pa

from ntanalytics import duckdb_sandbox
from ntanalytics.contract import DATASETS, Dataset, Type
from ntanalytics.errors import LakeError, UnknownName, UsageError
from ntanalytics.language import tr

_WHERE = "ws.sql"
_UNKNOWN_COLUMN = re.compile(r'[Rr]eferenced column "([^"]+)" not found|does not have a column named "([^"]+)"')
_TYPES = {
    Type.TEXT: "VARCHAR",
    Type.INTEGER: "BIGINT",
    Type.NUMBER: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
    Type.TIMESTAMP: "TIMESTAMPTZ",
    Type.DATE: "DATE",
}


def view_name(dataset: str) -> str:
    """Return the SQL name of a dataset, such as ``sms_messages``; ``sms.messages`` can be written, too."""
    return dataset.replace(".", "_")


def mentioned_datasets(query: str) -> list[Dataset]:
    """Return the datasets named in a query; all datasets if there is none (``SHOW TABLES``)."""
    datasets = [dataset for dataset in DATASETS.values() if _name_pattern(dataset.name).search(query)]
    return datasets or list(DATASETS.values())


def mentions_calendar(query: str) -> bool:
    """Return whether a query reads the table ``calendar``."""
    return re.search(r"\bcalendar\b", query, re.IGNORECASE) is not None


def canonical_name(column: str) -> str:
    """Return the column with our names of the units that a column names: ``canonical_unit`` of ``unit``."""
    return f"canonical_{column}"


def select(
    query: str,
    files: Mapping[str, Sequence[str]],
    unit_columns: Mapping[str, Sequence[str]] = MappingProxyType({}),
    units: pa.Table | None = None,
    calendar: pa.Table | None = None,
) -> pd.DataFrame:
    """Return the rows of a query as a DataFrame; times are UTC, days are local days.

    Args:
        query: one SELECT (also ``DESCRIBE``, ``SUMMARIZE``, ``SHOW TABLES``) over the views of the datasets.
        files: dataset → its Parquet files; no files if nothing was ever extracted. Other datasets have no view.
        unit_columns: dataset → its columns with names of units; beside each stands the canonical name.
        units: the names (``unit``), each with ours (``canonical``); a name that is not there stays as it is.
        calendar: the days, for a query that mentions the table ``calendar``; None for another one.

    Raises:
        UsageError: the query is not one SELECT, has an unknown name, or reads something else than the datasets.
        LakeError: a file of the lake is missing or damaged.
    """
    with duckdb_sandbox.open_connection() as connection:
        try:
            _create_units(connection, units)
            if calendar is not None:
                connection.register("given_days", calendar)
                connection.execute("CREATE TABLE calendar AS FROM given_days")
                connection.unregister("given_days")
            for name, paths in files.items():
                _create(connection, DATASETS[name], paths, unit_columns.get(name, ()))
            duckdb_sandbox.lock(connection, files=[path for paths in files.values() for path in paths])
        except duckdb.Error as error:
            raise LakeError(tr("cannot read the files: {error}", error=error), where=", ".join(files)) from error
        try:
            _check(connection, query)
            return connection.execute(query).df()
        except duckdb.PermissionException as error:
            raise UsageError(
                tr("a query reads the datasets and nothing else: {first_line}", first_line=_first_line(error)),
                where=_WHERE,
                todo=tr("SHOW TABLES lists the datasets; Python and pandas read other files"),
            ) from error
        except duckdb.IOException as error:
            raise LakeError(tr("cannot read the files: {error}", error=error), where=", ".join(files)) from error
        except duckdb.Error as error:
            if unknown := _UNKNOWN_COLUMN.search(str(error)):
                raise UnknownName(
                    "column", unknown[1] or unknown[2], _columns(files, unit_columns), where=_WHERE
                ) from error
            is_syntax = isinstance(error, duckdb.ParserException)
            todo = (
                tr("look at the mark; write AS before an alias") if is_syntax else tr("SHOW TABLES lists the datasets")
            )
            raise UsageError(str(error), where=_WHERE, todo=todo) from error


def _columns(datasets: Iterable[str], unit_columns: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the columns of some datasets, with those of the canonical names."""
    names = {column.name for dataset in datasets for column in DATASETS[dataset].columns} | {"source", "day"}
    return names | {canonical_name(column) for dataset in datasets for column in unit_columns.get(dataset, ())}


def _create_units(connection: duckdb.DuckDBPyConnection, units: pa.Table | None) -> None:
    """Create the table of the names of units, in a schema of its own."""
    connection.execute("CREATE SCHEMA canonical; CREATE TABLE canonical.units (unit VARCHAR, canonical VARCHAR)")
    if units is not None:
        connection.register("given_units", units)
        connection.execute("INSERT INTO canonical.units SELECT unit, canonical FROM given_units")
        connection.unregister("given_units")


def _create(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, files: Sequence[str], unit_columns: Sequence[str]
) -> None:
    """Create the view of a dataset, with the columns and types of the contract, under both names."""
    columns = {**{column.name: _TYPES[column.type] for column in dataset.columns}, "source": "VARCHAR", "day": "DATE"}
    if files:
        columns_sql = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
        paths = ", ".join(duckdb_sandbox.sql_literal(path) for path in files)
        source = f"read_parquet([{paths}], hive_partitioning = true, union_by_name = true)"
    else:
        columns_sql = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
        source = "range(0)"
    subsystem, noun = dataset.name.split(".")
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{subsystem}"')
    body = f"SELECT {columns_sql} FROM {source}"  # noqa: S608 — names of the contract, and quoted paths
    for column in unit_columns:
        ours = f'coalesce(names.canonical, given."{column}") AS "{canonical_name(column)}"'
        on = f'names.unit = given."{column}"'
        body = f"SELECT given.*, {ours} FROM ({body}) AS given LEFT JOIN canonical.units AS names ON {on}"  # noqa: S608 — names of the contract
    connection.execute(f'CREATE VIEW "{view_name(dataset.name)}" AS {body}')
    connection.execute(f'CREATE VIEW "{subsystem}"."{noun}" AS FROM main."{view_name(dataset.name)}"')


def _check(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Refuse anything but one SELECT: a COPY could overwrite the allowed files."""
    statements = connection.extract_statements(query)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        kinds = ", ".join(statement.type.name for statement in statements) or "nothing"
        raise UsageError(tr("the lake is read, by one SELECT at a time; this is {kinds}", kinds=kinds), where=_WHERE)


def _name_pattern(dataset: str) -> re.Pattern[str]:
    subsystem, noun = dataset.split(".")
    return re.compile(rf'(?<!\w){subsystem}(_|"?\s*\.\s*"?){noun}(?!\w)', re.IGNORECASE)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
