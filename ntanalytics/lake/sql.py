"""SQL over the lake for an analyst: one SELECT, over the datasets, and nothing else can be reached.

Each query gets a DuckDB of its own, in memory, that holds a view for each dataset which the query names. Before the
query is run, that DuckDB may open the files of those views and no other file, loads no extension, opens no
connection, sees no variable of Python, and takes no setting back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import duckdb
import pandas as pd

from ntanalytics import duckdb_sandbox
from ntanalytics.contract import DATASETS, Dataset, Type
from ntanalytics.errors import LakeError, UsageError

_WHERE = "ws.sql"
_TYPES = {
    Type.TEXT: "VARCHAR",
    Type.INTEGER: "BIGINT",
    Type.NUMBER: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
    Type.TIMESTAMP: "TIMESTAMPTZ",
    Type.DATE: "DATE",
}


def view(dataset: str) -> str:
    """What SQL calls a dataset: ``sms_messages`` for ``sms.messages``. ``sms.messages`` is understood, too."""
    return dataset.replace(".", "_")


def named(query: str) -> list[Dataset]:
    """The datasets whose names stand in a query; all of them where none does (``SHOW TABLES``)."""
    found = [each for each in DATASETS.values() if _mention(each.name).search(query)]
    return found or list(DATASETS.values())


def select(query: str, files: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """The rows that a query gives.

    Args:
        query: one SELECT (also ``DESCRIBE``, ``SUMMARIZE``, ``SHOW TABLES``) over the datasets' views.
        files: dataset → its Parquet files; empty where nothing was ever extracted. Other datasets are not there.

    Returns:
        A DataFrame; times are UTC, days are local days.

    Raises:
        UsageError: it is not one SELECT, names what is not there, or reaches for something else than the datasets.
        LakeError: a file of the lake is gone or broken.
    """
    with duckdb_sandbox.open_connection() as connection:
        try:
            for name, paths in files.items():
                _create(connection, DATASETS[name], paths)
            duckdb_sandbox.lock(connection, files=[path for paths in files.values() for path in paths])
        except duckdb.Error as error:
            raise LakeError(f"cannot read the files: {error}", where=", ".join(files)) from error
        try:
            _check(connection, query)
            return connection.execute(query).df()
        except duckdb.PermissionException as error:
            raise UsageError(
                f"a query reads the datasets and nothing else: {_first_line(error)}",
                where=_WHERE,
                todo="SHOW TABLES lists the datasets; Python and pandas read other files",
            ) from error
        except duckdb.IOException as error:
            raise LakeError(f"cannot read the files: {error}", where=", ".join(files)) from error
        except duckdb.Error as error:
            raise UsageError(str(error), where=_WHERE, todo="SHOW TABLES lists the datasets") from error


def _create(connection: duckdb.DuckDBPyConnection, dataset: Dataset, files: Sequence[str]) -> None:
    """The view of a dataset, with the contract's columns and types, under both of its names."""
    columns = {**{each.name: _TYPES[each.type] for each in dataset.columns}, "source": "VARCHAR", "day": "DATE"}
    if files:
        chosen = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
        listed = ", ".join(duckdb_sandbox.sql_literal(path) for path in files)
        source = f"read_parquet([{listed}], hive_partitioning = true, union_by_name = true)"
    else:
        chosen = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
        source = "range(0)"
    subsystem, noun = dataset.name.split(".")
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{subsystem}"')
    body = f"SELECT {chosen} FROM {source}"  # noqa: S608 — names of the contract, and paths that are quoted
    connection.execute(f'CREATE VIEW "{view(dataset.name)}" AS {body}')
    connection.execute(f'CREATE VIEW "{subsystem}"."{noun}" AS FROM main."{view(dataset.name)}"')


def _check(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Refuse what is not one SELECT: a COPY could overwrite the very files that may be opened."""
    statements = connection.extract_statements(query)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        kinds = ", ".join(each.type.name for each in statements) or "nothing"
        raise UsageError(f"the lake is read, by one SELECT at a time; this is {kinds}", where=_WHERE)


def _mention(dataset: str) -> re.Pattern[str]:
    subsystem, noun = dataset.split(".")
    return re.compile(rf'(?<!\w){subsystem}(_|"?\s*\.\s*"?){noun}(?!\w)', re.IGNORECASE)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
