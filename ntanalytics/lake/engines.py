"""Choice of the engine that reads the lake. It is a setting and changes no figure."""

from __future__ import annotations

import ibis

from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.lake.backends.reader import Reader
from ntanalytics.lake.delta import DeltaLake
from ntanalytics.settings import Settings


def open_reader(lake: DeltaLake, settings: Settings) -> Reader:
    """Return a reader of the lake for the engine of the site. Spark is started in the calling process.

    Raises:
        SettingsError: the engine is not installed.
        LakeError: Spark does not start.
    """
    if settings.engine == "spark":
        from ntanalytics.lake.backends.spark_session import check_installed, session

        check_installed()
        from ntanalytics.lake.backends.spark import SparkReader

        return SparkReader(lake, session(settings.spark.master, settings.spark.config))
    reader = DuckReader(lake)
    if ibis.options.default_backend is None:
        # What is computed of rows in memory alone is asked here, too: its SQL is kept, and the engine is locked.
        ibis.set_backend(reader.connection)
    return reader
