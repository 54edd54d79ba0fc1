"""Lake of Delta tables, partitioned by day and read through Ibis. Its paths and engines are hidden here."""

from __future__ import annotations

from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.lake.backends.reader import Reader
from ntanalytics.lake.delta import DeltaLake
from ntanalytics.lake.engines import open_reader

__all__ = ["DeltaLake", "DuckReader", "Reader", "open_reader"]
